// What the agent says of each pod: from what Podman shows, what its keepers counted and what its
// probes answered.
#include <utility>

#include "base/log.h"
#include "target/podman/agent.h"

namespace rumbo::target::podman {
namespace {

/// The first trouble found is the one told.
void note_trouble(PodStatus& out, const std::string& container, const std::string& what) {
  if (!out.trouble.empty()) return;
  out.trouble = "container " + container + ": " + what;
  out.troubled_container = container;
}

bool runs_again(RestartPolicy policy, int exit_code) {
  return policy == RestartPolicy::always || (policy == RestartPolicy::on_failure && exit_code != 0);
}

}  // namespace

ContainerStatus Agent::container_status(const ContainerShape& shape, const ContainerSight* seen,
                                        const Container* kept) {
  ContainerStatus out;
  out.name = shape.name;
  out.init = shape.init;
  out.sidecar = shape.sidecar;
  if (seen != nullptr) {
    out.exists = true;
    out.id = seen->id;
    out.state = seen->state;
    out.exit_code = seen->exit_code;
    out.started = seen->started;
    out.finished = seen->finished;
  }
  if (kept != nullptr) {
    out.restarts = kept->keeper.restarts();
    if (kept->keeper.last_exit() >= 0) out.exit_code = kept->keeper.last_exit();
    out.reason = kept->keeper.reason();
    out.message = kept->keeper.message();
  }
  const bool running = seen != nullptr && seen->state == RunState::running;
  out.ready =
      running && !shape.init && kept != nullptr && kept->probed_pid == seen->pid && kept->ready();
  return out;
}

void Agent::judge_init(const ContainerStatus& one, PodStatus& out) {
  if (one.exists && one.state == RunState::exited && one.exit_code == 0) return;
  out.ready = out.finished = out.succeeded = false;
  if (!one.reason.empty()) {
    note_trouble(out, one.name, one.reason + ": " + one.message);
  } else {
    const bool running = one.exists && one.state == RunState::running;
    note_trouble(out, one.name, running ? "init container is running" : "is not started yet");
  }
}

void Agent::judge(const ContainerStatus& one, const Container* kept, const ContainerSight* seen,
                  RestartPolicy policy, PodStatus& out) {
  const bool running = one.exists && one.state == RunState::running;
  const bool ended = one.exists && one.state == RunState::exited;
  // What runs beside the others keeps no Job from its end.
  if (!one.sidecar && (!ended || runs_again(policy, one.exit_code))) out.finished = false;
  if (!one.sidecar && (!ended || one.exit_code != 0)) out.succeeded = false;
  if (one.ready) return;
  out.ready = false;
  const bool probed = running && seen != nullptr && kept != nullptr && kept->probes &&
                      kept->probed_pid == seen->pid;
  if (running && !(probed && kept->answered)) out.judged = false;
  if (out.exists && !one.exists) {
    note_trouble(out, one.name, "was removed");
  } else if (!running && !one.reason.empty()) {
    note_trouble(out, one.name, one.reason + ": " + one.message);
  } else if (running && kept != nullptr && kept->hooking) {
    note_trouble(out, one.name, "postStart is running");
  } else if (probed && !kept->probes->reason().empty()) {
    note_trouble(out, one.name, kept->probes->reason());
  } else if (ended) {
    note_trouble(out, one.name, "ended with exit " + std::to_string(one.exit_code));
  } else if (one.restarts > 0 && !one.message.empty()) {
    note_trouble(out, one.name, "restarted: " + one.message);
  } else {
    note_trouble(out, one.name, running ? "is not ready yet" : "is not started yet");
  }
}

PodStatus Agent::status_of(const Record& record, const Replica& replica, const Thing& thing,
                           Pod& pod, MonoTime now) const {
  PodStatus out;
  const auto found = sight_.find(replica.name);
  out.exists = found != sight_.end();
  out.created = pod.created;
  if (!pod.shape) {
    out.trouble = pod.error;
    return out;
  }
  out.ready = out.exists && found->second.network_up;
  out.finished = out.succeeded = out.exists;
  out.judged = true;
  for (const ContainerShape& shape : pod.shape->containers) {
    const ContainerSight* seen = nullptr;
    if (out.exists) {
      const auto at = found->second.containers.find(shape.name);
      if (at != found->second.containers.end()) seen = &at->second;
    }
    const auto at = pod.containers.find(shape.name);
    const Container* kept = at == pod.containers.end() ? nullptr : &at->second;
    const ContainerStatus status = container_status(shape, seen, kept);
    if (shape.init) {
      judge_init(status, out);
    } else {
      judge(status, kept, seen,
            kept == nullptr ? pod.shape->restart : policy_of(*pod.shape, shape, *kept), out);
    }
    out.containers.push_back(status);
  }
  out.obstacle = pod.obstacle;
  if (!pod.error.empty()) {
    out.trouble = pod.error;
    out.ready = false;
  } else if (!out.exists) {
    out.trouble = pod.created ? "the pod was removed" : "the pod is not created yet";
    out.troubled_container.clear();
  }
  if (!pod.evicted.empty()) out.trouble = "evicted: " + pod.evicted;
  // Only what the record says is in use can be lost; what a transaction works on is its business.
  const bool kept = !replica.leaving && !thing.stopped && !thing.outcome &&
                    !record.transaction_open(thing) && pod.evicted.empty();
  const bool whole = out.exists && Pods::complete(*pod.shape, found->second);
  if (kept && !whole) out.lost = out.exists ? out.trouble : "pod " + replica.name + " was removed";
  if (thing.stopped) {
    out.trouble = "the pod is stopped";
    out.ready = false;
  }
  if (!out.ready) {
    pod.long_ready = false;
    return out;
  }
  if (!pod.was_ready) pod.ready_since = now;
  out.available = pod.long_ready || now - pod.ready_since >= pod.shape->min_ready;
  out.trouble.clear();
  return out;
}

void Agent::tell_change(const Replica& replica, Pod& pod, const PodStatus& status) {
  const bool lost = !status.lost.empty();
  if (pod.was_ready != status.ready || pod.was_lost != lost) {
    parts_.watchers.tell({TargetEvent::Kind::changed, replica.workload});
  }
  pod.was_ready = status.ready;
  pod.was_lost = lost;
}

void Agent::publish_all(const Record& record, MonoTime now) {
  std::map<std::string, PodStatus> all;
  std::set<std::string> ready;
  for (const auto& [name, replica] : record.replicas) {
    const Thing* thing = record.of_revision(replica.revision);
    const auto pod = pods_.find(name);
    if (thing == nullptr || pod == pods_.end()) continue;
    pod->second.changed = false;
    PodStatus status = status_of(record, replica, *thing, pod->second, now);
    if (!replica.leaving) tell_change(replica, pod->second, status);
    if (status.ready) ready.insert(name);
    all.emplace(name, std::move(status));
  }
  // Pods that start in order wait for each other.
  if (ready != served_ready_) serve_asked_ = whole_asked_ = true;
  served_ready_ = std::move(ready);
  std::erase_if(pods_, [&](const auto& entry) { return !record.replicas.contains(entry.first); });
  parts_.live.publish(std::move(all));
  note_outcomes(record);
}

void Agent::publish_changed(const Record& record, MonoTime now) {
  for (auto& [name, pod] : pods_) {
    if (!std::exchange(pod.changed, false)) continue;
    const auto replica = record.replicas.find(name);
    if (replica == record.replicas.end()) continue;
    const Thing* thing = record.of_revision(replica->second.revision);
    if (thing == nullptr) continue;
    PodStatus status = status_of(record, replica->second, *thing, pod, now);
    if (!replica->second.leaving) tell_change(replica->second, pod, status);
    const bool was_ready = served_ready_.contains(name);
    if (status.ready) {
      served_ready_.insert(name);
    } else {
      served_ready_.erase(name);
    }
    if (status.ready != was_ready) serve_asked_ = whole_asked_ = true;
    parts_.live.publish(name, std::move(status));
  }
  note_outcomes(record);
}

/// Only after a whole round: before it nothing is known of what the last process left ready. A pod
/// that this round could not judge, as a step held it, stays as it was noted.
void Agent::note_ready(const Record& record) {
  ReadyProcesses ready;
  for (const auto& [name, replica] : record.replicas) {
    const auto pod = pods_.find(name);
    if (pod == pods_.end() || pod->second.containers.empty()) {
      if (auto before = ready_file_.noted(name); !before.empty()) ready[name] = std::move(before);
      continue;
    }
    for (const auto& [container, kept] : pod->second.containers) {
      if (kept.ready()) ready[name].emplace(container, kept.probed_pid);
    }
  }
  ready_file_.write(std::move(ready));
}

/// Jobs, and Pods of hooks, that ended since the last round.
void Agent::note_outcomes(const Record& record) {
  std::map<std::string, JobOutcome> ended;
  const WallTime now = parts_.env.clock.wall();
  for (const auto& [name, replica] : record.replicas) {
    const bool pod = replica.workload.kind == "Pod" && record.is_hook(replica.revision);
    if (!pod && replica.workload.kind != "Job") continue;
    const Thing* thing = record.of_revision(replica.revision);
    if (thing == nullptr || thing->outcome) continue;
    const PodStatus status = parts_.live.of(name);
    if (!status.exists) continue;
    const Duration limit = std::chrono::seconds(std::clamp<std::int64_t>(
        thing->object["spec"]["activeDeadlineSeconds"].as_int(), 0, 1'000'000'000));
    JobOutcome outcome;
    outcome.at = now;
    if (status.finished && status.succeeded) {
      outcome.complete = true;
    } else if (status.finished) {
      outcome.reason = "BackoffLimitExceeded";
      outcome.message = status.trouble;
    } else if (limit > Duration(0) && now.since_epoch - thing->since.since_epoch > limit) {
      outcome.reason = "DeadlineExceeded";
      outcome.message = "ran longer than " + rumbo::to_string(limit);
    } else {
      continue;
    }
    ended.emplace(replica.revision, std::move(outcome));
  }
  if (ended.empty()) return;
  auto noted = parts_.store.change([&](Record& next) -> Result<> {
    for (const auto& [revision, outcome] : ended) next.set_outcome(revision, outcome);
    return {};
  });
  if (!noted) {
    log(LogLevel::warn, "podman", "{}", noted.error().to_string());
    return;
  }
  for (const auto& [revision, outcome] : ended) {
    const Thing* thing = record.of_revision(revision);
    if (thing == nullptr) continue;
    parts_.watchers.tell({TargetEvent::Kind::changed, key_of(thing->object)});
  }
  wake();
}

}  // namespace rumbo::target::podman
