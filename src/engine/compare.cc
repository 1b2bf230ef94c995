#include "engine/compare.h"

#include "codec/diff.h"
#include "engine/rules.h"

namespace rumbo::engine {

bool holds(const Capabilities& target, const Value& live, const Value& want) {
  if (target.comparison) return target.comparison->holds(live, want);
  return target.server_dry_run ? covers(semantic(live), semantic(want))
                               : semantic(live) == semantic(want);
}

bool kept(const Capabilities& target, const Value& live, const Value& want) {
  if (target.comparison) return target.comparison->holds(live, want);
  return covers(semantic(live), semantic(want));
}

bool as_before(const Capabilities& target, const Value& now, const Value& before,
               const Value& want) {
  if (target.comparison) return target.comparison->as_before(now, before, want);
  return semantic(now) == semantic(before);
}

std::vector<std::string> differing(const Capabilities& target, const Value& live,
                                   const Value& want) {
  if (target.comparison) return target.comparison->differing(live, want);
  std::vector<std::string> fields;
  for (const auto& change : codec::diff_objects(semantic(want), semantic(live))) {
    // Where servers add defaults, live says more without having drifted.
    if (target.server_dry_run && !change.before) continue;
    fields.push_back(change.path);
  }
  return fields;
}

}  // namespace rumbo::engine
