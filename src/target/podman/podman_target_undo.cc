// inspect and revert: what became of a step, and back. Both may be called at any time after a
// crash, in any state; both settle a half recorded switch first.
#include "target/podman/target_parts.h"
#include "target/podman/transitions.h"

namespace rumbo::target::podman {

Result<Sighting> PodmanTarget::inspect(const Step& step, const Fence& fence, const Cancel& cancel) {
  TRY(parts_->not_frozen());
  TRY(parts_->plane->settle());
  const auto record = parts_->store->read();
  Sighting out = sight(*record, step, fence);
  if (step.kind != StepKind::stage || out.state != Sighting::State::applied) return out;
  // Recorded is not yet done: a crash may have come before the pods were made.
  const Item& item = step.items.at(0);
  const Thing* thing = record->seen_by(fence.txn, item.key);
  if (thing == nullptr || thing->revision.empty() || thing->served) return out;
  const auto shape = shape_of(thing->object);
  const Sight seen = TRY(look(parts_->client(), parts_->options.install, cancel));
  for (const Replica* replica : record->replicas_of(thing->revision)) {
    const auto pod = seen.find(replica->name);
    if (pod != seen.end() && shape && Pods::complete(*shape, pod->second)) continue;
    out.state = Sighting::State::mixed;
    out.receipt.reset();
    break;
  }
  return out;
}

Result<Reverted> PodmanTarget::revert(const Step& step, const Receipt*, const Fence& fence,
                                      const Cancel& cancel) {
  TRY(parts_->not_frozen());
  TRY(check_fence(*parts_->store->read(), fence));
  TRY(parts_->plane->settle());
  Reverted out;
  switch (step.kind) {
    case StepKind::switch_over:
      TRY(parts_->undo_switch(step, fence));
      break;
    case StepKind::stage:
      TRY(parts_->undo_stage(step, fence, out, cancel));
      break;
    case StepKind::quiesce:
      TRY(parts_->undo_quiesce(step, fence, cancel));
      break;
    case StepKind::scaffold:
      TRY(parts_->change_fenced(fence, [&](Record& record) -> Result<> {
        unscaffold(record, step.items.at(0), fence.txn);
        return {};
      }));
      break;
    case StepKind::hook:
      // What it did cannot be undone here; it does not go on.
      TRY(parts_->change_fenced(fence, [&](Record& record) -> Result<> {
        drop_hook(record, fence.txn, step.items.at(0).key, parts_->now());
        return {};
      }));
      out.kept.push_back(step.items.at(0).key.to_string() + " ran");
      break;
    default:
      break;
  }
  return out;
}

/// After a restart the old pods may serve well and only not have been asked yet.
Result<> PodmanTarget::Parts::replaced_are_judged(const Step& step, const Fence& fence) const {
  const auto record = store->read();
  bool judged = live.judged();
  for (const Item& item : step.items) {
    const auto old = record->replaced.find({fence.txn, item.key});
    if (old == record->replaced.end() || old->second.stopped) continue;
    for (const Replica* replica : record->replicas_of(old->second.revision)) {
      judged = judged && live.of(replica->name).judged;
    }
  }
  if (judged) return {};
  return fail(Code::unavailable, "the old pods are not probed yet since the start", Retry::later);
}

Result<> PodmanTarget::Parts::undo_switch(const Step& step, const Fence& fence) {
  PendingSwitch pending;
  pending.txn = fence.txn;
  pending.epoch = fence.epoch;
  pending.back = true;
  bool switched = false;
  const auto record = store->read();
  for (const Item& item : step.items) {
    pending.keys.push_back(item.key);
    switched = switched || record->current_is_of(fence.txn, item.key);
  }
  if (!switched) return {};
  TRY(agent->look_now(Cancel()));
  TRY(replaced_are_judged(step, fence));
  TRY(plane->move(pending, [&](const Record& now) { return check_fence(now, fence); }));
  agent->wake();
  return {};
}

Result<> PodmanTarget::Parts::undo_stage(const Step& step, const Fence& fence, Reverted& out,
                                         const Cancel& cancel) {
  const Item& item = step.items.at(0);
  std::vector<std::string> leaving;
  bool served = false;
  TRY(change_fenced(fence, [&](Record& record) -> Result<> {
    const auto staged = record.staged.find({fence.txn, item.key});
    if (staged != record.staged.end()) {
      served = staged->second.served;
      for (const Replica* replica : record.replicas_of(staged->second.revision)) {
        leaving.push_back(replica->name);
      }
    }
    unstage(record, fence.txn, item.key, now());
    release_unused_addresses(record);
    return {};
  }));
  if (step.inverse == Inverse::keep_and_report && item.key.kind == "PersistentVolumeClaim") {
    out.kept.push_back(item.key.to_string() + " keeps its volume");
  }
  // What never served has no connections to finish; what did is drained by the agent, unless the
  // old pods can only start once it is gone.
  const Thing* old = store->read()->find_current(item.key);
  const bool wait = !served || (old != nullptr && old->stopped);
  if (!wait) return {};
  for (const std::string& pod : leaving) TRY(agent->finish(pod, served, cancel));
  return {};
}

Result<> PodmanTarget::Parts::undo_quiesce(const Step& step, const Fence& fence,
                                           const Cancel& cancel) {
  const ObjectKey& key = step.items.at(0).key;
  std::string revision;
  TRY(change_fenced(fence, [&](Record& record) -> Result<> {
    const auto it = record.current.find(key);
    if (it == record.current.end() || it->second.owner.txn == fence.txn) return {};
    it->second.stopped = false;
    revision = it->second.revision;
    return {};
  }));
  if (revision.empty()) return {};
  const auto record = store->read();
  const Thing* thing = record->of_revision(revision);
  const PodShape shape = TRY(shape_of(thing->object));
  for (const Replica* replica : record->replicas_of(revision)) {
    const auto hold = busy.take(replica->name);
    const Sight seen = TRY(look(client(), options.install, cancel, revision));
    const auto pod = seen.find(replica->name);
    if (pod == seen.end()) continue;  // removed by a foreign hand: the agent makes it again
    const auto all = [](const std::string&) { return true; };
    TRY(pods->advance(*record, *replica, shape, pod->second, true, all, cancel));
  }
  agent->wake();
  return {};
}

}  // namespace rumbo::target::podman
