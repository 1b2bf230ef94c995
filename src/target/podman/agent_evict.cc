// Volumes with a sizeLimit: a pod that holds more is made anew with empty ones, as kubelet evicts
// it; the pod of a Job fails instead, which counts as one of its attempts.
#include <utility>

#include "base/log.h"
#include "target/podman/agent.h"

namespace rumbo::target::podman {
namespace {

constexpr Duration kMeasure = 10s;  // as kubelet

}  // namespace

MonoTime Agent::measure_volumes(const Replica& replica, Pod& pod, MonoTime now) {
  if (pod.shape->limited.empty()) return MonoTime::never();
  if (now < pod.measure_due) return pod.measure_due;
  pod.measure_due = now + kMeasure;
  probers_->run([this, name = replica.name, shape = pod.shape] {
    auto why = parts_.pods.overfull(name, *shape);
    if (!why) return;
    overfull_.with([&](auto& pods) { pods[name] = std::move(*why); });
    wake();
  });
  return pod.measure_due;
}

void Agent::evict_overfull(MonoTime now) {
  std::map<std::string, std::string> found;
  overfull_.with([&](auto& pods) { found.swap(pods); });
  for (auto& [name, why] : found) {
    const auto known = pods_.find(name);
    if (known == pods_.end() || !known->second.shape) continue;
    Pod& pod = known->second;
    pod.changed = true;
    pod.measure_due = now + kMeasure;
    log(LogLevel::warn, "podman", "pod {} is evicted: {}", name, why);
    if (pod.shape->restart != RestartPolicy::always) {
      for (auto& [container, kept] : pod.containers) {
        kept.keeper.blame("evicted: " + why);
        restart_for_probe(name, container, *pod.shape);
      }
      continue;
    }
    pod.evicted = std::move(why);
    drainers_->run([this, name = name, shape = pod.shape] {
      const auto hold = parts_.busy.take(name);
      auto gone = parts_.pods.stop(name, *shape, shape->grace, cancel_);
      if (gone) gone = parts_.pods.remove(name, cancel_);
      if (!gone) log(LogLevel::warn, "podman", "{}", gone.error().to_string());
      wake();
    });
  }
}

}  // namespace rumbo::target::podman
