#include "control/live_view.h"

#include "engine/health.h"
#include "engine/hooks.h"
#include "engine/manifest_store.h"

namespace rumbo::control {

Result<std::shared_ptr<const Manifest>> LiveView::committed(const Scope& scope) {
  const engine::ScopeState state = core_.state(scope);
  if (!state.committed || !state.committed->manifest) return std::shared_ptr<const Manifest>();
  const BlobRef ref = *state.committed->manifest;
  auto cached = cache_.with([&](auto& cache) {
    const auto it = cache.find(scope);
    return it != cache.end() && it->second.ref == ref ? it->second.manifest : nullptr;
  });
  if (cached) return cached;
  auto manifest =
      std::make_shared<const Manifest>(TRY(engine::load_manifest(core_.journal(), ref)));
  cache_.with([&](auto& cache) { cache[scope] = {ref, manifest}; });
  return manifest;
}

std::optional<Scope> LiveView::owner(const TargetId& target, const ObjectKey& key) {
  for (const Scope& scope : core_.known_scopes()) {
    if (scope.target != target) continue;
    const auto manifest = committed(scope);
    if (manifest && *manifest && (*manifest)->find(key) != nullptr) return scope;
  }
  return std::nullopt;
}

ScopeLive LiveView::look(const Scope& scope, Consistency consistency, const Cancel& cancel) {
  ScopeLive out;
  auto manifest = committed(scope);
  if (!manifest) {
    out.error = manifest.error();
    out.health = {HealthStatus::unknown, out.error->message()};
    return out;
  }
  out.manifest = *manifest;
  if (out.manifest == nullptr) {
    out.health = {HealthStatus::missing,
                  core_.state(scope).deleted ? "it was deleted" : "never deployed"};
    return out;
  }
  Target* target = core_.target(scope.target);
  if (target == nullptr) {
    out.error = Error(Code::not_found, "no target is named `" + scope.target.value + "`");
    out.health = {HealthStatus::unknown, out.error->message()};
    return out;
  }
  std::vector<ObjectKey> keys;
  for (const Object& object : out.manifest->objects) {
    if (engine::is_hook(object.value)) continue;  // hooks are not kept
    keys.push_back(object.key);
  }
  auto seen = target->observe(keys, consistency, cancel);
  if (!seen) {
    out.error = seen.error();
    out.health = {HealthStatus::unknown, out.error->message()};
    return out;
  }
  out.observations = std::move(*seen);
  out.drift = engine::find_drift(out.manifest->objects, out.observations, target->capabilities(),
                                 core_.policy(scope).ignore);
  std::vector<Health> verdicts;
  for (const Observation& one : out.observations) {
    if (!one.exists && one.key.kind == "Job") continue;  // it ran; clusters clear such away
    Health health = engine::assess(one);
    if (!health.reason.empty()) health.reason = one.key.to_string() + ": " + health.reason;
    verdicts.push_back(std::move(health));
  }
  out.health = engine::worst(verdicts);
  return out;
}

}  // namespace rumbo::control
