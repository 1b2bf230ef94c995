#include "engine/drafts.h"

#include <algorithm>
#include <set>

namespace rumbo::engine {
namespace {

std::int64_t ms(Duration d) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(d).count();
}

Value strings(const std::vector<std::string>& all) {
  return Value::array(std::vector<Value>(all.begin(), all.end()));
}

Value scopes_value(const std::vector<Scope>& scopes) {
  std::vector<Value> out;
  for (const Scope& scope : scopes) out.push_back(to_value(scope));
  return Value::array(std::move(out));
}

Value scopes_value(const TxnState& state) {
  std::vector<Value> out;
  for (const TxnScope& scope : state.scopes) out.push_back(to_value(scope));
  return Value::array(std::move(out));
}

Value pins_value(const TxnState& state) {
  std::vector<Member> pins;
  for (const auto& [image, pin] : state.pins) pins.emplace_back(image, pin);
  return Value::object(std::move(pins));
}

void add_blob(std::vector<BlobRef>& blobs, const std::optional<BlobRef>& blob) {
  if (blob && std::find(blobs.begin(), blobs.end(), *blob) == blobs.end()) blobs.push_back(*blob);
}

/// What a later rollback needs: each application's manifest and its objects.
void add_manifest_blobs(std::vector<BlobRef>& blobs, const TxnState& state) {
  for (const TxnScope& scope : state.scopes) {
    add_blob(blobs, scope.manifest);
    blobs.insert(blobs.end(), scope.objects.begin(), scope.objects.end());
  }
}

/// A cluster keeps the objects of hooks until they are deleted; a host until the transaction ends.
bool keeps_hooks(const TxnState& state, const Step& step) {
  const auto found = state.capabilities.find(step.participant);
  return found != state.capabilities.end() && !found->second.atomic_switch;
}

/// Keys this step may bring into being.
std::vector<InventoryChange> widened(const TxnState& state, const Step& step) {
  std::vector<InventoryChange> out;
  if (step.kind == StepKind::hook && !keeps_hooks(state, step)) return out;
  for (const Item& item : step.items) {
    if (item.want) {
      out.push_back({InventoryChange::Op::add, item.scope, item.key});
    }
  }
  return out;
}

/// After an undo, what did not exist before is no longer owned, unless it was kept.
std::vector<InventoryChange> shrunk(const TxnState& state) {
  std::vector<InventoryChange> out;
  std::set<ObjectKey> seen;
  for (const Step& step : state.plan.steps) {
    if (step.kind == StepKind::prune) continue;
    const bool hook_stays = state.steps[step.id].phase != StepProgress::Phase::pending &&
                            !step.cleanup.on_failure && !step.cleanup.on_success;
    if (step.kind == StepKind::hook && hook_stays) continue;
    if (step.kind != StepKind::hook && step.inverse == Inverse::keep_and_report) continue;
    for (const Item& item : step.items) {
      if (item.pre.absent && seen.insert(item.key).second) {
        out.push_back({InventoryChange::Op::remove, item.scope, item.key});
      }
    }
  }
  return out;
}

}  // namespace

Draft simple_draft(const TxnState& state, RecordType type, const Value& body,
                   const DraftContext& context) {
  Draft draft;
  draft.type = type;
  draft.actor = state.actor;
  draft.txn = state.id;
  draft.epoch = context.epoch;
  draft.body = (body.is_object() ? body : Value::object()).with("activeMs", ms(context.active));
  return draft;
}

Draft begin_draft(const TxnState& state, const DraftContext& context) {
  Draft draft = simple_draft(state, RecordType::begin,
                             Value::object({{"cause", state.cause},
                                            {"holdAfter", state.hold_after},
                                            {"scopes", scopes_value(state)}}),
                             context);
  add_manifest_blobs(draft.blobs, state);
  return draft;
}

Draft plan_draft(const TxnState& state, const DraftContext& context) {
  Draft draft = simple_draft(state, RecordType::plan,
                             Value::object({{"plan", to_value(state.plan)}}), context);
  const auto add_items = [&](const std::vector<Item>& items) {
    for (const Item& item : items) {
      add_blob(draft.blobs, item.want);
      add_blob(draft.blobs, item.pre.blob);
    }
  };
  for (const Step& step : state.plan.steps) add_items(step.items);
  add_items(state.plan.unchanged);
  return draft;
}

Draft prepared_draft(const TxnState& state, const DraftContext& context) {
  std::vector<Member> reservations;
  for (const auto& [target, opaque] : state.reservations) {
    reservations.emplace_back(target.value, opaque);
  }
  Draft draft =
      simple_draft(state, RecordType::prepared,
                   Value::object({{"pins", pins_value(state)},
                                  {"reservations", Value::object(std::move(reservations))}}),
                   context);
  // The inventory is widened to old ∪ new before the first write: it stays a superset of what
  // exists.
  for (const Step& step : state.plan.steps) {
    for (InventoryChange& change : widened(state, step))
      draft.inventory.push_back(std::move(change));
  }
  return draft;
}

Draft intent_draft(const TxnState& state, RecordType type, StepId step,
                   const DraftContext& context) {
  Draft draft = simple_draft(state, type, {}, context);
  draft.step = step;
  draft.participant = state.step(step).participant;
  if (type == RecordType::intent) draft.inventory = widened(state, state.step(step));
  return draft;
}

