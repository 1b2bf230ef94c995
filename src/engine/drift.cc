#include "engine/drift.h"

#include <algorithm>

#include "engine/compare.h"
#include "engine/health.h"
#include "engine/rules.h"

namespace rumbo::engine {
namespace {

std::string reason_for(const Capabilities& target, const Value& live, const Value& want) {
  const std::string by = target.comparison ? target.comparison->editors(live, want) : "";
  return by.empty() ? "fields differ" : "changed by " + by + ":";
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
                                  const std::vector<Observation>& live,
                                  const Capabilities& target) {
  std::vector<DriftItem> out;
  for (const Object& object : committed) {
    const auto hook = hook_of(object.value);
    if (hook && *hook) continue;
    const auto seen = std::find_if(live.begin(), live.end(),
                                   [&](const Observation& one) { return one.key == object.key; });
    if (seen == live.end()) continue;
    if (!seen->exists) {
      out.push_back({object.key, DriftItem::Kind::missing, {}, "was deleted"});
      continue;
    }
    if (!holds(target, seen->object, object.value)) {
      out.push_back({object.key, DriftItem::Kind::changed,
                     differing(target, seen->object, object.value),
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
