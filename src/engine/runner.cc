#include "engine/runner.h"

#include <algorithm>
#include <set>

#include "engine/runner_parts.h"

namespace rumbo::engine {

std::string_view to_string(CallKind kind) {
  switch (kind) {
    case CallKind::prepare:
      return "prepare";
    case CallKind::dry_run:
      return "dry_run";
    case CallKind::read_again:
      return "read-again";
    case CallKind::perform:
      return "perform";
    case CallKind::inspect:
      return "inspect";
    case CallKind::revert:
      return "revert";
    case CallKind::fence:
      return "fence";
    case CallKind::observe:
      return "observe";
    case CallKind::mirror:
      return "mirror";
    case CallKind::release:
      return "release";
  }
  return "call";
}

DraftContext draft_context(const TxnState& state, const Moment& moment) {
  return {moment.epoch, state.active_at(moment.now)};
}

Action append(std::vector<Draft> drafts) {
  return Append{std::move(drafts)};
}
Action append(Draft draft) {
  std::vector<Draft> drafts;
  drafts.push_back(std::move(draft));
  return Append{std::move(drafts)};
}
Action wait_until(MonoTime until) {
  return Wait{until};
}

Action abort_with(const TxnState& state, const Moment& moment, const Abort& abort) {
  std::vector<Draft> drafts = owed_drafts(state, moment);
  for (Draft& draft : abort_drafts(state, abort, draft_context(state, moment))) {
    drafts.push_back(std::move(draft));
  }
  return Append{std::move(drafts)};
}

Action call_operator(const TxnState& state, const Moment& moment, const std::string& object,
                     const std::string& cause, const std::string& command, std::string_view code) {
  std::vector<Draft> drafts = owed_drafts(state, moment);
  drafts.push_back(simple_draft(
      state, RecordType::needs_operator,
      Value::object({{"object", object}, {"cause", cause}, {"command", command}, {"code", code}}),
      draft_context(state, moment)));
  return append(std::move(drafts));
}

std::vector<Scope> all_scopes(const TxnState& state) {
  std::vector<Scope> out;
  for (const TxnScope& scope : state.scopes) out.push_back(scope.scope);
  return out;
}

Duration backoff(int attempts, const RunnerOptions& options) {
  Duration wait = options.backoff_first;
  for (int i = 1; i < attempts && wait < options.backoff_most; ++i) wait *= 2;
  return std::min(wait, options.backoff_most);
}

std::vector<Draft> owed_drafts(const TxnState& state, const Moment& moment) {
  const DraftContext context = draft_context(state, moment);
  std::vector<Draft> out;
  for (StepId id = 0; id < state.steps.size(); ++id) {
    const StepProgress& step = state.steps[id];
    if (step.unrecorded && step.phase == Phase::intent) {
      out.push_back(done_draft(state, id, *step.unrecorded, context));
    }
    if (step.reverted && step.phase == Phase::undo_intent) {
      out.push_back(undo_done_draft(state, id, *step.reverted, context));
    }
    if (step.reaped_unrecorded && step.phase == Phase::reap_intent) {
      out.push_back(reap_done_draft(state, id, step.left, context));
    }
  }
  return out;
}

std::vector<Call> due_calls(const TxnState& state, const Moment& moment, CallKind kind,
                            const std::vector<StepId>& steps) {
  std::vector<Call> calls;
  for (const StepId id : steps) {
    if (state.steps[id].not_before > moment.now) continue;
    Call call;
    call.kind = kind;
    call.participant = state.step(id).participant;
    call.step = id;
    calls.push_back(std::move(call));
  }
  return calls;
}

MonoTime earliest(const TxnState& state, const std::vector<StepId>& steps) {
  MonoTime out = MonoTime::never();
  for (const StepId id : steps) out = std::min(out, state.steps[id].not_before);
  return out;
}

std::vector<Call> observe_calls(const TxnState& state, const std::vector<const Item*>& items) {
  std::vector<Call> calls;
  for (const TargetId& participant : state.participants) {
    std::set<ObjectKey> keys;
    for (const Item* item : items) {
      if (item->scope.target == participant) keys.insert(item->key);
    }
    if (keys.empty()) continue;
    Call call;
    call.kind = CallKind::observe;
    call.participant = participant;
    call.keys.assign(keys.begin(), keys.end());
    calls.push_back(std::move(call));
  }
  return calls;
}

const Observation* observed(const TxnState& state, const TargetId& participant,
                            const ObjectKey& key) {
  const auto it = state.view.by_participant.find(participant);
  if (it == state.view.by_participant.end()) return nullptr;
  for (const Observation& one : it->second) {
    if (one.key == key) return &one;
  }
  return nullptr;
}

const Capabilities& capabilities_of(const TxnState& state, const TargetId& participant) {
  static const Capabilities kNone;
  const auto found = state.capabilities.find(participant);
  return found == state.capabilities.end() ? kNone : found->second;
}

namespace {

/// A journal that refuses records: write no more to any target except to undo.
std::optional<Action> step_journal_trouble(const TxnState& state, const Moment& moment) {
  if (!state.append_error) return std::nullopt;
  const Error& error = *state.append_error;
  if (error.code() == Code::conflict) return Finish{Finish::Why::lost};
  if (error.code() != Code::exhausted) return Finish{Finish::Why::journal_failed};
  if (moment.now < state.call_not_before) return wait_until(state.call_not_before);
  if (state.abort || state.committed || !state.planned) return std::nullopt;
  return abort_with(
      state, moment,
      {FaultClass::infrastructure, "the journal's disk is full: " + error.message(), {}, {}});
}

std::optional<Action> step_signals(const TxnState& state, const Moment& moment) {
  const Signals& signals = moment.signals;
  if (signals.suspend && !state.suspended) {
    std::vector<Draft> drafts = owed_drafts(state, moment);
    drafts.push_back(simple_draft(state, RecordType::suspended, {}, draft_context(state, moment)));
    return append(std::move(drafts));
  }
  if (state.suspended && !state.recovering) return Finish{Finish::Why::suspended};
  if (state.abort || state.committed) return std::nullopt;
  if (signals.cancel && !past_point_of_supersede(state)) {
    return abort_with(state, moment,
                      {FaultClass::operator_asked, "cancelled by an operator", {}, {}});
  }
  if (signals.superseded_by && !past_point_of_supersede(state)) {
    return abort_with(state, moment,
                      {FaultClass::superseded, "superseded by " + *signals.superseded_by, {}, {}});
  }
  return std::nullopt;
}

}  // namespace

Action step(const TxnState& state, const Moment& moment) {
  if (state.ended) return Finish{Finish::Why::ended};
  if (!state.planned) {
    return append({begin_draft(state, draft_context(state, moment)),
                   plan_draft(state, draft_context(state, moment))});
  }
  if (auto action = step_journal_trouble(state, moment)) return *action;
  if (recovery_pending(state)) return step_recovery(state, moment);
  if (auto action = step_signals(state, moment)) return *action;
  if (std::vector<Draft> owed = owed_drafts(state, moment); !owed.empty()) {
    return append(std::move(owed));
  }
  if (state.committed) return step_reaping(state, moment);
  if (state.abort) return step_undoing(state, moment);
  if (!state.prepared) return step_preparing(state, moment);
  return step_applying(state, moment);
}

}  // namespace rumbo::engine