Draft done_draft(const TxnState& state, StepId step, const Receipt& receipt,
                 const DraftContext& context) {
  Draft draft = simple_draft(state, RecordType::done,
                             Value::object({{"receipt", to_value(receipt)}}), context);
  draft.step = step;
  draft.participant = state.step(step).participant;
  return draft;
}

Draft failed_draft(const TxnState& state, StepId step, const Error& error,
                   const DraftContext& context) {
  Draft draft = simple_draft(
      state, RecordType::failed,
      Value::object({{"error", error.to_string()}, {"code", to_string(error.code())}}), context);
  draft.step = step;
  draft.participant = state.step(step).participant;
  return draft;
}

Draft wave_healthy_draft(const TxnState& state, const DraftContext& context) {
  return simple_draft(
      state, RecordType::wave_healthy,
      Value::object({{"stage", state.stage}, {"name", state.stages.at(state.stage).name()}}),
      context);
}

Draft undo_done_draft(const TxnState& state, StepId step, const Reverted& reverted,
                      const DraftContext& context) {
  std::vector<Value> foreign;
  for (const Attribution& one : reverted.kept_foreign) {
    foreign.push_back(Value::object(
        {{"key", to_value(one.key)}, {"manager", one.manager}, {"field", one.field}}));
  }
  Draft draft = simple_draft(state, RecordType::undo_done,
                             Value::object({{"keptForeign", Value::array(std::move(foreign))},
                                            {"kept", strings(reverted.kept)}}),
                             context);
  draft.step = step;
  draft.participant = state.step(step).participant;
  return draft;
}

Draft reap_done_draft(const TxnState& state, StepId step, const std::string& left,
                      const DraftContext& context) {
  Draft draft = simple_draft(state, RecordType::reap_done,
                             left.empty() ? Value() : Value::object({{"left", left}}), context);
  draft.step = step;
  draft.participant = state.step(step).participant;
  const Step& reaped = state.step(step);
  const bool gone =
      reaped.kind == StepKind::prune || (reaped.kind == StepKind::retire && !reaped.hook.empty());
  if (gone && left.empty()) {
    for (const Item& item : reaped.items) {
      draft.inventory.push_back({InventoryChange::Op::remove, item.scope, item.key});
    }
  }
  return draft;
}

std::vector<Draft> abort_drafts(const TxnState& state, const Abort& abort,
                                const DraftContext& context) {
  const bool stop = abort.fault == FaultClass::revision && state.prepared &&
                    std::any_of(state.scopes.begin(), state.scopes.end(), [](const TxnScope& s) {
                      return s.policy.on_failure == OnFailure::stop;
                    });
  std::vector<Draft> out;
  out.push_back(simple_draft(state, RecordType::abort,
                             Value::object({{"class", to_string(abort.fault)},
                                            {"cause", abort.cause},
                                            {"evidence", strings(abort.evidence)},
                                            {"atFault", scopes_value(abort.at_fault)},
                                            {"stopped", stop}}),
                             context));
  // Healing and rolling back re-apply what was good once, and images that moved are no revision's:
  // their failure condemns none.
  const bool of_revision = state.cause != "drift" && state.cause != "rollback" &&
                           state.cause != "delete" && state.cause != "images";
  if (abort.fault != FaultClass::revision || !of_revision) {
    return out;
  }
  for (const TxnScope& scope : state.scopes) {
    const auto& faulty = abort.at_fault;
    if (std::find(faulty.begin(), faulty.end(), scope.scope) == faulty.end()) continue;
    out.push_back(simple_draft(state, RecordType::quarantine,
                               Value::object({{"scopes", Value::array({to_value(scope.scope)})},
                                              {"manifestDigest", scope.manifest_digest},
                                              {"revision", scope.revision.name},
                                              {"reason", abort.cause}}),
                               context));
  }
  return out;
}

std::vector<Draft> commit_drafts(const TxnState& state, const DraftContext& context) {
  std::vector<Draft> out;
  Draft commit = simple_draft(
      state, RecordType::commit,
      Value::object(
          {{"cause", state.cause}, {"scopes", scopes_value(state)}, {"pins", pins_value(state)}}),
      context);
  add_manifest_blobs(commit.blobs, state);
  out.push_back(std::move(commit));
  if (!state.hold_after) return out;
  if (state.cause == "delete") {
    // Automation would deploy again what a person has just deleted.
    for (const TxnScope& scope : state.scopes) {
      out.push_back(simple_draft(state, RecordType::event,
                                 Value::object({{"event", "pause"},
                                                {"paused", true},
                                                {"reason", "deleted by " + state.actor.name},
                                                {"scopes", Value::array({to_value(scope.scope)})}}),
                                 context));
    }
    return out;
  }
  for (const TxnScope& scope : state.scopes) {
    out.push_back(simple_draft(state, RecordType::hold,
                               Value::object({{"scopes", Value::array({to_value(scope.scope)})},
                                              {"held", true},
                                              {"reason", "rolled back by " + state.actor.name},
                                              {"heldAgainst", scope.held_against}}),
                               context));
  }
  return out;
}

Draft end_draft(const TxnState& state, Outcome outcome, const std::string& note,
                const DraftContext& context) {
  Draft draft =
      simple_draft(state, RecordType::end,
                   Value::object({{"outcome", to_string(outcome)}, {"note", note}}), context);
  if (outcome != Outcome::committed) draft.inventory = shrunk(state);
  return draft;
}

}  // namespace rumbo::engine
