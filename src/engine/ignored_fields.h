// Ignored fields (`ignoreDifferences`): they count neither as a difference of a plan nor as drift,
// and an object that is written keeps them as they are live. Pure.
#pragma once

#include <vector>

#include "base/result.h"
#include "base/value.h"
#include "model/config.h"
#include "model/object.h"

namespace rumbo::engine {

/// Code::invalid or unsupported for a rule that cannot be followed, naming its part.
Result<> check_rule(const IgnoreRule& rule);

/// An object without what the rules ignore of it. `live` tells who manages what.
Value without_ignored(const std::vector<IgnoreRule>& rules, const Value& object, const Value& live);

/// What to write: `want` with the ignored fields as they are in `live`.
Value with_ignored(const std::vector<IgnoreRule>& rules, const Value& want, const Value& live);

}  // namespace rumbo::engine
