// The words of findings: values, numbers and names as Helm's library prints them.
//
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/value.h"

namespace rumbo::codec::schema_words {

/// 'text', with quotes inside escaped.
std::string quote(std::string_view text);
std::string quote_all(const std::vector<std::string>& texts);
/// A value in a message: texts quoted, others plain.
std::string display(const Value& value);
/// With commas between thousands, as an English reader expects them.
std::string count(std::uint64_t number);
std::string number(double number);
/// "object", "integer" is "number".
std::string_view type_name(const Value& value);
bool is_scalar(const Value& value);

}  // namespace rumbo::codec::schema_words
