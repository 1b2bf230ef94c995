// Go's == and < for templates, with their kind rules and error texts.
//
// Threads: as their arguments.
#pragma once

#include "script/any.h"
#include "script/failure.h"
#include "script/session.h"

namespace rumbo::script {

/// `eq` of two values.
Outcome<bool> equal(const Any& a, const Any& b);
/// `lt`.
Outcome<bool> less(const Any& a, const Any& b);
/// reflect.DeepEqual; values that hold themselves compare unequal beyond a depth. Fails when the
/// session's work is used up: trees whose parts are shared are as large as they print.
Outcome<bool> deep_equal(Session& session, const Any& a, const Any& b, int depth = 0);

}  // namespace rumbo::script
