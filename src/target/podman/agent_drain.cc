// The agent's drains: preStop, SIGTERM, grace period, SIGKILL; then the pod, its files, its address
// and its place in the record are given back.
#include <algorithm>

#include "base/log.h"
#include "target/podman/agent.h"
#include "target/podman/transitions.h"

namespace rumbo::target::podman {
namespace {

constexpr Duration kLongestPostStart = 10min;
constexpr std::size_t kMostDraining = 2;  // generations of one workload

/// Revisions of a workload that leave, oldest first.
std::map<ObjectKey, std::vector<std::pair<WallTime, std::string>>> generations_leaving(
    const Record& record) {
  std::map<ObjectKey, std::vector<std::pair<WallTime, std::string>>> out;
  for (const auto& [name, replica] : record.replicas) {
    if (!replica.leaving) continue;
    auto& list = out[replica.workload];
    const bool known = std::any_of(list.begin(), list.end(),
                                   [&](const auto& one) { return one.second == replica.revision; });
    if (!known) list.emplace_back(replica.since, replica.revision);
  }
  for (auto& [key, list] : out) std::sort(list.begin(), list.end());
  return out;
}

}  // namespace

bool Agent::drained() const {
  const auto record = parts_.store.read();
  return std::none_of(record->replicas.begin(), record->replicas.end(),
                      [](const auto& entry) { return entry.second.leaving; });
}

void Agent::drain_leaving(const Record& record) {
  std::set<std::string> ended;
  drained_.with([&](auto& names) { ended.swap(names); });
  for (const std::string& name : ended) draining_names_.erase(name);

  std::set<std::string> overdue;
  for (auto& [key, list] : generations_leaving(record)) {
    for (std::size_t i = 0; i + kMostDraining < list.size(); ++i) overdue.insert(list[i].second);
  }
  for (const auto& [name, replica] : record.replicas) {
    if (!replica.leaving) continue;
    const bool late = overdue.contains(replica.revision);
    if (!draining_names_.insert(name).second) {
      // Its drain runs already; a kill ends it now.
      if (late) static_cast<void>(parts_.client.kill_pod(name, "KILL", cancel_));
      continue;
    }
    const Thing* thing = record.of_revision(replica.revision);
    const bool gracefully = !late && thing != nullptr && thing->served && !thing->stopped;
    drainers_->run([this, pod = name, gracefully] {
      auto done = finish(pod, gracefully, cancel_);
      if (!done && !cancel_.cancelled()) {
        log(LogLevel::warn, "podman", "pod {} is not removed yet: {}", pod,
            done.error().to_string());
      }
      drained_.with([&](auto& names) { names.insert(pod); });
      deaths_.wake();
    });
  }
}

/// A lifecycle hook; its own probe times mean nothing, `most` does.
ProbeResult Agent::run_hook(const PreStop& hook, const std::string& pod,
                            const std::string& container, const std::string& address, Duration most,
                            const Cancel& cancel) const {
  if (hook.sleep > Duration(0)) parts_.env.sleep(std::min(hook.sleep, most));
  if (!hook.action) return {true, ""};
  Probe action = *hook.action;
  action.timeout = most;
  const ProbeTarget target{
      address, [&](const std::vector<std::string>& argv, const Cancel& until) -> Result<int> {
        const auto ran = TRY(parts_.client.exec(container_name(pod, container), argv,
                                                ExecOptions{.timeout = most}, until));
        return ran.exit_code;
      }};
  return run_probe(parts_.env, action, target, cancel);
}

/// Beside the rounds: it may take long. The answer is taken in by the next one.
void Agent::run_post_start(const Replica& replica, const ContainerShape& shape, int pid) {
  drainers_->run([this, pod = replica.name, container = shape.name, address = replica.address,
                  hook = *shape.post_start, pid] {
    const Cancel bounded = cancel_.with_deadline(parts_.env.clock.mono() + kLongestPostStart);
    ProbeResult result = run_hook(hook, pod, container, address, kLongestPostStart, bounded);
    if (cancel_.cancelled()) return;
    hook_answers_.with([&](auto& list) { list.push_back({pod, container, pid, result}); });
    deaths_.wake();
  });
}

/// A container whose postStart failed is ended, and started again as its policy says.
void Agent::take_hook_answers() {
  std::vector<HookAnswer> answers;
  hook_answers_.with([&](auto& list) { answers.swap(list); });
  for (const HookAnswer& answer : answers) {
    const auto pod = pods_.find(answer.pod);
    if (pod == pods_.end() || !pod->second.shape) continue;
    const auto container = pod->second.containers.find(answer.container);
    if (container == pod->second.containers.end()) continue;
    Container& kept = container->second;
    if (kept.probed_pid != answer.pid || !kept.hooking) continue;
    pod->second.answered = pod->second.changed = true;
    if (answer.result.ok) {
      kept.hooking = false;
      continue;
    }
    kept.keeper.blame("postStart failed: " + answer.result.message);
    restart_for_probe(answer.pod, answer.container, *pod->second.shape);
  }
}

Result<> Agent::finish(const std::string& pod, bool gracefully, const Cancel& cancel) {
  const auto hold = parts_.busy.take(pod);
  const auto record = parts_.store.read();
  const auto replica = record->replicas.find(pod);
  if (replica == record->replicas.end()) return {};
  const Thing* thing = record->of_revision(replica->second.revision);
  const auto shape = thing == nullptr ? Result<PodShape>(PodShape{}) : shape_of(thing->object);
  if (gracefully && shape) {
    const MonoTime end = parts_.env.clock.mono() + shape->grace;
    for (const ContainerShape& container : shape->containers) {
      if (!container.pre_stop) continue;
      const ProbeResult result =
          run_hook(*container.pre_stop, pod, container.name, replica->second.address, shape->grace,
                   cancel.with_deadline(end));
      if (!result.ok) {
        log(LogLevel::warn, "podman", "preStop of {}: {}", container_name(pod, container.name),
            result.message);
      }
    }
    const Duration left = std::max(Duration(0), end - parts_.env.clock.mono());
    TRY(parts_.pods.stop(pod, *shape, left, cancel));
  } else if (shape && shape->keeps_data) {
    // It never served, but it may be writing.
    TRY(parts_.pods.stop(pod, *shape, shape->grace, cancel));
  }
  TRY(parts_.pods.remove(pod, cancel));
  return parts_.store.change([&](Record& next) -> Result<> {
    const auto gone = next.replicas.find(pod);
    if (gone == next.replicas.end()) return {};
    const std::string revision = gone->second.revision;
    release_pod(next.addresses, gone->second.network, pod);
    next.replicas.erase(gone);
    if (next.replicas_of(revision).empty()) next.leaving.erase(revision);
    return {};
  });
}

}  // namespace rumbo::target::podman
