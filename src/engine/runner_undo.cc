// UNDOING: reverse order, each step with its own intent, until every touched object equals its
// pre-image and is no less healthy than before. What blocks is named, and retried for ever.
#include <algorithm>

#include "engine/compare.h"
#include "engine/health.h"
#include "engine/runner_parts.h"

namespace rumbo::engine {
namespace {

bool to_undo(const StepProgress& progress) {
  return progress.phase == Phase::intent || progress.phase == Phase::done ||
         progress.phase == Phase::undo_intent;
}

/// Blocked: already reported to the operator; others need not wait for it.
bool blocked(const TxnState& state, StepId id) {
  return state.needs_operator.has_value() && state.steps[id].error.has_value();
}

bool patience_over(const TxnState& state, const Moment& moment) {
  return state.undo_started && moment.now - *state.undo_started > moment.options.undo_patience;
}

std::string object_of(const TxnState& state, StepId id) {
  const Step& step = state.step(id);
  return step.items.empty() ? "step " + std::to_string(id) : step.items[0].key.to_string();
}

/// Whether what an operator was told is still why it waits. Words of an error may change from one
/// attempt to the next; its object and kind say whether it is another.
bool told_truly(const TxnState& state) {
  return std::any_of(state.plan.steps.begin(), state.plan.steps.end(), [&](const Step& step) {
    const StepProgress& progress = state.steps[step.id];
    return to_undo(progress) && progress.error &&
           state.operator_told ==
               told_of(object_of(state, step.id), to_string(progress.error->code()));
  });
}

/// An undo that will not go through by itself is shown to the operator: once, and again when
/// something else holds it up.
std::optional<Action> step_blocked(const TxnState& state, const Moment& moment, StepId id) {
  const StepProgress& progress = state.steps[id];
  if (!progress.error) return std::nullopt;
  const bool refused = progress.error->retry() == Retry::never && progress.attempts >= 3;
  const bool due =
      state.needs_operator ? !told_truly(state) : refused || patience_over(state, moment);
  if (!due) return std::nullopt;
  const std::string object = object_of(state, id);
  return call_operator(state, moment, object, object + ": " + progress.error->to_string(),
                       "rumbo recover " + state.id.value + " --undo",
                       to_string(progress.error->code()));
}

/// Fences what may still be under way, so that it cannot land after its undo.
std::optional<Action> step_fence(const TxnState& state, const Moment& moment) {
  std::vector<Call> calls;
  for (const TargetId& participant : state.participants) {
    if (state.fenced.contains(participant)) continue;
    Call call;
    call.kind = CallKind::fence;
    call.participant = participant;
    call.steps = steps_under_way(state, participant);
    calls.push_back(std::move(call));
  }
  if (calls.empty()) return std::nullopt;
  if (!state.needs_operator && patience_over(state, moment) && !state.call_errors.empty()) {
    return call_operator(state, moment, "", state.call_errors.begin()->second.to_string(),
                         "rumbo recover " + state.id.value + " --undo");
  }
  if (moment.now < state.call_not_before) return wait_until(state.call_not_before);
  return Calls{std::move(calls)};
}

/// What hooks of this stage did is taken back by the Jobs they name, before the stage is undone. A
/// hook that may have begun counts: the Job must bear that there is nothing to take back.
std::optional<Action> step_compensate(const TxnState& state, const Moment& moment,
                                      const Stage& stage) {
  std::vector<StepId> jobs;
  for (const StepId id : stage.steps) {
    if (!to_undo(state.steps[id])) continue;
    if (const auto job = compensation_of(state, id)) jobs.push_back(*job);
  }
  for (const StepId id : jobs) {
    const StepProgress& progress = state.steps[id];
    const std::optional<Error>& error = progress.error ? progress.error : state.view.error;
    const bool open = progress.phase == Phase::reap_intent && error.has_value();
    if (!open || state.needs_operator || !patience_over(state, moment)) continue;
    const std::string object = state.step(id).items.at(0).key.to_string();
    return call_operator(state, moment, object, object + ": " + error->to_string(),
                         "rumbo recover " + state.id.value + " --undo");
  }
  return step_answering_hooks(state, moment, jobs);
}

/// A Job that could not take a hook back leaves that to a person.
std::optional<Action> step_uncompensated(const TxnState& state, const Moment& moment) {
  if (state.needs_operator) return std::nullopt;
  for (const Step& step : state.plan.steps) {
    const std::string& left = state.steps[step.id].left;
    if (step.for_step == kNoStep || left.empty()) continue;
    const std::string object = step.items.at(0).key.to_string();
    return call_operator(state, moment, object,
                         object + " did not take back " +
                             state.step(step.for_step).items.at(0).key.to_string() + ": " + left,
                         "rumbo recover " + state.id.value + " --accept");
  }
  return std::nullopt;
}

bool is_uncompensated(const TxnState& state) {
  return std::any_of(state.plan.steps.begin(), state.plan.steps.end(), [&](const Step& step) {
    return step.for_step != kNoStep && !state.steps[step.id].left.empty();
  });
}

/// SyncFail hooks answer failures, not decisions of people or newer revisions.
std::optional<Action> step_sync_fail(const TxnState& state, const Moment& moment) {
  const FaultClass fault = state.abort->fault;
  if (!state.prepared || fault == FaultClass::superseded || fault == FaultClass::operator_asked) {
    return std::nullopt;
  }
  for (const Stage& stage : state.stages) {
    if (stage.phase != StagePhase::sync_fail) continue;
    if (auto action = step_answering_hooks(state, moment, stage.steps)) return action;
  }
  return std::nullopt;
}

std::optional<Action> step_reverts(const TxnState& state, const Moment& moment) {
  std::vector<StepId> stuck;
  for (auto stage = state.stages.rbegin(); stage != state.stages.rend(); ++stage) {
    if (!before_commit(stage->phase)) continue;
    if (auto action = step_compensate(state, moment, *stage)) return action;
    std::vector<Draft> intents;
    std::vector<StepId> open, suspects;
    for (auto id = stage->steps.rbegin(); id != stage->steps.rend(); ++id) {
      const StepProgress& progress = state.steps[*id];
      if (!to_undo(progress)) continue;
      if (progress.phase == Phase::intent && progress.suspect) {
        // Ask first: how long an unanswered call may still land decides how long to watch for it.
        if (auto action = step_blocked(state, moment, *id)) return action;
        (blocked(state, *id) ? stuck : suspects).push_back(*id);
        continue;
      }
      if (progress.phase != Phase::undo_intent) {
        intents.push_back(
            intent_draft(state, RecordType::undo_intent, *id, draft_context(state, moment)));
        continue;
      }
      if (auto action = step_blocked(state, moment, *id)) return action;
      (blocked(state, *id) ? stuck : open).push_back(*id);
    }
    if (!intents.empty()) return append(std::move(intents));
    if (!suspects.empty()) {
      std::vector<Call> calls = due_calls(state, moment, CallKind::inspect, suspects);
      if (!calls.empty()) return Calls{std::move(calls)};
      return wait_until(earliest(state, suspects));
    }
    if (open.empty()) continue;
    std::vector<Call> calls = due_calls(state, moment, CallKind::revert, open);
    if (!calls.empty()) return Calls{std::move(calls)};
    return wait_until(earliest(state, open));
  }
  if (stuck.empty()) return std::nullopt;
  std::vector<Call> calls;
  for (const StepId id : stuck) {
    const CallKind kind = state.steps[id].suspect ? CallKind::inspect : CallKind::revert;
    for (Call& call : due_calls(state, moment, kind, {id})) calls.push_back(std::move(call));
  }
  if (!calls.empty()) return Calls{std::move(calls)};
  return wait_until(earliest(state, stuck));
}

/// A call of a dead attempt may land after its undo (creates cannot be fenced): look once more when
/// nothing can be under way any longer.
std::optional<Action> step_zombies(const TxnState& state, const Moment& moment) {
  if (state.zombie_window == Duration(0)) return std::nullopt;
  std::vector<StepId> open;
  for (const Step& step : state.plan.steps) {
    const StepProgress& progress = state.steps[step.id];
    if (progress.phase == Phase::undone && !progress.zombie_checked) open.push_back(step.id);
  }
  if (open.empty()) return std::nullopt;
  if (moment.now < state.zombie_until) return wait_until(state.zombie_until);
  std::vector<Call> calls;
  for (const StepId id : open) {
    // suspect here means: seen to have landed, revert it once more.
    const CallKind kind = state.steps[id].suspect ? CallKind::revert : CallKind::inspect;
    for (Call& call : due_calls(state, moment, kind, {id})) calls.push_back(std::move(call));
  }
  if (calls.empty()) return wait_until(earliest(state, open));
  return Calls{std::move(calls)};
}

std::vector<const Item*> touched_items(const TxnState& state) {
  std::vector<const Item*> items;
  for (const Step& step : state.plan.steps) {
    if (state.steps[step.id].phase != Phase::undone || step.kind == StepKind::hook) continue;
    for (const Item& item : step.items) items.push_back(&item);
  }
  return items;
}

bool has_foreign_edit(const TxnState& state, const ObjectKey& key) {
  return std::any_of(state.steps.begin(), state.steps.end(), [&](const StepProgress& progress) {
    return std::any_of(progress.kept_foreign.begin(), progress.kept_foreign.end(),
                       [&](const Attribution& one) { return one.key == key; });
  });
}

bool kept_on_purpose(const TxnState& state, const ObjectKey& key) {
  return std::any_of(state.plan.steps.begin(), state.plan.steps.end(), [&](const Step& step) {
    return step.inverse == Inverse::keep_and_report && step.items.at(0).key == key;
  });
}

/// True if someone else changed or removed the object after its undo: that stays, and is listed.
bool changed_after_undo(const TxnState& state, const Observation& seen, const Item& item) {
  const Capabilities& target = capabilities_of(state, item.scope.target);
  if (item.pre.absent) {
    // The same object may be another transaction's: two that declare one Namespace and began at
    // once, say.
    const bool ours = seen.owner && seen.owner->txn == state.id;
    return seen.exists && (!ours || !kept(target, seen.object, item.want_object));
  }
  if (!seen.exists) return true;
  return !as_before(target, seen.object, item.pre.object, item.want_object) &&
         (!item.want || !kept(target, seen.object, item.want_object));
}

/// What is still not as it was, in words; empty when the object is restored.
std::string difference(const TxnState& state, const Item& item) {
  if (kept_on_purpose(state, item.key) || has_foreign_edit(state, item.key)) return {};
  const Observation* seen = observed(state, item.scope.target, item.key);
  if (seen == nullptr) return item.key.to_string() + " was not observed";
  if (changed_after_undo(state, *seen, item)) return {};
  if (item.pre.absent) {
    return seen->exists ? item.key.to_string() + " still exists" : std::string();
  }
  if (!as_before(capabilities_of(state, item.scope.target), seen->object, item.pre.object,
                 item.want_object)) {
    return item.key.to_string() + " differs from what it was";
  }
  const Health health = assess(*seen);
  if (!no_less_healthy(health.status, item.pre.health)) {
    return item.key.to_string() + " is " + std::string(to_string(health.status)) + " (" +
           health.reason + ") and was " + std::string(to_string(item.pre.health));
  }
  return {};
}

std::string end_note(const TxnState& state) {
  std::string note = state.abort ? state.abort->cause : "";
  std::string was;
  for (const Item* item : touched_items(state)) {
    if (item->pre.absent || item->pre.health == HealthStatus::ready) continue;
    const std::string name = item->key.to_string();
    if (was.find(name) == std::string::npos) was += (was.empty() ? "" : ", ") + name;
  }
  if (!was.empty()) note += " (was unhealthy: " + was + ")";
  std::string kept;
  for (const StepProgress& progress : state.steps) {
    for (const std::string& one : progress.kept) kept += (kept.empty() ? "" : ", ") + one;
    for (const Attribution& one : progress.kept_foreign) {
      kept += (kept.empty() ? "" : ", ") + one.key.to_string() +
              (one.field.empty() ? "" : " " + one.field) + " edited by " + one.manager;
    }
  }
  for (const Item* item : touched_items(state)) {
    const Observation* seen = observed(state, item->scope.target, item->key);
    if (seen == nullptr || !changed_after_undo(state, *seen, *item)) continue;
    const std::string one = item->key.to_string() + " changed by someone else";
    if (!has_foreign_edit(state, item->key) && kept.find(one) == std::string::npos) {
      kept += (kept.empty() ? "" : ", ") + one;
    }
  }
  if (!kept.empty()) note += " (kept: " + kept + ")";
  for (const Step& step : state.plan.steps) {
    const std::string& left = state.steps[step.id].left;
    if (step.kind == StepKind::hook && !left.empty()) {
      note += "; " + step.hook + " hook " + step.items.at(0).key.to_string() + ": " + left;
    }
  }
  return note;
}

std::optional<Action> step_prove_restored(const TxnState& state, const Moment& moment) {
  const auto items = touched_items(state);
  if (items.empty()) return std::nullopt;
  const bool stale = state.view.asked && moment.now >= state.view.at + moment.options.poll;
  std::string left = state.view.error ? state.view.error->to_string() : std::string();
  if (state.view.asked && !state.view.error) {
    for (const Item* item : items) {
      left = difference(state, *item);
      if (!left.empty()) break;
    }
    if (left.empty()) return std::nullopt;
  }
  if (!state.view.asked || stale) {
    if (!left.empty() && patience_over(state, moment) && !state.needs_operator) {
      return call_operator(state, moment, "", "not restored: " + left,
                           "rumbo recover " + state.id.value + " --accept");
    }
    return Calls{observe_calls(state, items)};
  }
  return wait_until(state.view.at + moment.options.poll);
}

}  // namespace

Action step_undoing(const TxnState& state, const Moment& moment) {
  if (state.stopped_by_policy) {
    if (state.needs_operator) return Finish{Finish::Why::needs_operator};
    return call_operator(state, moment, "", "stopped by policy: " + state.abort->cause,
                         "rumbo recover " + state.id.value + " --undo | --finish");
  }
  if (auto action = step_fence(state, moment)) return *action;
  if (auto action = step_reverts(state, moment)) return *action;
  if (auto action = step_zombies(state, moment)) return *action;
  if (auto action = step_sync_fail(state, moment)) return *action;
  if (auto action = step_prove_restored(state, moment)) return *action;
  if (auto action = step_uncompensated(state, moment)) return *action;
  if (is_uncompensated(state)) return Finish{Finish::Why::needs_operator};
  if (auto action = step_closing(state, moment)) return *action;
  // Before PREPARED only scaffolds were made, and they are gone again: nothing was changed.
  const Outcome outcome = state.prepared ? Outcome::restored : Outcome::unchanged;
  return append(end_draft(state, outcome, end_note(state), draft_context(state, moment)));
}

}  // namespace rumbo::engine
