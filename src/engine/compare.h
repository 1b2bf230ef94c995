// Comparing objects the way their target does: by its own Comparison, or as they are written.
//
// Threads: pure functions.
#pragma once

#include <string>
#include <vector>

#include "base/value.h"
#include "model/target.h"

namespace rumbo::engine {

/// True if nothing has to be done for `live` to be what `want` declares.
bool holds(const Capabilities& target, const Value& live, const Value& want);

/// True if no field of `want` was changed since it was written; `live` may say more.
bool kept(const Capabilities& target, const Value& live, const Value& want);

/// True if what a transaction touched of an object is as it was before it.
bool as_before(const Capabilities& target, const Value& now, const Value& before,
               const Value& want);

/// Dotted paths of what is not as wanted; values of Secrets are never told.
std::vector<std::string> differing(const Capabilities& target, const Value& live,
                                   const Value& want);

}  // namespace rumbo::engine
