#include "target/podman/agent.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "target/podman/identity.h"
#include "target/podman/transitions.h"

namespace rumbo::target::podman {
namespace {

// Deaths are heard at once (pidfd); looking finds what makes no noise.
constexpr Duration kLookWhenBusy = 1s;
constexpr Duration kLookWhenDeaf = 5s;  // nobody tells what Podman does
constexpr Duration kLookWhenCalm = 30s;
constexpr Duration kFirstRetry = 1s;
constexpr Duration kLongestRetry = 30s;
constexpr std::size_t kFewRevisions = 4;  // more are cheaper to look at along with all others
constexpr std::size_t kProbers = 8;
constexpr std::size_t kResolvers = 2;
constexpr std::size_t kDrainers = 16;

/// True for trouble of Podman or of this machine, which says nothing about the pod.
bool is_ours(const Error& error) {
  return error.code() == Code::unavailable || error.code() == Code::timeout ||
         error.code() == Code::exhausted || error.code() == Code::internal ||
         error.code() == Code::cancelled;
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
      drainers_(std::make_unique<Workers>(0)),
      resolvers_(std::make_unique<Workers>(0)) {}

Agent::~Agent() {
  stop();
}

void Agent::start() {
  if (thread_.joinable()) return;
  ending_ = false;
  probers_ = std::make_unique<Workers>(kProbers);
  drainers_ = std::make_unique<Workers>(kDrainers);
  resolvers_ = std::make_unique<Workers>(kResolvers);
  thread_ = std::thread([this] { run(); });
  auto ruleset = parts_.plane.watch();
  hears_ruleset_ = ruleset.has_value();
  if (!ruleset) {
    log(LogLevel::warn, "podman", "changes of the nftables table are not heard at once: {}",
        ruleset.error().to_string());
  }
  host_ = std::make_unique<HostWatch>(ruleset ? std::move(*ruleset) : nullptr, kNamesDirectory);
  host_thread_ = std::thread([this] { guard_host(); });
  podman_thread_ = std::thread([this] { hear_podman(); });
}

void Agent::stop() {
  if (!thread_.joinable()) return;
  ending_ = true;
  cancel_.cancel();
  deaths_.wake();
  host_->wake();
  pause_.wake();
  thread_.join();
  host_thread_.join();
  podman_thread_.join();
  host_.reset();
  probers_ = std::make_unique<Workers>(0);
  drainers_ = std::make_unique<Workers>(0);
  resolvers_ = std::make_unique<Workers>(0);
  cancel_ = Cancel();
  MutexLock lock(round_);
  draining_names_.clear();
}

void Agent::run() {
  while (!ending_) {
    const MonoTime next = step(parts_.env.clock.mono());
    if (ending_) return;
    watch_processes();
    if (deaths_.wait(next - parts_.env.clock.mono())) look_asked_ = true;
  }
}

/// Which processes run is known anew only after a look.
void Agent::watch_processes() {
  std::set<int> pids;
  {
    MutexLock lock(round_);
    if (!std::exchange(sight_is_new_, false)) return;
    for (const auto& [name, pod] : sight_) {
      for (const auto& [container, seen] : pod.containers) {
        if (seen.state == RunState::running) pids.insert(seen.pid);
      }
    }
  }
  deaths_.watch(pids);
}

MonoTime Agent::step(MonoTime now) {
  MutexLock lock(round_);
  take_hook_answers();
  take_probe_answers(now);
  evict_overfull(now);
  if (look_asked_.exchange(false) || now >= look_due_) {
    if (auto looked = look_locked(cancel_); !looked) {
      look_due_ = now + kLookWhenBusy;
      if (cancel_.cancelled()) return look_due_;
      log(LogLevel::warn, "podman", "cannot look at the containers: {}",
          looked.error().to_string());
      if (looked.error().retry() == Retry::never) return look_due_;
      if (auto up = parts_.revive(); !up) {
        log(LogLevel::warn, "podman", "{}", up.error().to_string());
        parts_.live.set_blind(std::move(up).error());
      }
      return look_due_;
    }
    parts_.live.set_blind(std::nullopt);
    look_due_ = now + (hears_podman_ ? kLookWhenCalm : kLookWhenDeaf);
  }
  if (whole_asked_ || parts_.store.read() != kept_ || now >= crons_due_) {
    crons_due_ = work_off_schedules(now);
  }
  MonoTime next = std::min(look_due_, crons_due_);
  const auto record = parts_.store.read();
  bool calm = record->staged.empty() && record->replaced.empty() && record->leaving.empty();
  // What a probe answered, and what is due, is of single pods; anything else may be of all.
  const bool whole = std::exchange(whole_asked_, false) || record != kept_;
  kept_ = record;
  for (const auto& [name, replica] : record->replicas) {
    if (replica.leaving || cancel_.cancelled()) continue;
    Pod& pod = pods_[name];
    if (whole || pod.answered || pod.due <= now) {
      pod.answered = false;
      pod.changed = true;
      pod.due = std::min(keep_pod(*record, replica, now), available_at(pod, now));
    }
    next = std::min(next, pod.due);
  }
  if (cancel_.cancelled()) return now;  // half a round says nothing
  take_probe_answers(parts_.env.clock.mono());
  if (whole) {
    publish_all(*record, now);
  } else {
    publish_changed(*record, now);
  }
  if (whole || whole_asked_) note_ready(*record);
  parts_.live.set_judged();
  for (const auto& [name, pod] : pods_) calm = calm && pod.was_ready;
  serve(record, now);
  drain_leaving(*record);
  if (!calm) look_due_ = std::min(look_due_, now + kLookWhenBusy);
  if (look_asked_ || whole_asked_) return now;
  return std::min({next, look_due_, mend_due_, serve_due_});
}

Result<> Agent::look_now(const Cancel& cancel, const std::set<std::string>& revisions) {
  MutexLock lock(round_);
  if (revisions.empty() || revisions.size() > kFewRevisions) {
    TRY(look_locked(cancel));
  } else {
    for (const std::string& revision : revisions) TRY(look_at(revision, cancel));
  }
  publish_all(*parts_.store.read(), parts_.env.clock.mono());
  return {};
}

Result<> Agent::glance(const Cancel& cancel) {
  MutexLock lock(round_);
  TRY(look_locked(cancel));
  TRY(parts_.plane.look());
  const auto record = parts_.store.read();
  const MonoTime now = parts_.env.clock.mono();
  for (const auto& [name, replica] : record->replicas) {
    const Thing* thing = record->of_revision(replica.revision);
    if (thing == nullptr) continue;
    Pod& pod = know_pod(replica, *thing);
    const auto sight = sight_.find(name);
    if (!pod.shape || sight == sight_.end()) continue;
    pod.created = Pods::complete(*pod.shape, sight->second);
    pod.long_ready = true;  // nobody knows since when
    for (const ContainerShape& shape : pod.shape->containers) {
      const auto seen = sight->second.containers.find(shape.name);
      if (seen == sight->second.containers.end()) continue;
      if (shape.init || seen->second.state != RunState::running) continue;
      know_process(replica, shape, seen->second, pod.containers[shape.name], now);
    }
  }
  publish_all(*record, now);
  return {};
}

Result<> Agent::look_locked(const Cancel& cancel) {
  Sight now = TRY(look(parts_.client, parts_.install, cancel));
  // A container that started rewrote the files of names, and has a link of its own.
  if (now != sight_) serve_asked_ = true;
  sight_ = std::move(now);
  sight_is_new_ = whole_asked_ = true;
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
    pod->second.answered = pod->second.changed = true;
    kept.probes->result(answer.kind, answer.result, now);
    kept.answered = true;
    if (!kept.assumed_ready || answer.kind == ProbeState::Kind::liveness) continue;
    kept.failures = answer.result.ok ? 0 : kept.failures + 1;
    const Probe* spec = kept.probes->spec(answer.kind);
    kept.assumed_ready =
        !kept.probes->ready() && spec != nullptr && kept.failures < spec->failure_threshold;
  }
}

void Agent::note_failure(const Replica& replica, Pod& pod, const Error& error, MonoTime now) {
  pod.error = error.to_string();
  pod.obstacle = is_ours(error) ? pod.error : "";
  ++pod.failures;
  Duration pause = kFirstRetry;
  for (int i = 1; i < pod.failures && pause < kLongestRetry; ++i) pause *= 2;
  pod.not_before = now + std::min(pause, kLongestRetry);
  log(LogLevel::warn, "podman", "pod {}: {}", replica.name, pod.error);
}

Result<bool> Agent::bring_up(const Record& record, const Replica& replica, Pod& pod) {
  const PodSight* sight = nullptr;
  PodSight fresh;
  const auto started = [&](const std::string& container) {
    const auto kept = pod.containers.find(container);
    return kept != pod.containers.end() && kept->second.started();
  };
  const auto found = sight_.find(replica.name);
  if (pod.failures >= 2) {
    // Made anew, at another address: see move_replica().
    TRY(parts_.store.change([&](Record& next) { return move_replica(next, replica.name); }));
    const auto moved = parts_.store.read();
    const auto recorded = moved->replicas.find(replica.name);
    if (recorded == moved->replicas.end()) return true;
    TRY(parts_.pods.create(*moved, recorded->second, cancel_));
    for (const ContainerShape& container : pod.shape->containers) {
      fresh.containers[container.name] = {};
    }
    TRY(parts_.pods.advance(*moved, recorded->second, *pod.shape, fresh, false, started, cancel_));
    return true;
  }
  if (found == sight_.end() || !Pods::complete(*pod.shape, found->second)) {
    // It may be the first of its namespace, whose network was swept when the last one went.
    TRY(parts_.networks.ensure(replica.workload.ns, cancel_));
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
    TRY(parts_.pods.stop(replica.name, *pod.shape, Duration(0), cancel_));
    return true;
  }
  const bool again = !sight->network_up && pod.shape->restart == RestartPolicy::always;
  const bool did =
      TRY(parts_.pods.advance(record, replica, *pod.shape, *sight, again, started, cancel_));
  return did || sight == &fresh;
}

Agent::Pod& Agent::know_pod(const Replica& replica, const Thing& thing) {
  Pod& pod = pods_[replica.name];
  if (pod.shape) return pod;
  auto shape = shape_of(thing.object);
  if (shape) {
    pod.shape = std::make_shared<const PodShape>(std::move(*shape));
  } else {
    pod.error = shape.error().to_string();
  }
  return pod;
}

void Agent::know_process(const Replica& replica, const ContainerShape& shape,
                         const ContainerSight& seen, Container& kept, MonoTime now) {
  if (kept.probed_pid == seen.pid) return;
  kept.probes.emplace(shape.probes, now);
  kept.probed_pid = seen.pid;
  kept.failures = 0;
  kept.answered = false;
  kept.assumed_ready = ready_file_.was_ready(replica.name, shape.name, seen.pid);
  // As in Kubernetes it may run twice for one process, where Rumbo was started anew meanwhile.
  kept.hooking = shape.post_start && !kept.assumed_ready && thread_.joinable();
  if (kept.hooking) run_post_start(replica, shape, seen.pid);
}

bool Agent::waits_for_previous(const Record& record, const Replica& replica,
                               const Thing& thing) const {
  if (replica.ordinal == 0 || !starts_in_order(thing.object)) return false;
  for (const Replica* other : record.replicas_of(replica.revision)) {
    if (other->ordinal == replica.ordinal - 1) return !parts_.live.ready(other->name);
  }
  return false;
}

bool Agent::is_there(const Replica& replica, Pod& pod) const {
  const auto seen = sight_.find(replica.name);
  const bool there = seen != sight_.end() && Pods::complete(*pod.shape, seen->second);
  pod.created = pod.created || there;
  return there;
}

Result<> Agent::look_at(const std::string& revision, const Cancel& cancel) {
  Sight now = TRY(look(parts_.client, parts_.install, cancel, revision));
  const auto record = parts_.store.read();
  for (const Replica* replica : record->replicas_of(revision)) {
    const auto seen = now.find(replica->name);
    const auto known = sight_.find(replica->name);
    if (seen == now.end()) {
      if (known == sight_.end()) continue;
      sight_.erase(known);
    } else {
      if (known != sight_.end() && known->second == seen->second) continue;
      sight_[replica->name] = std::move(seen->second);
    }
    sight_is_new_ = whole_asked_ = true;
    serve_asked_ = true;
  }
  return {};
}

/// When a pod that is ready will have been so for minReadySeconds; never if it has, or is not.
MonoTime Agent::available_at(const Pod& pod, MonoTime now) {
  if (!pod.was_ready || pod.long_ready || !pod.shape) return MonoTime::never();
  const MonoTime at = pod.ready_since + pod.shape->min_ready;
  return at > now ? at : MonoTime::never();
}

MonoTime Agent::keep_pod(const Record& record, const Replica& replica, MonoTime now) {
  const Thing* thing = record.of_revision(replica.revision);
  if (thing == nullptr) return MonoTime::never();
  Pod& pod = know_pod(replica, *thing);
  if (pod.shape && thing->outcome) end_job(replica, *pod.shape);
  if (!pod.shape || thing->stopped || thing->outcome) return MonoTime::never();
  const auto hold = parts_.busy.try_take(replica.name);
  if (!hold) return now + 100ms;
  const auto still = parts_.store.read();
  const auto recorded = still->replicas.find(replica.name);
  if (recorded == still->replicas.end() || recorded->second.leaving) return MonoTime::never();

  const bool there = is_there(replica, pod);
  const bool ours = record.transaction_open(*thing) || record.runs.contains(replica.revision) ||
                    !pod.evicted.empty();
  if (!there && !ours) return MonoTime::never();  // control heals it
  if (!there && waits_for_previous(record, replica, *thing)) return MonoTime::never();
  const auto down = [&]() REQUIRES(round_) {
    return !is_there(replica, pod) || needs_start(*pod.shape, sight_.at(replica.name));
  };
  if (down()) {
    if (now < pod.not_before) return pod.not_before;
    // The last look may be older than our hold of the pod: a step was just then making it.
    if (auto looked = look_at(replica.revision, cancel_); !looked) {
      note_failure(replica, pod, looked.error(), now);
      return pod.not_before;
    }
    if (!is_there(replica, pod) && !ours) return MonoTime::never();  // it was being removed
  }
  if (down()) {
    const auto up = bring_up(record, replica, pod);
    if (!up) {
      note_failure(replica, pod, up.error(), now);
      return pod.not_before;
    }
    if (*up) {
      if (!there) pod.evicted.clear();
      look_asked_ = true;
      return now;
    }
    // An init container or a sidecar is waited for, and kept like the others meanwhile.
  }
  pod.failures = 0;
  pod.error.clear();
  pod.obstacle.clear();
  return std::min(keep_containers(replica, *thing, pod, now), measure_volumes(replica, pod, now));
}

MonoTime Agent::keep_containers(const Replica& replica, const Thing&, Pod& pod, MonoTime now) {
  MonoTime next = MonoTime::never();
  const PodSight& sight = sight_.at(replica.name);
  for (const ContainerShape& shape : pod.shape->containers) {
    const ContainerSight& seen = sight.containers.at(shape.name);
    Container& kept = pod.containers[shape.name];
    const RestartPolicy policy = policy_of(*pod.shape, shape, kept);
    const std::string name = container_name(replica.name, shape.name);
    const int most_restarts = shape.sidecar ? -1 : pod.shape->most_restarts;
    const RestartKeeper::Do act = kept.keeper.step(seen, policy, now, most_restarts);
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
    know_process(replica, shape, seen, kept, now);
    pod.long_ready = pod.long_ready || kept.assumed_ready;
    if (kept.probed_pid == seen.pid && kept.hooking) continue;
    next = std::min(next, probe(replica, shape.name, kept, seen, now));
    if (!kept.probes->must_restart()) continue;
    kept.keeper.blame(kept.probes->reason());
    kept.probes.emplace(shape.probes, now);  // judged anew once it runs again
    kept.assumed_ready = false;
    restart_for_probe(replica.name, shape.name, *pod.shape);
  }
  return next;
}

RestartPolicy Agent::policy_of(const PodShape& pod, const ContainerShape& shape,
                               const Container& kept) {
  if (shape.sidecar) return RestartPolicy::always;
  if (shape.init && pod.restart == RestartPolicy::always) return RestartPolicy::on_failure;
  const bool exhausted = pod.most_restarts >= 0 && kept.keeper.restarts() > pod.most_restarts;
  return exhausted ? RestartPolicy::never : pod.restart;
}

/// A Job's pod is kept for its log, without its network.
void Agent::end_job(const Replica& replica, const PodShape& shape) {
  const auto seen = sight_.find(replica.name);
  if (seen == sight_.end() || !seen->second.network_up) return;
  if (!ending_jobs_.with([&](auto& names) { return names.insert(replica.name).second; })) return;
  drainers_->run([this, name = replica.name, shape] {
    auto stopped = parts_.pods.stop(name, shape, shape.grace, cancel_);
    if (!stopped) log(LogLevel::warn, "podman", "{}", stopped.error().to_string());
    ending_jobs_.with([&](auto& names) { names.erase(name); });
    wake();
  });
}

/// The keeper starts it again when it has ended.
void Agent::restart_for_probe(const std::string& pod, const std::string& container,
                              const PodShape& shape) {
  drainers_->run([this, name = container_name(pod, container), grace = shape.grace] {
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
      if (cancel_.cancelled()) return;  // we stop: that says nothing about the pod
      answers_.with([&](auto& list) { list.push_back({pod, container, pid, kind, result}); });
      deaths_.wake();
    });
  }
  return kept.probes->next();
}

}  // namespace rumbo::target::podman
