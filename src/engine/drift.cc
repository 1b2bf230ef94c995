#include "engine/drift.h"

#include <algorithm>

#include "codec/diff.h"
#include "engine/health.h"
#include "engine/hooks.h"
#include "engine/ignored_fields.h"
#include "engine/rules.h"
#include "engine/sync_options.h"

namespace rumbo::engine {
namespace {

std::vector<std::string> changed_fields(const Value& want, const Value& have, bool exact) {
  std::vector<std::string> fields;
  for (const auto& change : codec::diff_objects(want, have)) {
    if (!exact && !change.before) continue;  // live has more: a default, not a drift
    fields.push_back(change.path);
  }
  return fields;
}

/// Annotations of the declared or the live object keep Rumbo's hands off it.
bool left_alone(const Value& declared, const Observation& seen) {
  using Apply = SyncOptions::Apply;
  const auto apply = [](const Value& object) {
    const auto options = object_options(object, {});
    return options ? options->apply : Apply::always;
  };
  const Apply wanted = apply(declared);
  if (wanted == Apply::never || !seen.exists) return wanted == Apply::never;
  return wanted == Apply::if_missing || apply(seen.object) == Apply::never;
}

}  // namespace

std::string_view to_string(DriftItem::Kind kind) {
  switch (kind) {
    case DriftItem::Kind::missing:
      return "missing";
    case DriftItem::Kind::changed:
      return "changed";
    case DriftItem::Kind::unhealthy:
      return "unhealthy";
  }
  return "changed";
}

std::vector<DriftItem> find_drift(const std::vector<Object>& committed,
                                  const std::vector<Observation>& live, bool exact,
                                  const std::vector<IgnoreRule>& ignore) {
  std::vector<DriftItem> out;
  for (const Object& object : committed) {
    if (is_hook(object.value) || object.key.kind == "Job") continue;
    const auto seen = std::find_if(live.begin(), live.end(),
                                   [&](const Observation& one) { return one.key == object.key; });
    if (seen == live.end() || left_alone(object.value, *seen)) continue;
    if (!seen->exists) {
      out.push_back({object.key, DriftItem::Kind::missing, {}, "was deleted"});
      continue;
    }
    const Value want = semantic(without_ignored(ignore, object.value, seen->object));
    const Value have = semantic(without_ignored(ignore, seen->object, seen->object));
    if (exact ? want != have : !covers(have, want)) {
      out.push_back({object.key, DriftItem::Kind::changed, changed_fields(want, have, exact),
                     "fields differ"});
      continue;
    }
    if (!seen->lost.empty()) {
      out.push_back({object.key, DriftItem::Kind::missing, {}, seen->lost});
      continue;
    }
    const Health health = assess(*seen);
    const bool well =
        health.status == HealthStatus::ready || health.status == HealthStatus::suspended;
    if (exact && is_workload(object.key) && !well) {
      out.push_back({object.key, DriftItem::Kind::unhealthy, {}, health.reason});
    }
  }
  return out;
}

}  // namespace rumbo::engine
