// Hooks that answer what has already been decided: PostDelete after the deletion, SyncFail and
// Compensate in an undo. They run once; what they do cannot change the outcome any more.
#include <algorithm>

#include "engine/health.h"
#include "engine/runner_parts.h"

namespace rumbo::engine {
namespace {

/// How a hook that runs stands: nullopt while it runs, empty when it succeeded, else why not.
std::optional<std::string> ended(const TxnState& state, const Moment& moment, StepId id) {
  const Item& item = state.step(id).items.at(0);
  const Observation* seen = observed(state, item.scope.target, item.key);
  if (seen != nullptr && !state.view.error) {
    const Health health = assess(*seen);
    if (health.status == HealthStatus::ready) return std::string();
    if (health.status == HealthStatus::failed) {
      std::string why = "failed: " + health.reason;
      if (!seen->log_tail.empty()) why += ": " + seen->log_tail.back();
      return why;
    }
  }
  if (state.view.error) {
    // A target that cannot be asked says nothing about the hook. An undo waits for it.
    const bool in_undo = state.step(id).for_step != kNoStep;
    const bool waits =
        !state.blind_since || moment.now - *state.blind_since < moment.options.outage_budget;
    if (in_undo || waits) return std::nullopt;
    return "could not be observed: " + state.view.error->to_string();
  }
  if (moment.now - *state.steps[id].runs_since <= state.step(id).deadline) return std::nullopt;
  return "did not end within " + rumbo::to_string(state.step(id).deadline);
}

}  // namespace

std::optional<StepId> compensation_of(const TxnState& state, StepId hook) {
  for (const Step& step : state.plan.steps) {
    if (step.for_step == hook) return step.id;
  }
  return std::nullopt;
}

std::optional<Action> step_answering_hooks(const TxnState& state, const Moment& moment,
                                           const std::vector<StepId>& steps) {
  const DraftContext context = draft_context(state, moment);
  std::vector<Draft> intents, ends;
  std::vector<StepId> to_start;
  std::vector<const Item*> running;
  for (const StepId id : steps) {
    const StepProgress& progress = state.steps[id];
    if (progress.phase == Phase::pending) {
      intents.push_back(intent_draft(state, RecordType::reap_intent, id, context));
    } else if (progress.phase == Phase::reap_intent && !progress.runs_since) {
      to_start.push_back(id);
    } else if (progress.phase == Phase::reap_intent) {
      running.push_back(&state.step(id).items.at(0));
      if (const auto how = ended(state, moment, id)) {
        ends.push_back(reap_done_draft(state, id, *how, context));
      }
    }
  }
  if (!intents.empty()) return append(std::move(intents));
  if (!ends.empty()) return append(std::move(ends));
  if (!to_start.empty()) {
    std::vector<Call> calls = due_calls(state, moment, CallKind::perform, to_start);
    if (!calls.empty()) return Calls{std::move(calls)};
    if (running.empty()) return wait_until(earliest(state, to_start));
  }
  if (running.empty()) return std::nullopt;
  const bool seen = std::all_of(running.begin(), running.end(), [&](const Item* item) {
    return observed(state, item->scope.target, item->key) != nullptr;
  });
  if (seen && moment.now < state.view.at + moment.options.poll) {
    return wait_until(state.view.at + moment.options.poll);
  }
  if (state.view.error && moment.now < state.view.at + moment.options.poll) {
    return wait_until(state.view.at + moment.options.poll);
  }
  return Calls{observe_calls(state, running)};
}

}  // namespace rumbo::engine
