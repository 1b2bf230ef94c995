// Comparing objects the way their target does: by its own Comparison, or as they are written.
//
// Threads: pure functions.
#pragma once

#include <string>
#include <vector>

#include "base/value.h"
#include "model/config.h"
#include "model/target.h"

namespace rumbo::engine {

/// True if nothing has to be done for `live` to be what `want` declares but for what may differ.
bool holds(const Capabilities& target, const Value& live, const Value& want,
           const std::vector<IgnoreRule>& ignore);

/// True if no field of `want` was changed since it was written; `live` may say more.
bool kept(const Capabilities& target, const Value& live, const Value& want,
          const std::vector<IgnoreRule>& ignore = {});

/// What to write for `want` over `live`: ignored fields as they are.
Value to_write(const Capabilities& target, const Value& live, const Value& want,
               const std::vector<IgnoreRule>& ignore);

/// True if what a transaction touched of an object is as it was before it.
bool as_before(const Capabilities& target, const Value& now, const Value& before,
               const Value& want);

/// Dotted paths of what is not as wanted; values of Secrets are never told.
std::vector<std::string> differing(const Capabilities& target, const Value& live, const Value& want,
                                   const std::vector<IgnoreRule>& ignore);

}  // namespace rumbo::engine
