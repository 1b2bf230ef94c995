// PREPARING: everything that can go wrong without touching what users see goes wrong here. Pull and
// pin, scaffold missing namespaces, dry-run every step, read again what manifests were made from;
// then PREPARED with the widened inventory.
#include <algorithm>

#include "base/strings.h"
#include "engine/runner_parts.h"

namespace rumbo::engine {
namespace {

/// The abort, once `error` has kept the transaction waiting for as long as its policy lets it take.
std::optional<Action> give_up(const TxnState& state, const Moment& moment, const Error& error) {
  const Duration most = state.longest_timeout();
  if (state.active_at(moment.now) <= most) return std::nullopt;
  return abort_with(state, moment,
                    {FaultClass::infrastructure,
                     "could not be prepared within " + rumbo::to_string(most) +
                         "; nothing was touched: " + error.to_string(),
                     {},
                     {}});
}

std::optional<Action> step_prepare_calls(const TxnState& state, const Moment& moment) {
  std::vector<Call> calls;
  for (const TargetId& participant : state.participants) {
    if (state.prepared_participants.contains(participant)) continue;
    Call call;
    call.kind = CallKind::prepare;
    call.participant = participant;
    calls.push_back(std::move(call));
  }
  if (calls.empty()) return std::nullopt;
  if (!state.call_errors.empty()) {
    // A refusal of one participant outweighs the passing trouble of another.
    const auto refused =
        std::find_if(state.call_errors.begin(), state.call_errors.end(),
                     [](const auto& entry) { return entry.second.retry() == Retry::never; });
    const Error& error =
        (refused != state.call_errors.end() ? refused : state.call_errors.begin())->second;
    if (error.retry() == Retry::never) {
      // What this installation may not do, and what others hold, says nothing about the revision.
      const bool ours = error.code() == Code::cancelled || error.code() == Code::denied;
      const FaultClass fault = ours                             ? FaultClass::infrastructure
                               : error.code() == Code::conflict ? FaultClass::conflict
                                                                : FaultClass::revision;
      return abort_with(state, moment, {fault, error.to_string(), {}, all_scopes(state)});
    }
    if (auto over = give_up(state, moment, error)) return over;
    if (moment.now < state.call_not_before) return wait_until(state.call_not_before);
  }
  return Calls{std::move(calls)};
}

/// The fault of a failed dry-run or scaffold, once it is clear that it will not pass.
std::optional<Action> step_failed(const TxnState& state, const Moment& moment, StepId id) {
  const StepProgress& progress = state.steps[id];
  if (!progress.error) return std::nullopt;
  const Error& error = *progress.error;
  if (error.retry() == Retry::never) {
    const FaultClass fault =
        error.code() == Code::conflict ? FaultClass::conflict : FaultClass::revision;
    return abort_with(state, moment,
                      {fault, error.to_string(), {}, {state.step(id).items.at(0).scope}});
  }
  return give_up(state, moment, error);
}

std::optional<Action> step_scaffolds(const TxnState& state, const Moment& moment) {
  std::vector<StepId> to_intend, to_perform, to_inspect;
  for (const Step& step : state.plan.steps) {
    if (step.kind != StepKind::scaffold) continue;
    const StepProgress& progress = state.steps[step.id];
    if (auto action = step_failed(state, moment, step.id)) return action;
    if (progress.phase == Phase::pending) to_intend.push_back(step.id);
    if (progress.phase == Phase::intent) {
      (progress.suspect ? to_inspect : to_perform).push_back(step.id);
    }
  }
  if (!to_intend.empty()) {
    std::vector<Draft> drafts;
    for (const StepId id : to_intend) {
      drafts.push_back(intent_draft(state, RecordType::intent, id, draft_context(state, moment)));
    }
    return append(std::move(drafts));
  }
  if (to_perform.empty() && to_inspect.empty()) return std::nullopt;
  std::vector<Call> calls = due_calls(state, moment, CallKind::inspect, to_inspect);
  for (Call& call : due_calls(state, moment, CallKind::perform, to_perform)) {
    calls.push_back(std::move(call));
  }
  if (!calls.empty()) return Calls{std::move(calls)};
  to_perform.insert(to_perform.end(), to_inspect.begin(), to_inspect.end());
  return wait_until(earliest(state, to_perform));
}

std::optional<Action> step_dry_runs(const TxnState& state, const Moment& moment) {
  std::vector<StepId> open;
  for (const Step& step : state.plan.steps) {
    if (step.kind == StepKind::scaffold || step.kind == StepKind::retire) continue;
    if (state.steps[step.id].dry_run_passed) continue;
    if (auto action = step_failed(state, moment, step.id)) return action;
    open.push_back(step.id);
  }
  if (open.empty()) return std::nullopt;
  std::vector<Call> calls = due_calls(state, moment, CallKind::dry_run, open);
  if (calls.empty()) return wait_until(earliest(state, open));
  return Calls{std::move(calls)};
}

/// What the manifests were made from is read once more, last of all: from here on it is written.
std::optional<Action> step_read_again(const TxnState& state, const Moment& moment) {
  if (!state.changed_reads.empty()) {
    std::string cause =
        "what the manifest was made from is not as it was: " + join(state.changed_reads, "; ") +
        "; nothing was written";
    return abort_with(state, moment, {FaultClass::outdated, std::move(cause), {}, {}});
  }
  std::vector<Call> calls;
  for (const TxnScope& scope : state.scopes) {
    const TargetId& participant = scope.scope.target;
    const bool asked = std::any_of(calls.begin(), calls.end(), [&](const Call& call) {
      return call.participant == participant;
    });
    if (asked || scope.reads.empty() || state.read_again.contains(participant)) continue;
    Call call;
    call.kind = CallKind::read_again;
    call.participant = participant;
    calls.push_back(std::move(call));
  }
  if (calls.empty()) return std::nullopt;
  if (!state.call_errors.empty()) {
    if (auto over = give_up(state, moment, state.call_errors.begin()->second)) return over;
    if (moment.now < state.call_not_before) return wait_until(state.call_not_before);
  }
  return Calls{std::move(calls)};
}

}  // namespace

Action step_preparing(const TxnState& state, const Moment& moment) {
  if (auto action = step_prepare_calls(state, moment)) return *action;
  if (auto action = step_scaffolds(state, moment)) return *action;
  if (auto action = step_dry_runs(state, moment)) return *action;
  if (auto action = step_read_again(state, moment)) return *action;
  return append(prepared_draft(state, draft_context(state, moment)));
}

}  // namespace rumbo::engine
