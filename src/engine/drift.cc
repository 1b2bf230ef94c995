#include "engine/drift.h"

#include <algorithm>

#include "codec/diff.h"
#include "engine/health.h"
#include "engine/rules.h"

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
                                  const std::vector<Observation>& live, bool exact) {
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
    const Value want = semantic(object.value);
    const Value have = semantic(seen->object);
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
