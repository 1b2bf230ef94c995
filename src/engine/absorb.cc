// Taking in what calls returned: volatile knowledge only. Durable facts come through fold().
#include <algorithm>

#include "engine/health.h"
#include "engine/runner_parts.h"

namespace rumbo::engine {
namespace {

void note_call_error(TxnState& state, const CallResult& result, const Moment& moment) {
  const int tried = ++state.call_attempts[result.call.participant];
  state.call_errors.insert_or_assign(result.call.participant, *result.error);
  state.call_not_before = moment.now + backoff(tried, moment.options);
}

void note_call_success(TxnState& state, const TargetId& participant) {
  state.call_attempts[participant] = 0;
  state.call_errors.erase(participant);
}

void note_step_error(StepProgress& step, const Error& error, const Moment& moment) {
  ++step.attempts;
  step.error = error;
  const bool at_once = error.retry() == Retry::now && step.attempts < 5;
  step.not_before = at_once ? moment.now : moment.now + backoff(step.attempts, moment.options);
}

void absorb_prepare(TxnState& state, const CallResult& result, const Moment& moment) {
  if (result.error) return note_call_error(state, result, moment);
  note_call_success(state, result.call.participant);
  state.prepared_participants.insert(result.call.participant);
  state.pins.insert(result.reservation.pins.begin(), result.reservation.pins.end());
  state.reservations[result.call.participant] = result.reservation.opaque;
  for (Step& step : state.plan.steps) {
    if (step.participant == result.call.participant) {
      step.reservation = result.reservation.opaque;
    }
  }
}

void absorb_read_again(TxnState& state, const CallResult& result, const Moment& moment) {
  if (result.error) return note_call_error(state, result, moment);
  note_call_success(state, result.call.participant);
  state.read_again.insert(result.call.participant);
  state.changed_reads.insert(state.changed_reads.end(), result.changed_reads.begin(),
                             result.changed_reads.end());
}

/// A definition that this transaction has just made is served a moment later.
Error unknown_kind(const TxnState& state, const DryRunItem& item, const Moment& moment) {
  constexpr Duration kDiscoveryLag = 30s;  // kubernetes-apply.md 4.8, fault 23
  const bool made_here =
      std::any_of(state.plan.steps.begin(), state.plan.steps.end(), [](const Step& step) {
        return step.kind == StepKind::scaffold &&
               step.items.at(0).key.kind == "CustomResourceDefinition";
      });
  const bool waits = made_here && state.active_at(moment.now) < kDiscoveryLag;
  return Error(Code::not_found,
               item.key.to_string() + ": the target does not serve this kind" +
                   (item.message.empty() ? "" : ": " + item.message),
               waits ? Retry::later : Retry::never)
      .with_hint(
          "deploy its definition first, or annotate the object with "
          "`rumbo.dev/sync-options: SkipDryRunOnMissingResource=true`");
}

void absorb_dry_run(TxnState& state, const CallResult& result, const Moment& moment) {
  StepProgress& step = state.steps[result.call.step];
  if (result.error) return note_step_error(step, *result.error, moment);
  const Step& planned = state.step(result.call.step);
  for (const DryRunItem& item : result.dry_run.items) {
    if (item.kind_unknown) {
      if (planned.kind_may_be_unknown) continue;
      return note_step_error(step, unknown_kind(state, item, moment), moment);
    }
    if (item.immutable) {
      if (planned.recreate) continue;
      return note_step_error(
          step,
          Error(Code::invalid, item.key.to_string() +
                                   ": only possible by deleting the object and "
                                   "creating it anew: " +
                                   item.message)
              .with_hint("annotate it with `rumbo.dev/sync-options: Force=true` if that is meant"),
          moment);
    }
    if (!item.accepted) {
      return note_step_error(step, Error(Code::invalid, item.key.to_string() + ": " + item.message),
                             moment);
    }
    if (!item.conflicts.empty() && !planned.takes_foreign_fields) {
      const Attribution& by = item.conflicts[0];
      return note_step_error(step,
                             Error(Code::conflict, item.key.to_string() + ": field " + by.field +
                                                       " is owned by " + by.manager),
                             moment);
    }
  }
  step.dry_run_passed = true;
  step.error.reset();
  step.attempts = 0;
}

void absorb_reap(StepProgress& step, const Step& planned, const CallResult& result,
                 const Moment& moment) {
  const bool is_hook = planned.kind == StepKind::hook;
  if (!result.error) {
    // A hook has only begun; how it ends is observed.
    if (is_hook) {
      step.runs_since = moment.now;
    } else {
      step.reaped_unrecorded = true;
    }
    step.error.reset();
    return;
  }
  note_step_error(step, *result.error, moment);
  // Even a refusal is asked again a few times: what is left behind costs a person's attention.
  const bool refused = result.error->retry() == Retry::never;
  const int most = refused ? 3 : moment.options.reap_attempts;
  // An undo waits for its target for ever.
  const bool in_undo = planned.for_step != kNoStep;
  if (step.attempts >= most && (refused || !in_undo)) {
    step.left = result.error->to_string();
    step.reaped_unrecorded = true;
  }
}

void absorb_perform(TxnState& state, const CallResult& result, const Moment& moment) {
  StepProgress& step = state.steps[result.call.step];
  state.view = {};
  if (step.phase == Phase::reap_intent) {
    return absorb_reap(step, state.step(result.call.step), result, moment);
  }
  if (!result.error) {
    step.unrecorded = result.receipt;
    step.error.reset();
    step.attempts = 0;
    return;
  }
  note_step_error(step, *result.error, moment);
  if (result.error->retry() == Retry::unknown_outcome) {
    step.suspect = true;
    step.not_before = moment.now;
    state.fenced.erase(result.call.participant);
  }
}

void absorb_inspect(TxnState& state, const CallResult& result, const Moment& moment) {
  StepProgress& step = state.steps[result.call.step];
  if (result.error) return note_step_error(step, *result.error, moment);
  const Sighting& sighting = result.sighting;
  const bool checking_zombies = step.phase == Phase::undone;
  if (!checking_zombies && sighting.zombie_window > Duration(0)) {
    state.zombie_window = std::max(state.zombie_window, sighting.zombie_window);
    state.zombie_until = std::max(state.zombie_until, moment.now + sighting.zombie_window);
  }
  const std::string object = state.step(result.call.step).items.empty()
                                 ? "step " + std::to_string(result.call.step)
                                 : state.step(result.call.step).items[0].key.to_string();
  using State = Sighting::State;
  if (sighting.state == State::unknown) {
    return note_step_error(
        step, Error(Code::unavailable, object + ": its state is not known yet", Retry::later),
        moment);
  }
  if (checking_zombies) {
    step.suspect = sighting.state == State::applied || sighting.state == State::mixed;
    step.zombie_checked = !step.suspect;
    return;
  }
  step.suspect = false;
  step.error.reset();
  if (state.abort && sighting.state != State::applied) return;  // the undo sorts it out
  switch (sighting.state) {
    case State::applied:
      if (step.phase == Phase::intent) step.unrecorded = sighting.receipt.value_or(Receipt{});
      break;
    case State::not_applied:
    case State::mixed:
      // On the way forward an intent is simply performed again: perform() is safe to repeat.
      if (step.phase != Phase::done) break;
      note_step_error(
          step, Error(Code::conflict, object + ": what this transaction did was undone meanwhile"),
          moment);
      break;
    case State::gone:
    case State::foreign:
      note_step_error(
          step, Error(Code::conflict, object + ": was changed by someone else meanwhile"), moment);
      break;
    case State::unknown:
      break;
  }
}

void absorb_revert(TxnState& state, const CallResult& result, const Moment& moment) {
  StepProgress& step = state.steps[result.call.step];
  state.view = {};
  if (result.error) return note_step_error(step, *result.error, moment);
  step.error.reset();
  step.attempts = 0;
  if (step.phase == Phase::undone) {  // a zombie that landed after the undo, gone again
    step.suspect = false;
    step.zombie_checked = true;
    return;
  }
  step.reverted = result.reverted;
  step.suspect = false;
}

void absorb_fence(TxnState& state, const CallResult& result, const Moment& moment) {
  if (result.error) return note_call_error(state, result, moment);
  note_call_success(state, result.call.participant);
  state.fenced.insert(result.call.participant);
  ++state.attempt;
  for (const ObservedVersion& version : result.versions) {
    for (const StepId id : result.call.steps) {
      for (const Item& item : state.step(id).items) {
        if (!(item.key == version.key)) continue;
        state.bumped.emplace_back(id, version);
        set_version(state, id, version);
        break;
      }
    }
  }
}

/// In VERIFY: since when everything declared is ready.
void note_verify_health(TxnState& state, const Moment& moment) {
  const bool verifying =
      state.prepared && !state.committed && !state.abort &&
      (state.stage >= state.stages.size() || !before_commit(state.stages[state.stage].phase));
  if (!verifying || state.healthy_since || state.view.error) return;
  for (const auto& [participant, observations] : state.view.by_participant) {
    for (const Observation& one : observations) {
      const HealthStatus status = assess(one).status;
      if (status != HealthStatus::ready && status != HealthStatus::suspended) return;
    }
  }
  state.healthy_since = moment.now;
}

void absorb_observe(TxnState& state, const CallResult& result, const Moment& moment) {
  if (!state.view.asked || moment.now > state.view.at) state.view.error.reset();
  state.view.asked = true;
  state.view.at = moment.now;
  if (result.error) {
    state.view.error = result.error;
    if (!state.blind_since) state.blind_since = moment.now;
    return;
  }
  if (state.blind_since && !state.view.error) {
    // An outage of the target is not the revision's time: its deadline moves along.
    state.stage_started += moment.now - *state.blind_since;
    for (StepProgress& step : state.steps) {
      if (!step.runs_since) continue;
      const MonoTime from = std::max(*step.runs_since, *state.blind_since);
      step.runs_since = *step.runs_since + (moment.now - from);
    }
    state.blind_since.reset();
  }
  state.view.by_participant[result.call.participant] = result.observations;
  note_verify_health(state, moment);
}

void absorb_mirror(TxnState& state, const CallResult& result, const Moment& moment) {
  if (result.error) return note_call_error(state, result, moment);
  note_call_success(state, result.call.participant);
  const bool closing = state.committed || state.abort.has_value();
  state.mirrored.insert(closing ? TargetId{"end:" + result.call.participant.value}
                                : result.call.participant);
}

void absorb_release(TxnState& state, const CallResult& result, const Moment& moment) {
  if (result.error) return note_call_error(state, result, moment);
  note_call_success(state, result.call.participant);
  state.released.insert(result.call.participant);
}

}  // namespace

void absorb(TxnState& state, const CallResult& result, const Moment& moment) {
  if (state.abort && !state.undo_started) state.undo_started = moment.now;
  switch (result.call.kind) {
    case CallKind::prepare:
      return absorb_prepare(state, result, moment);
    case CallKind::dry_run:
      return absorb_dry_run(state, result, moment);
    case CallKind::read_again:
      return absorb_read_again(state, result, moment);
    case CallKind::perform:
      return absorb_perform(state, result, moment);
    case CallKind::inspect:
      return absorb_inspect(state, result, moment);
    case CallKind::revert:
      return absorb_revert(state, result, moment);
    case CallKind::fence:
      return absorb_fence(state, result, moment);
    case CallKind::observe:
      return absorb_observe(state, result, moment);
    case CallKind::mirror:
      return absorb_mirror(state, result, moment);
    case CallKind::release:
      return absorb_release(state, result, moment);
  }
}

void absorb_append_failure(TxnState& state, const Error& error, const Moment& moment) {
  state.append_error = error;
  const int tried = state.call_attempts[TargetId{}]++;
  // The first ABORT on a full disk is written at once, from the reserve.
  state.call_not_before = tried == 0 ? moment.now : moment.now + backoff(tried, moment.options);
}

}  // namespace rumbo::engine
