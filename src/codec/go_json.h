// What Go's encoding/json does beyond RFC 8259: its escapes and the words of its errors.
//
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "base/value.h"

namespace rumbo::codec {

/// Appends `text` in double quotes as encoding/json's appendString writes it: control characters,
/// U+2028 and U+2029 as \u…, a byte that is not UTF-8 as \ufffd; with `escape_html` also <, > and
/// &.
void append_go_json_string(std::string& out, std::string_view text, bool escape_html = true);

/// JSON text as encoding/json writes it: keys sorted, `<`, `>` and `&` escaped; with an indent of
/// two blanks a level if `pretty`.
std::string to_go_json(const Value& value, bool pretty = false);

/// "null", "bool", "number", "string", "array" or "object", as UnmarshalTypeError names a value.
std::string_view go_json_type(const Value& value);

}  // namespace rumbo::codec
