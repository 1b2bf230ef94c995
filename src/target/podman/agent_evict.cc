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
  // One at a time: to walk a large volume may take longer than the pause.
  pod.measure_due = MonoTime::never();
  probers_->run([this, name = replica.name, shape = pod.shape] {
    auto why = parts_.pods.overfull(name, *shape);
    measured_.with([&](auto& pods) { pods[name] = std::move(why); });
    wake();
  });
  return pod.measure_due;
}

void Agent::evict_overfull(MonoTime now) {
  std::map<std::string, std::optional<std::string>> measured;
  measured_.with([&](auto& pods) { measured.swap(pods); });
  for (auto& [name, why] : measured) {
    const auto known = pods_.find(name);
    if (known == pods_.end() || !known->second.shape) continue;
    Pod& pod = known->second;
    pod.measure_due = now + kMeasure;
    pod.due = std::min(pod.due, pod.measure_due);
    if (why) evict(name, pod, std::move(*why));
  }
}

void Agent::evict(const std::string& name, Pod& pod, std::string why) {
  const bool lasts = pod.shape->restart == RestartPolicy::always;
  if (lasts && !draining_names_.insert(name).second) return;  // it is on its way out
  log(LogLevel::warn, "podman", "pod {} is evicted: {}", name, why);
  pod.changed = true;
  // What is being stopped is full for as long as its grace.
  pod.measure_due = pod.measure_due + pod.shape->grace;
  if (!lasts) {
    for (auto& [container, kept] : pod.containers) {
      kept.keeper.blame("evicted: " + why);
      restart_for_probe(name, container, *pod.shape);
    }
    return;
  }
  pod.evicted = std::move(why);
  drainers_->run([this, name, shape = pod.shape] {
    const auto hold = parts_.busy.take(name);
    auto gone = parts_.pods.stop(name, *shape, shape->grace, cancel_);
    if (gone) gone = parts_.pods.remove(name, cancel_);
    if (!gone) log(LogLevel::warn, "podman", "{}", gone.error().to_string());
    drained_.with([&](auto& names) { names.insert(name); });
    wake();
  });
}

}  // namespace rumbo::target::podman
