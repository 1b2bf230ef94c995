// Recovery: what a process does first with a transaction it did not begin. Older attempts are
// fenced, RESUMED is recorded, and then everything not proven is inspected. A target that does not
// answer is waited for without end, as nothing can be known or done without it; after the patience
// of an undo a person is told, who may wait on or give it up.
#include <optional>

#include "engine/runner_parts.h"

namespace rumbo::engine {
namespace {

Value versions_value(const TxnState& state) {
  std::vector<Value> out;
  for (const auto& [id, version] : state.bumped) {
    out.push_back(to_value(version).with("step", id));
  }
  return Value::array(std::move(out));
}

/// Told once; while it is so the caller's retries go on, and the first answer ends it.
std::optional<Action> step_unanswered(const TxnState& state, const Moment& moment) {
  const bool over = moment.now - state.run_started > moment.options.undo_patience;
  if (state.needs_operator || state.call_errors.empty() || !over) return std::nullopt;
  const auto& [target, error] = *state.call_errors.begin();
  return call_operator(
      state, moment, "",
      "target " + target.value + " does not answer, and is asked again: " + error.to_string(),
      "rumbo recover " + state.id.value + " --accept");
}

}  // namespace

std::vector<StepId> steps_under_way(const TxnState& state, const TargetId& participant) {
  std::vector<StepId> out;
  for (const Step& step : state.plan.steps) {
    const Phase phase = state.steps[step.id].phase;
    const bool under_way =
        phase == Phase::intent || phase == Phase::undo_intent || phase == Phase::reap_intent;
    if (step.participant == participant && under_way) out.push_back(step.id);
  }
  return out;
}

bool recovery_pending(const TxnState& state) {
  return state.recovering;
}

Action step_recovery(const TxnState& state, const Moment& moment) {
  if (auto action = step_unanswered(state, moment)) return *action;
  if (moment.now < state.call_not_before) return wait_until(state.call_not_before);
  std::vector<Call> calls;
  for (const TargetId& participant : state.participants) {
    if (state.fenced.contains(participant)) continue;
    Call call;
    call.kind = CallKind::fence;
    call.participant = participant;
    call.steps = steps_under_way(state, participant);
    calls.push_back(std::move(call));
  }
  if (!calls.empty()) return Calls{std::move(calls)};

  const DraftContext context = draft_context(state, moment);
  // On the way forward only a silent target calls for a person: it has answered.
  const bool forward = !state.committed && !state.abort;
  std::vector<Draft> drafts;
  drafts.push_back(simple_draft(state, RecordType::resumed,
                                Value::object({{"versions", versions_value(state)},
                                               {"rebooted", state.rebooted},
                                               {"answered", forward}}),
                                context));
  if (forward) {
    if (!state.prepared) {
      for (Draft& draft : abort_drafts(
               state, {FaultClass::infrastructure, "interrupted before it was prepared", {}, {}},
               context)) {
        drafts.push_back(std::move(draft));
      }
    } else if (state.rebooted) {
      for (Draft& draft : abort_drafts(
               state,
               {FaultClass::infrastructure, "the machine restarted before the commit", {}, {}},
               context)) {
        drafts.push_back(std::move(draft));
      }
    }
  }
  return append(std::move(drafts));
}

void begin_recovery(TxnState& state, bool rebooted, MonoTime now) {
  state.recovering = true;
  state.rebooted = rebooted;
  state.run_started = now;
  state.active_before = state.active;
  const bool forward = state.prepared && !state.abort && !state.committed;
  for (StepId id = 0; id < state.steps.size(); ++id) {
    StepProgress& step = state.steps[id];
    // An intent of the dead process may or may not have landed; on the way forward even what is
    // done is verified once more before it is built upon.
    step.suspect = step.phase == Phase::intent || (forward && step.phase == Phase::done);
    // Before the reservation is known again nothing can be staged; it is in the PREPARED record.
    state.plan.steps[id].reservation = state.reservations.contains(state.step(id).participant)
                                           ? state.reservations.at(state.step(id).participant)
                                           : Value();
  }
}

}  // namespace rumbo::engine
