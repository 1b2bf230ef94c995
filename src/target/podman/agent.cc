#include "target/podman/agent.h"

#include <algorithm>

#include "base/log.h"

namespace rumbo::target::podman {
namespace {

// Deaths are heard at once (pidfd); looking finds what makes no noise.
constexpr Duration kLookWhenBusy = 1s;
constexpr Duration kLookWhenCalm = 5s;
constexpr Duration kMendEvery = 5s;
constexpr Duration kFirstRetry = 1s;
constexpr Duration kLongestRetry = 30s;
constexpr std::size_t kProbers = 8;
constexpr std::size_t kDrainers = 16;

/// True while a transaction on the thing's application is open here: its pods are protected.
bool transaction_open(const Record& record, const Thing& thing) {
  for (const auto* things : {&record.staged, &record.replaced}) {
    for (const auto& [at, other] : *things) {
      if (other.owner.application == thing.owner.application &&
          other.owner.environment == thing.owner.environment) {
        return true;
      }
    }
  }
  return false;
}

bool any_running(const PodSight& sight) {
  return std::any_of(sight.containers.begin(), sight.containers.end(),
                     [](const auto& entry) { return entry.second.state == RunState::running; });
}

/// True if something waits to be started for the first time, or the pod went down as a whole.
bool needs_start(const PodShape& shape, const PodSight& sight) {
  if (!sight.network_up) return true;
  return std::any_of(shape.containers.begin(), shape.containers.end(), [&](const auto& one) {
    const auto found = sight.containers.find(one.name);
    return found != sight.containers.end() && found->second.state == RunState::created;
  });
}

}  // namespace

Agent::Agent(AgentParts parts)
    : parts_(std::move(parts)),
      ready_file_(parts_.env.files, parts_.ready_file, parts_.boot_id),
      probers_(std::make_unique<Workers>(0)),
      drainers_(std::make_unique<Workers>(0)) {}

Agent::~Agent() {
  stop();
}

void Agent::start() {
  if (thread_.joinable()) return;
  ending_ = false;
  probers_ = std::make_unique<Workers>(kProbers);
  drainers_ = std::make_unique<Workers>(kDrainers);
  thread_ = std::thread([this] { run(); });
}

void Agent::stop() {
  if (!thread_.joinable()) return;
  ending_ = true;
  cancel_.cancel();
  deaths_.wake();
  thread_.join();
  probers_ = std::make_unique<Workers>(0);
  drainers_ = std::make_unique<Workers>(0);
  cancel_ = Cancel();
  MutexLock lock(round_);
  draining_names_.clear();
}

void Agent::run() {
  while (!ending_) {
    const MonoTime next = step(parts_.env.clock.mono());
    if (ending_) return;
    std::set<int> pids;
    {
      MutexLock lock(round_);
      for (const auto& [name, pod] : sight_) {
        for (const auto& [container, seen] : pod.containers) {
          if (seen.state == RunState::running) pids.insert(seen.pid);
        }
      }
    }
    deaths_.watch(pids);
    if (deaths_.wait(next - parts_.env.clock.mono())) look_asked_ = true;
  }
}

MonoTime Agent::step(MonoTime now) {
  MutexLock lock(round_);
  take_probe_answers(now);
  if (look_asked_.exchange(false) || now >= look_due_) {
    if (auto looked = look_locked(cancel_); !looked) {
      log(LogLevel::warn, "podman", "cannot look at the containers: {}",
          looked.error().to_string());
      look_due_ = now + kLookWhenBusy;
      if (!cancel_.cancelled() && looked.error().retry() != Retry::never) parts_.revive();
      return look_due_;
    }
    look_due_ = now + kLookWhenCalm;
  }
  const auto record = parts_.store.read();
  MonoTime next = look_due_;
  bool calm = record->staged.empty() && record->replaced.empty() && record->leaving.empty();
  for (const auto& [name, replica] : record->replicas) {
    if (replica.leaving || cancel_.cancelled()) continue;
    next = std::min(next, keep_pod(*record, replica, now));
  }
  take_probe_answers(parts_.env.clock.mono());
  publish(*record, now);
  parts_.live.set_judged();
  for (const auto& [name, pod] : pods_) calm = calm && pod.was_ready;
  serve(now);
  drain_leaving(*record);
  if (auto swept = parts_.networks.sweep(cancel_); !swept) {
    log(LogLevel::info, "podman", "an unused network stays: {}", swept.error().to_string());
  }
  if (!calm) look_due_ = std::min(look_due_, now + kLookWhenBusy);
  if (look_asked_) return now;
  return std::min({next, look_due_, mend_due_});
}

Result<> Agent::look_now(const Cancel& cancel) {
  MutexLock lock(round_);
  TRY(look_locked(cancel));
  publish(*parts_.store.read(), parts_.env.clock.mono());
  return {};
}

Result<> Agent::look_locked(const Cancel& cancel) {
  sight_ = TRY(look(parts_.client, parts_.install, cancel));
  return {};
}

void Agent::take_probe_answers(MonoTime now) {
  std::vector<ProbeAnswer> answers;
  answers_.with([&](auto& list) { answers.swap(list); });
  for (const ProbeAnswer& answer : answers) {
    const auto pod = pods_.find(answer.pod);
    if (pod == pods_.end()) continue;
    const auto container = pod->second.containers.find(answer.container);
    if (container == pod->second.containers.end()) continue;
    Container& kept = container->second;
    if (!kept.probes || kept.probed_pid != answer.pid) continue;
    kept.probes->result(answer.kind, answer.result, now);
    if (!kept.assumed_ready || answer.kind == ProbeState::Kind::liveness) continue;
    kept.failures = answer.result.ok ? 0 : kept.failures + 1;
    const Probe* spec = kept.probes->spec(answer.kind);
    kept.assumed_ready =
        !kept.probes->ready() && spec != nullptr && kept.failures < spec->failure_threshold;
  }
}

void Agent::note_failure(const Replica& replica, Pod& pod, const Error& error, MonoTime now) {
  pod.error = error.to_string();
  ++pod.failures;
  Duration pause = kFirstRetry;
  for (int i = 1; i < pod.failures && pause < kLongestRetry; ++i) pause *= 2;
  pod.not_before = now + std::min(pause, kLongestRetry);
  log(LogLevel::warn, "podman", "pod {}: {}", replica.name, pod.error);
}

Result<> Agent::bring_up(const Record& record, const Replica& replica, Pod& pod) {
  const PodSight* sight = nullptr;
  PodSight fresh;
  const auto found = sight_.find(replica.name);
  // Podman may have died in the middle of a start: such a container never starts again.
  const bool broken = pod.failures >= 2;
  if (found == sight_.end() || broken || !Pods::complete(*pod.shape, found->second)) {
    TRY(parts_.pods.create(record, replica, cancel_));
    for (const ContainerShape& container : pod.shape->containers) {
      fresh.containers[container.name] = {};
    }
    sight = &fresh;
  } else {
    sight = &found->second;
  }
  if (!sight->network_up && any_running(*sight)) {
    // Its network was taken away under it: down as a whole, and up again next time.
    TRY(parts_.pods.stop(replica.name, Duration(0), cancel_));
    return {};
  }
  const bool again = !sight->network_up && pod.shape->restart == RestartPolicy::always;
  TRY(parts_.pods.advance(record, replica, *pod.shape, *sight, again, cancel_));
  return {};
}

MonoTime Agent::keep_pod(const Record& record, const Replica& replica, MonoTime now) {
  const Thing* thing = record.of_revision(replica.revision);
  if (thing == nullptr) return MonoTime::never();
  Pod& pod = pods_[replica.name];
  if (!pod.shape) {
    auto shape = shape_of(thing->object);
    if (!shape) {
      pod.error = shape.error().to_string();
      return MonoTime::never();
    }
    pod.shape = std::make_shared<const PodShape>(std::move(*shape));
  }
  if (thing->stopped) return MonoTime::never();
  const auto hold = parts_.busy.try_take(replica.name);
  if (!hold) return now + 100ms;
  const auto still = parts_.store.read();
  const auto recorded = still->replicas.find(replica.name);
  if (recorded == still->replicas.end() || recorded->second.leaving) return MonoTime::never();

  const auto seen = sight_.find(replica.name);
  const bool there = seen != sight_.end() && Pods::complete(*pod.shape, seen->second);
  pod.created = pod.created || there;
  if (!there && !transaction_open(record, *thing)) return MonoTime::never();  // control heals it
  if (!there || needs_start(*pod.shape, seen->second)) {
    if (now < pod.not_before) return pod.not_before;
    if (auto up = bring_up(record, replica, pod); !up) {
      note_failure(replica, pod, up.error(), now);
      return pod.not_before;
    }
    look_asked_ = true;
    return now;
  }
  pod.failures = 0;
  pod.error.clear();
  return keep_containers(replica, *thing, pod, now);
}

MonoTime Agent::keep_containers(const Replica& replica, const Thing&, Pod& pod, MonoTime now) {
  MonoTime next = MonoTime::never();
  const PodSight& sight = sight_.at(replica.name);
  for (const ContainerShape& shape : pod.shape->containers) {
    const ContainerSight& seen = sight.containers.at(shape.name);
    Container& kept = pod.containers[shape.name];
    const RestartPolicy policy = shape.init && pod.shape->restart == RestartPolicy::always
                                     ? RestartPolicy::on_failure
                                     : pod.shape->restart;
    const std::string name = container_name(replica.name, shape.name);
    const RestartKeeper::Do act = kept.keeper.step(seen, policy, now);
    Result<> done;
    if (act == RestartKeeper::Do::stop) {
      done = parts_.client.stop_container(name, Duration(0), cancel_);
    } else if (act == RestartKeeper::Do::start) {
      done = parts_.client.start_container(name, cancel_);
    }
    if (!done) note_failure(replica, pod, done.error(), now);
    if (act != RestartKeeper::Do::nothing) look_asked_ = true;
    next = std::min(next, kept.keeper.next());
    if (shape.init || seen.state != RunState::running) continue;
    if (kept.probed_pid != seen.pid) {
      kept.probes.emplace(shape.probes, now);
      kept.probed_pid = seen.pid;
      kept.failures = 0;
      kept.assumed_ready = ready_file_.was_ready(replica.name, shape.name, seen.pid);
    }
    next = std::min(next, probe(replica, shape.name, kept, seen, now));
    if (!kept.probes->must_restart()) continue;
    kept.keeper.blame(kept.probes->reason());
    kept.probes.emplace(shape.probes, now);  // judged anew once it runs again
    kept.assumed_ready = false;
    restart_for_probe(replica, shape.name, *pod.shape);
  }
  return next;
}

/// The keeper starts it again when it has ended.
void Agent::restart_for_probe(const Replica& replica, const std::string& container,
                              const PodShape& shape) {
  drainers_->run([this, name = container_name(replica.name, container), grace = shape.grace] {
    auto stopped = parts_.client.stop_container(name, grace, cancel_);
    if (!stopped) log(LogLevel::warn, "podman", "{}", stopped.error().to_string());
    wake();
  });
}

MonoTime Agent::probe(const Replica& replica, const std::string& container, Container& kept,
                      const ContainerSight& seen, MonoTime now) {
  for (const ProbeState::Kind kind : kept.probes->step(now)) {
    const Probe* spec = kept.probes->spec(kind);
    if (spec == nullptr) continue;
    probers_->run([this, kind, spec = *spec, pod = replica.name, container, pid = seen.pid,
                   address = replica.address] {
      const std::string name = container_name(pod, container);
      const ProbeTarget target{
          address, [&](const std::vector<std::string>& argv, const Cancel& bounded) -> Result<int> {
            const auto ran =
                TRY(parts_.client.exec(name, argv, ExecOptions{.timeout = spec.timeout}, bounded));
            return ran.exit_code;
          }};
      const Cancel bounded =
          cancel_.with_deadline(parts_.env.clock.mono() + spec.timeout + Duration(1s));
      ProbeResult result = run_probe(parts_.env, spec, target, bounded);
      answers_.with([&](auto& list) { list.push_back({pod, container, pid, kind, result}); });
      deaths_.wake();
    });
  }
  return kept.probes->next();
}

PodStatus Agent::status_of(const Replica& replica, const Thing& thing, Pod& pod,
                           MonoTime now) const {
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
  const auto trouble = [&](const std::string& container, std::string what) {
    if (!out.trouble.empty()) return;
    out.trouble = "container " + container + ": " + std::move(what);
    out.troubled_container = container;
  };
  for (const ContainerShape& shape : pod.shape->containers) {
    ContainerStatus status;
    status.name = shape.name;
    status.init = shape.init;
    const auto kept = pod.containers.find(shape.name);
    const ContainerSight* seen = nullptr;
    if (out.exists) {
      const auto at = found->second.containers.find(shape.name);
      if (at != found->second.containers.end()) seen = &at->second;
    }
    if (seen != nullptr) {
      status.exists = true;
      status.id = seen->id;
      status.state = seen->state;
      status.exit_code = seen->exit_code;
      status.started = seen->started;
      status.finished = seen->finished;
    }
    if (kept != pod.containers.end()) {
      const RestartKeeper& keeper = kept->second.keeper;
      status.restarts = keeper.restarts();
      if (keeper.last_exit() >= 0) status.exit_code = keeper.last_exit();
      status.reason = keeper.reason();
      status.message = keeper.message();
    }
    const bool running = seen != nullptr && seen->state == RunState::running;
    const bool ended = seen != nullptr && seen->state == RunState::exited;
    const bool again = pod.shape->restart == RestartPolicy::always ||
                       (pod.shape->restart == RestartPolicy::on_failure && status.exit_code != 0);
    if (shape.init) {
      if (!(ended && status.exit_code == 0)) {
        out.ready = out.finished = out.succeeded = false;
        if (!status.reason.empty()) {
          trouble(shape.name, status.reason + ": " + status.message);
        } else {
          trouble(shape.name, running ? "init container is running" : "is not started yet");
        }
      }
      out.containers.push_back(std::move(status));
      continue;
    }
    if (!ended || again) out.finished = false;
    if (!ended || status.exit_code != 0) out.succeeded = false;
    const bool judged = running && kept != pod.containers.end() && kept->second.probes &&
                        kept->second.probed_pid == seen->pid;
    status.ready = judged && kept->second.ready();
    if (!status.ready) {
      out.ready = false;
      if (out.exists && seen == nullptr) {
        trouble(shape.name, "was removed");
      } else if (!running && !status.reason.empty()) {
        trouble(shape.name, status.reason + ": " + status.message);
      } else if (judged && !kept->second.probes->reason().empty()) {
        status.message = kept->second.probes->reason();
        trouble(shape.name, status.message);
      } else if (ended) {
        trouble(shape.name, "ended with exit " + std::to_string(status.exit_code));
      } else if (status.restarts > 0 && !status.message.empty()) {
        trouble(shape.name, "restarted: " + status.message);
      } else {
        trouble(shape.name, running ? "is not ready yet" : "is not started yet");
      }
    }
    out.containers.push_back(std::move(status));
  }
  if (!pod.error.empty()) {
    out.trouble = pod.error;
    out.ready = false;
  }
  if (!out.exists && out.trouble.find("Error") == std::string::npos && pod.error.empty()) {
    out.trouble = pod.created ? "the pod was removed" : "the pod is not created yet";
    out.troubled_container.clear();
  }
  if (thing.stopped) {
    out.ready = false;
    out.trouble = "the pod is stopped";
  }
  if (!out.ready) {
    pod.ready_since = MonoTime::never();
  } else {
    if (pod.ready_since == MonoTime::never() || !pod.was_ready) pod.ready_since = now;
    out.available = now - pod.ready_since >= pod.shape->min_ready;
    out.trouble.clear();
  }
  return out;
}

void Agent::tell_change(const Replica& replica, Pod& pod, const PodStatus& status) {
  const bool lost = pod.was_there && !status.exists;
  if (pod.was_ready != status.ready || lost) {
    parts_.watchers.tell({TargetEvent::Kind::changed, replica.workload});
  }
  pod.was_ready = status.ready;
  pod.was_there = status.exists;
}

void Agent::publish(const Record& record, MonoTime now) {
  std::map<std::string, PodStatus> all;
  ReadyProcesses ready;
  for (const auto& [name, replica] : record.replicas) {
    const Thing* thing = record.of_revision(replica.revision);
    const auto pod = pods_.find(name);
    if (thing == nullptr || pod == pods_.end()) continue;
    PodStatus status = status_of(replica, *thing, pod->second, now);
    if (!replica.leaving) tell_change(replica, pod->second, status);
    for (const auto& [container, kept] : pod->second.containers) {
      if (kept.ready()) ready[name].emplace(container, kept.probed_pid);
    }
    all.emplace(name, std::move(status));
  }
  ready_file_.write(std::move(ready));
  std::erase_if(pods_, [&](const auto& entry) { return !record.replicas.contains(entry.first); });
  parts_.live.publish(std::move(all));
}

void Agent::serve(MonoTime now) {
  const auto warn = [](const Error& error) {
    log(LogLevel::warn, "podman", "{}", error.to_string());
  };
  if (auto done = parts_.plane.prepare_bridges(); !done) warn(done.error());
  if (auto done = parts_.plane.refresh(); !done) warn(done.error());
  if (auto done = parts_.plane.publish_names(); !done) warn(done.error());
  if (now < mend_due_) return;
  mend_due_ = now + kMendEvery;
  if (auto done = parts_.plane.mend(); !done) warn(done.error());
}

}  // namespace rumbo::target::podman
