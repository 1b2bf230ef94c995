#include "engine/compare.h"

#include "codec/diff.h"
#include "engine/ignored_fields.h"
#include "engine/rules.h"

namespace rumbo::engine {
namespace {

/// What both say but for what may differ.
struct Compared {
  Value live, want;
};

Compared compared(const Value& live, const Value& want, const std::vector<IgnoreRule>& ignore) {
  if (ignore.empty()) return {semantic(live), semantic(want)};
  return {semantic(without_ignored(ignore, live, live)),
          semantic(without_ignored(ignore, want, live))};
}

bool holds_by_target(const Comparison& comparison, const Value& live, const Value& want,
                     const std::vector<IgnoreRule>& ignore) {
  const Value rest = ignore.empty() ? want : without_ignored(ignore, want, live);
  return comparison.holds(live, rest, rest != want);
}

}  // namespace

bool holds(const Capabilities& target, const Value& live, const Value& want,
           const std::vector<IgnoreRule>& ignore) {
  if (target.comparison) return holds_by_target(*target.comparison, live, want, ignore);
  const Compared both = compared(live, want, ignore);
  return target.server_dry_run ? covers(both.live, both.want) : both.live == both.want;
}

bool kept(const Capabilities& target, const Value& live, const Value& want,
          const std::vector<IgnoreRule>& ignore) {
  if (target.comparison) return holds_by_target(*target.comparison, live, want, ignore);
  const Compared both = compared(live, want, ignore);
  return covers(both.live, both.want);
}

Value to_write(const Capabilities& target, const Value& live, const Value& want,
               const std::vector<IgnoreRule>& ignore) {
  if (ignore.empty()) return want;
  const Value write = with_ignored(ignore, want, live);
  const Value declared = without_ignored(ignore, want, live);
  if (!target.comparison || declared == want) return write;
  return target.comparison->noted(write, declared);
}

bool as_before(const Capabilities& target, const Value& now, const Value& before,
               const Value& want) {
  if (target.comparison) return target.comparison->as_before(now, before, want);
  return semantic(now) == semantic(before);
}

std::vector<std::string> differing(const Capabilities& target, const Value& live, const Value& want,
                                   const std::vector<IgnoreRule>& ignore) {
  if (target.comparison) {
    return target.comparison->differing(
        live, ignore.empty() ? want : without_ignored(ignore, want, live));
  }
  const Compared both = compared(live, want, ignore);
  std::vector<std::string> fields;
  for (const auto& change : codec::diff_objects(both.want, both.live)) {
    // Where servers add defaults, live says more without having drifted.
    if (target.server_dry_run && !change.before) continue;
    fields.push_back(change.path);
  }
  return fields;
}

}  // namespace rumbo::engine
