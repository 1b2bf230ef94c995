// Go's == and < for templates, with their kind rules and error texts.
//
// Threads: as their arguments.
#pragma once

#include "script/any.h"
#include "script/failure.h"

namespace rumbo::script {

/// `eq` of two values.
Outcome<bool> equal(const Any& a, const Any& b);
/// `lt`.
Outcome<bool> less(const Any& a, const Any& b);
/// reflect.DeepEqual; values that hold themselves compare unequal beyond a depth.
bool deep_equal(const Any& a, const Any& b, int depth = 0);

}  // namespace rumbo::script
