// ConfigCheck: checks one document's shape against the table of fields and collects mistakes.
//
// Threads: one at a time.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/result.h"
#include "codec/yaml.h"
#include "control/config_fields.h"
#include "model/config.h"

namespace rumbo::control {

/// A number, or a part like "30%"; nullopt for anything else.
std::optional<DeletionBudget> read_amount(const Value& value);

/// Mistakes found so far; cut off at 20.
class Mistakes {
 public:
  void add(Error error);
  bool empty() const { return errors_.empty(); }
  /// One error for all; call only if there are some.
  Error as_error() const;

 private:
  std::vector<Error> errors_;
  std::size_t more_ = 0;
};

class ConfigCheck {
 public:
  ConfigCheck(std::string_view file, Mistakes& mistakes) : file_(file), mistakes_(mistakes) {}

  /// Checks apiVersion, kind and every field; true if the document's fields may be read.
  bool check(const codec::YamlNode& document);

  void error(const codec::YamlNode& node, std::string message, std::string hint = {},
             Code code = Code::invalid);

 private:
  void record(const codec::YamlNode& node, std::string_view path);
  void entries_of(const codec::YamlNode& node, std::string_view path,
                  const std::vector<const Field*>& fields);
  void value(const codec::YamlNode& node, const Field& field, const std::string& path);
  void scalar(const codec::YamlNode& node, const Field& field, const std::string& path);
  void list(const codec::YamlNode& node, const Field& field, const std::string& path);

  std::string file_;
  std::string kind_;
  Mistakes& mistakes_;
};

}  // namespace rumbo::control
