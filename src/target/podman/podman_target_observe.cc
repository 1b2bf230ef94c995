// observe: the record and the pods, as a Kubernetes API would show them.
#include <algorithm>
#include <set>

#include "target/podman/status.h"
#include "target/podman/target_parts.h"

namespace rumbo::target::podman {
namespace {

constexpr int kTailLines = 20;
constexpr Duration kStarting = 5s;  ///< so long an agent has just started
constexpr Duration kFirstAnswers = 2s;

/// Of all generations of the workloads among these keys.
std::set<std::string> revisions_of(const Record& record, const std::vector<ObjectKey>& keys) {
  std::set<std::string> out;
  const std::set<ObjectKey> wanted(keys.begin(), keys.end());
  for (const auto& [name, replica] : record.replicas) {
    if (wanted.contains(replica.workload)) out.insert(replica.revision);
  }
  return out;
}

}  // namespace

Observation PodmanTarget::Parts::observe_one(const Record& record, const ObjectKey& key,
                                             const Cancel& cancel) const {
  Observation out;
  out.key = key;
  const auto staged = std::find_if(record.staged.begin(), record.staged.end(),
                                   [&](const auto& entry) { return entry.first.second == key; });
  const bool is_staged = staged != record.staged.end();
  const Thing* thing = is_staged ? &staged->second : record.find_current(key);
  for (const auto& [at, hook] : record.hooks) {
    if (at.second == key) thing = &hook;
  }
  if (thing == nullptr) return out;
  StatusInput input{record, *thing, is_staged, plane->serving(), now(), {}, {}};
  input.ready = [this](const Replica& replica) { return live.ready(replica.name); };
  for (const Replica* replica : record.replicas_of(thing->revision)) {
    input.pods.push_back({replica->name, live.of(replica->name)});
  }
  out.exists = true;
  out.object = with_status(input);
  out.uid = thing->uid;
  out.version = std::to_string(thing->version);
  out.owner = thing->owner;
  for (const auto& pod : input.pods) {
    if (out.lost.empty()) out.lost = pod.status.lost;
    if (out.obstacle.empty()) out.obstacle = pod.status.obstacle;
  }
  if (key.kind == "PersistentVolumeClaim" && !is_staged) {
    const std::string volume = volume_prefix(options.install, key.ns) + key.name;
    if (!client().volume_exists(volume, cancel).value_or(true)) {
      out.object = out.object.with("status", Value::object({{"phase", "Lost"}}));
    }
  }
  const Culprit culprit = culprit_of(input.pods);
  if (culprit.container.empty()) return out;
  // Evidence only: a log that cannot be read must not hide the status.
  static_cast<void>(client().logs(
      container_name(culprit.pod, culprit.container), LogOptions{.tail = kTailLines},
      [&](std::string_view line) {
        out.log_tail.emplace_back(line);
        return out.log_tail.size() < kTailLines;
      },
      cancel));
  return out;
}

void PodmanTarget::Parts::await_first_answers(const std::vector<ObjectKey>& keys,
                                              const Cancel& cancel) const {
  const auto unanswered = [&] {
    if (!live.judged()) return true;
    const auto record = store->read();
    return std::any_of(keys.begin(), keys.end(), [&](const ObjectKey& key) {
      const auto thing = record->current.find(key);
      if (thing == record->current.end()) return false;
      const auto replicas = record->replicas_of(thing->second.revision);
      return std::any_of(replicas.begin(), replicas.end(), [&](const Replica* replica) {
        const PodStatus status = live.of(replica->name);
        return status.exists && !status.ready && !status.judged;
      });
    });
  };
  const MonoTime now = env.clock.mono();
  const MonoTime until = std::min(now + kFirstAnswers, agent_started.load() + kStarting);
  while (env.clock.mono() < until && unanswered() && cancel.check(env.clock.mono())) {
    env.sleep(20ms);
  }
}

Result<std::vector<Observation>> PodmanTarget::observe(const std::vector<ObjectKey>& keys,
                                                       Consistency consistency,
                                                       const Cancel& cancel) {
  TRY(parts_->not_frozen());
  if (parts_->options.reads_only) {
    TRY(parts_->agent->glance(cancel));
  } else if (consistency != Consistency::cached) {
    TRY(parts_->agent->look_now(cancel, revisions_of(*parts_->store->read(), keys)));
    if (consistency == Consistency::fresh) parts_->await_first_answers(keys, cancel);
  } else if (const auto blind = parts_->live.blind()) {
    return fail(Error(*blind));
  } else if (!parts_->live.judged()) {
    parts_->await_first_answers(keys, cancel);  // nothing is seen yet, which is no drift
  }
  const auto record = parts_->store->read();
  std::vector<Observation> out;
  for (const ObjectKey& key : keys) out.push_back(parts_->observe_one(*record, key, cancel));
  return out;
}

Result<std::vector<Value>> PodmanTarget::list(const ObjectKey& kind, const Cancel& cancel) {
  std::vector<ObjectKey> keys;
  for (const auto& [key, thing] : parts_->store->read()->current) {
    if (key.group == kind.group && key.kind == kind.kind && key.ns == kind.ns) keys.push_back(key);
  }
  std::vector<Value> found;
  if (keys.empty()) return found;
  for (Observation& one : TRY(observe(keys, Consistency::fresh, cancel))) {
    if (one.exists) found.push_back(std::move(one.object));
  }
  return found;
}

}  // namespace rumbo::target::podman
