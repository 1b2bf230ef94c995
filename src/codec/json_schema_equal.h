// When JSON Schema takes two values as the same, and numbers as multiples: by their mathematical
// value, whatever their text was.
//
// Threads: pure functions.
#pragma once

#include <string>

#include "base/value.h"

namespace rumbo::codec {

/// 1 equals 1.0; members of objects in any order.
bool same_value(const Value& a, const Value& b);

/// A text that two values share if and only if they are the same_value().
std::string identity(const Value& value);

/// True if `number` is a multiple of `step` (above 0), exactly: both as the shortest decimals that
/// name them, so that 0.3 is a multiple of 0.1.
bool is_multiple(const Value& number, const Value& step);

}  // namespace rumbo::codec
