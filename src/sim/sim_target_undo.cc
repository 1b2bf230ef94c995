// inspect and revert: what became of a step, and back.
#include <algorithm>

#include "sim/sim_target.h"

namespace rumbo::sim {
namespace {

constexpr Duration kZombieWindow = 34s;  // kubernetes-apply.md 4.5: a request may execute this long

}  // namespace

Sighting SimTarget::sight_write(const Step& step, const Fence& fence) const {
  using State = Sighting::State;
  Sighting out;
  if (character_ == Character::cluster) out.zombie_window = kZombieWindow;
  const Item& item = step.items.at(0);
  const auto it = world_.current.find(item.key);
  if (it == world_.current.end()) {
    out.state = item.pre.absent ? State::not_applied : State::gone;
  } else if (it->second.owner && it->second.owner->txn == fence.txn) {
    out.state = means(it->second, item.want_object) ? State::applied : State::foreign;
    if (out.state == State::applied) out.receipt = receipt_of(item.key, it->second);
  } else {
    out.state = !item.pre.absent && means(it->second, item.pre.object) ? State::not_applied
                                                                       : State::foreign;
  }
  if (out.state == State::foreign) out.by.push_back({item.key, "someone", {}, {}});
  return out;
}

Sighting SimTarget::sight_switch(const Step& step, const Fence& fence) const {
  using State = Sighting::State;
  Sighting out;
  std::size_t moved = 0;
  for (const Item& item : step.items) {
    const auto it = world_.current.find(item.key);
    if (it == world_.current.end() || !it->second.owner || it->second.owner->txn != fence.txn) {
      continue;
    }
    if (!means(it->second, item.want_object)) {
      out.state = State::foreign;
      return out;
    }
    ++moved;
  }
  out.state = moved == step.items.size() ? State::applied
              : moved == 0               ? State::not_applied
                                         : State::mixed;
  if (out.state == State::applied) out.receipt = Receipt{};
  return out;
}

Result<Sighting> SimTarget::inspect(const Step& step, const Fence& fence, const Cancel&) {
  using State = Sighting::State;
  const Item& item = step.items.at(0);
  const std::pair at{fence.txn, item.key};
  Sighting out;
  const auto found = [&](bool yes) {
    out.state = yes ? State::applied : State::not_applied;
    if (yes) out.receipt = Receipt{};
    return out;
  };
  switch (step.kind) {
    case StepKind::scaffold:
    case StepKind::apply:
      return sight_write(step, fence);
    case StepKind::switch_over:
      return sight_switch(step, fence);
    case StepKind::stage: {
      const auto now = world_.current.find(item.key);
      const bool mine =
          now != world_.current.end() && now->second.owner && now->second.owner->txn == fence.txn;
      if (world_.staged.contains(at) || mine) return found(true);
      if (now != world_.current.end() && !means(now->second, item.pre.object)) {
        out.state = State::foreign;
        return out;
      }
      return found(false);
    }
    case StepKind::quiesce:
      return found(world_.quiesced.contains(item.key) || world_.replaced.contains(at));
    case StepKind::hook:
      return found(world_.hook_runs.contains(at));
    default:
      return found(false);
  }
}

void SimTarget::undo_write(const Item& item, const Fence& fence, Reverted& out) {
  const auto it = world_.current.find(item.key);
  if (it == world_.current.end()) {
    if (!item.pre.absent) out.kept_foreign.push_back({item.key, "someone", "(deleted)", {}});
    return;
  }
  Thing& thing = it->second;
  const bool ours = thing.owner && thing.owner->txn == fence.txn;
  if (!ours) {
    if (item.pre.absent || !means(thing, item.pre.object)) {
      out.kept_foreign.push_back({item.key, "someone", {}, {}});
    }
    return;
  }
  if (item.pre.absent) {
    world_.note_write("delete", item.key, thing.object);
    world_.current.erase(it);
    return;
  }
  // What was created anew comes back as another object, too.
  if (thing.uid != item.pre.uid) thing.uid = "uid-" + std::to_string(world_.next());
  bool foreign = false;
  thing.object = three_way(semantic(item.pre.object), semantic(item.want_object),
                           semantic(thing.object), foreign);
  thing.version = world_.next();
  thing.owner->txn = TxnId{};
  thing.since = clock_.mono();
  if (foreign) out.kept_foreign.push_back({item.key, "someone", "spec", {}});
}

void SimTarget::undo_switch(const Step& step, const Fence& fence, Reverted& out) {
  for (const Item& item : step.items) {
    const std::pair at{fence.txn, item.key};
    const auto it = world_.current.find(item.key);
    const auto old = world_.replaced.find(at);
    if (it == world_.current.end()) {
      if (old == world_.replaced.end()) continue;
      world_.replaced.erase(old);
      out.kept_foreign.push_back({item.key, "someone", "(deleted)", {}});
      continue;
    }
    if (!it->second.owner || it->second.owner->txn != fence.txn) continue;
    if (old == world_.replaced.end()) {
      world_.current.erase(it);
      continue;
    }
    bool foreign = false;
    const Value merged = three_way(semantic(old->second.object), semantic(item.want_object),
                                   semantic(it->second.object), foreign);
    if (foreign) out.kept_foreign.push_back({item.key, "someone", "spec", {}});
    it->second = old->second;
    it->second.object = merged;
    it->second.version = world_.next();
    // The old pods of what cannot overlap are stopped until their quiesce is undone.
    if (never_overlaps(old->second.object)) world_.quiesced.insert(item.key);
    world_.replaced.erase(old);
  }
}

Result<Reverted> SimTarget::revert(const Step& step, const Receipt*, const Fence& fence,
                                   const Cancel&) {
  TRY(check_fence(fence));
  Reverted out;
  switch (step.kind) {
    case StepKind::scaffold:
    case StepKind::apply:
      if (annotation(step.items.at(0).want_object, "sim/undo") == "denied") {
        return fail(Code::denied, step.items[0].key.to_string() + ": a policy denies the restore");
      }
      undo_write(step.items.at(0), fence, out);
      break;
    case StepKind::switch_over:
      undo_switch(step, fence, out);
      break;
    case StepKind::stage:
      world_.staged.erase({fence.txn, step.items.at(0).key});
      if (foreign_since(step.items[0])) {
        out.kept_foreign.push_back({step.items[0].key, "someone", {}, {}});
      }
      break;
    case StepKind::quiesce: {
      const ObjectKey& key = step.items.at(0).key;
      const bool new_runs =
          std::any_of(world_.staged.begin(), world_.staged.end(),
                      [&](const auto& entry) { return entry.first.second == key; });
      if (new_runs)
        world_.violations.push_back("old pods started beside the new: " + key.to_string());
      world_.quiesced.erase(key);
      break;
    }
    case StepKind::hook:
      if (world_.hook_runs.contains({fence.txn, step.items.at(0).key})) {
        out.kept.push_back(step.items[0].key.to_string() + " ran");
        if (step.cleanup.on_failure || step.cleanup.on_success) {
          world_.hook_objects.erase({fence.txn, step.items[0].key});
        }
      }
      break;
    default:
      break;
  }
  return out;
}

}  // namespace rumbo::sim
