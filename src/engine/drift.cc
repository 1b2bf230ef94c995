#include "engine/drift.h"

#include <algorithm>

#include "engine/compare.h"
#include "engine/health.h"
#include "engine/hooks.h"
#include "engine/ignored_fields.h"
#include "engine/rules.h"
#include "engine/sync_options.h"

namespace rumbo::engine {
namespace {

std::string reason_for(const Capabilities& target, const Value& live, const Value& want) {
  const std::string by = target.comparison ? target.comparison->editors(live, want) : "";
  return by.empty() ? "fields differ" : "changed by " + by;
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
                                  const std::vector<Observation>& live, const Capabilities& target,
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
    if (!holds(target, seen->object, object.value, ignore)) {
      out.push_back({object.key, DriftItem::Kind::changed,
                     differing(target, seen->object, object.value, ignore),
                     reason_for(target, seen->object, object.value)});
      continue;
    }
    if (!seen->lost.empty()) {
      out.push_back({object.key, DriftItem::Kind::missing, {}, seen->lost});
      continue;
    }
    const Health health = assess(*seen);
    const bool well =
        health.status == HealthStatus::ready || health.status == HealthStatus::suspended;
    if (target.atomic_switch && is_workload(object.key) && !well) {
      out.push_back({object.key, DriftItem::Kind::unhealthy, {}, health.reason});
    }
  }
  return out;
}

}  // namespace rumbo::engine
