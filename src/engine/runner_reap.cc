// REAPING: after COMMIT there is only redo. Retire what the switch left, prune what is no longer
// declared; what cannot be removed stays in the inventory, is named, and is tried again by the next
// transaction.
#include "engine/runner_parts.h"

namespace rumbo::engine {
namespace {

std::string leftovers(const TxnState& state) {
  std::string out;
  for (StepId id = 0; id < state.steps.size(); ++id) {
    if (state.steps[id].left.empty()) continue;
    if (!out.empty()) out += "; ";
    out += std::string(to_string(state.step(id).kind)) + " " +
           state.step(id).items.at(0).key.to_string() + ": " + state.steps[id].left;
  }
  return out.empty() ? out : "left behind: " + out;
}

std::optional<Action> step_reap_stage(const TxnState& state, const Moment& moment,
                                      const Stage& stage) {
  if (stage.phase == StagePhase::post_delete) {
    return step_answering_hooks(state, moment, stage.steps);
  }
  std::vector<Draft> intents;
  std::vector<StepId> open;
  for (const StepId id : stage.steps) {
    const StepProgress& progress = state.steps[id];
    if (progress.phase == Phase::pending) {
      intents.push_back(
          intent_draft(state, RecordType::reap_intent, id, draft_context(state, moment)));
    } else if (progress.phase == Phase::reap_intent) {
      open.push_back(id);
    }
  }
  if (!intents.empty()) return append(std::move(intents));
  if (open.empty()) return std::nullopt;
  std::vector<Call> calls = due_calls(state, moment, CallKind::perform, open);
  if (!calls.empty()) return Calls{std::move(calls)};
  return wait_until(earliest(state, open));
}

}  // namespace

Action step_reaping(const TxnState& state, const Moment& moment) {
  for (const Stage& stage : state.stages) {
    if (!after_commit(stage.phase)) continue;
    if (auto action = step_reap_stage(state, moment, stage)) return *action;
  }
  if (auto action = step_closing(state, moment)) return *action;
  return append(
      end_draft(state, Outcome::committed, leftovers(state), draft_context(state, moment)));
}

std::optional<Action> step_closing(const TxnState& state, const Moment& moment) {
  constexpr int kAttempts = 10;  // about two minutes of backoff
  std::vector<Call> calls;
  for (const TargetId& participant : state.participants) {
    const auto tried = state.call_attempts.find(participant);
    // Giving up here leaks a reservation or an old mirror, which the next transaction replaces.
    if (tried != state.call_attempts.end() && tried->second >= kAttempts) continue;
    const auto capabilities = state.capabilities.find(participant);
    const bool mirrors = state.prepared && capabilities != state.capabilities.end() &&
                         capabilities->second.needs_mirror;
    Call call;
    call.participant = participant;
    if (!state.released.contains(participant)) {
      call.kind = CallKind::release;
    } else if (mirrors && !state.mirrored.contains(TargetId{"end:" + participant.value})) {
      call.kind = CallKind::mirror;
    } else {
      continue;
    }
    calls.push_back(std::move(call));
  }
  if (calls.empty()) return std::nullopt;
  if (moment.now < state.call_not_before) return wait_until(state.call_not_before);
  return Calls{std::move(calls)};
}

}  // namespace rumbo::engine
