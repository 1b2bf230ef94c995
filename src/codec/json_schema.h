// JsonSchema: checks values against a JSON Schema of draft 4, 6, 7, 2019-09 or 2020-12.
//
// References lead to places in the schema itself, to documents that the caller hands over and to
// the drafts' own schemas, never to files or the network. Messages are those of the library that
// Helm uses, since people search for them. Threads: immutable after construction; may be shared.
#pragma once

#include <map>
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

enum class Draft { v4 = 4, v6 = 6, v7 = 7, v2019 = 2019, v2020 = 2020 };

/// What a schema may take for granted.
struct SchemaContext {
  Draft draft = Draft::v2020;  ///< of documents without `$schema`
  /// Documents that references may name, by address without fragment. Nothing else is ever read.
  std::map<std::string, Value, std::less<>> documents = {};
};

class JsonSchema {
 public:
  /// Checks the schema itself, too. `uri` names it in messages and is the base of references.
  static Result<JsonSchema> compile(Value schema, std::string_view uri,
                                    const SchemaContext& context = {});

  /// What is wrong with the value; empty if nothing is.
  std::vector<SchemaFinding> check(const Value& value) const;

 private:
  explicit JsonSchema(std::shared_ptr<const SchemaIndex> index) : index_(std::move(index)) {}
  std::shared_ptr<const SchemaIndex> index_;
};

/// "- at '/a': got string, want integer", one finding a line, causes indented below.
std::string print_findings(const std::vector<SchemaFinding>& findings);

}  // namespace rumbo::codec
