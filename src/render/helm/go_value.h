// Values as Helm's Go code sees them: every number of a YAML or JSON text is a float64, integers
// come only from `--set`; and how Go names and prints them in messages.
//
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/value.h"

namespace rumbo::render::helm {

/// Every number as a double: what encoding/json makes of a document.
Value as_float64(const Value& value);

/// The first JSON value of `text` as encoding/json decodes it into `any`. `used` becomes the number
/// of bytes read. Errors are worded as encoding/json words them.
Result<Value> decode_json(std::string_view text, std::size_t& used);

/// "map[string]interface {}", "float64", "nil": as `%T` prints it.
std::string_view go_type(const Value& value);
/// As `%v` prints it: "map[a:1]".
std::string go_print(const Value& value);
/// As `%q` prints a text.
std::string go_quote(std::string_view text);
/// As `%t` prints what need not be a bool: "%!t(float64=5)".
std::string go_print_bool(const Value& value);

}  // namespace rumbo::render::helm
