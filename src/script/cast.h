// Sprig's conversions: any value to a number, a string or strings, without failing.
//
// Threads: as their arguments.
#pragma once

#include <string>
#include <vector>

#include "script/any.h"
#include "script/failure.h"

namespace rumbo::script {

/// What Go says where a nil value has its type asked.
inline constexpr const char* kNilDereference =
    "runtime error: invalid memory address or nil pointer dereference";

std::int64_t to_int64(const Any& value);
double to_float64(const Any& value);
/// Text as it is, what String() or Error() says, or %v.
Outcome<std::string> to_text(const Any& value);
/// The elements as text without nils; a scalar is one element, nil none.
Outcome<std::vector<std::string>> to_texts(const Any& value);
/// Sprig's empty: the zero of the type, or nothing in it.
bool is_empty_value(const Any& value);

}  // namespace rumbo::script
