// What the drivers of the conformance tables share: reading a table, its typed values, and holding
// the differences found against the list of those that are known.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/value.h"

namespace rumbo::conformance {

/// The table `name` (its whole JSON document), or nullopt if $RUMBO_CORPUS is not set; a table that
/// cannot be read fails the running test.
std::optional<Value> read_table(const std::string& name);

/// A typed value of the tables as Rumbo holds it: bare numbers are doubles, `$int` and its like
/// integers, times RFC 3339 text. Bytes are base64 text, as encoding/json has them, or a list of
/// numbers, as go-yaml has them.
enum class Bytes { base64, numbers };
Value untype(const Value& typed, Bytes bytes = Bytes::base64);

/// One kind of check over a table: counts, prints `NAME: N of M`, and fails if the differences are
/// not exactly those in known_differences.txt whose ids begin with NAME.
class Check {
 public:
  explicit Check(std::string name) : name_(std::move(name)) {}

  /// Records one case under the id `NAME/rest`, where `id` is `TABLE/rest`. `detail` explains a
  /// difference and is shown only if it is not known.
  void record(const std::string& id, bool agrees, const std::string& detail);
  void finish() const;

 private:
  std::string name_;
  int total_ = 0;
  std::map<std::string, std::string> differences_;
};

}  // namespace rumbo::conformance
