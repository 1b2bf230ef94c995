// JSON as Go's encoding/json writes and reads it, byte for byte and error by error.
//
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "base/value.h"
#include "script/any.h"
#include "script/failure.h"

namespace rumbo::script {

struct GoJsonStyle {
  bool escape_html = true;
  bool indent = false;  ///< two spaces a level
};

/// Fails for NaN and infinities: "json: unsupported value: NaN".
Outcome<std::string> write_go_json(const Value& value, const GoJsonStyle& style = {});

/// The same over a value of templates, where structs keep the order of their fields.
Outcome<std::string> write_go_json(const Any& value, const GoJsonStyle& style = {});

struct GoJson {
  Value value;
  /// A number too large for a double: Unmarshal goes on, leaves null, and complains in the end.
  std::string range_error;
};
/// json.Unmarshal into interface {}: every number a double. Nesting is bounded to 256 levels.
Outcome<GoJson> read_go_json(std::string_view text);

/// "object", "array", "string", "number", "bool", as Unmarshal's type errors name them.
std::string_view json_kind(const Value& value);

}  // namespace rumbo::script
