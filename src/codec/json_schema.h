// JsonSchema: checks values against a JSON Schema of draft 4, 6, 7, 2019-09 or 2020-12.
//
// References lead to places in the schema itself and to the drafts' own schemas, never to files or
// the network. Messages are those of the library that Helm uses, since people search for them.
// Threads: immutable after construction; may be shared.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/value.h"

namespace rumbo::codec {

/// One finding; `causes` explain it.
struct SchemaFinding {
  std::string pointer;  ///< where in the value: "/a/0"
  std::string message;  ///< "got string, want integer"
  std::vector<SchemaFinding> causes;
  bool group = false;  ///< stands only for its causes
};

class SchemaIndex;

class JsonSchema {
 public:
  /// Checks the schema itself, too. `uri` names it in messages and is the base of references.
  static Result<JsonSchema> compile(Value schema, std::string_view uri);

  /// What is wrong with the value; empty if nothing is.
  std::vector<SchemaFinding> check(const Value& value) const;

 private:
  explicit JsonSchema(std::shared_ptr<const SchemaIndex> index) : index_(std::move(index)) {}
  std::shared_ptr<const SchemaIndex> index_;
};

/// "- at '/a': got string, want integer", one finding a line, causes indented below.
std::string print_findings(const std::vector<SchemaFinding>& findings);

}  // namespace rumbo::codec
