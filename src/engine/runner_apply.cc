// APPLYING: stage after stage, each proven healthy before the next; then VERIFY or SOAK, and
// COMMIT.
#include <algorithm>

#include "engine/compare.h"
#include "engine/health.h"
#include "engine/rules.h"
#include "engine/runner_parts.h"

namespace rumbo::engine {
namespace {

/// Steps of a stage that may be under way together: what others refer to goes before workloads, and
/// those before what sends them traffic.
std::vector<StepId> next_batch(const TxnState& state, const Stage& stage) {
  std::vector<StepId> batch;
  std::map<TargetId, int> in_batch;
  int rank = -1;
  for (const StepId id : stage.steps) {
    if (state.steps[id].phase == Phase::done) continue;
    const Step& step = state.step(id);
    const int own = step.items.empty() ? 0 : kind_rank(step.items.at(0).key) / 100;
    if (rank < 0) rank = own;
    if (own != rank) continue;
    const auto found = state.capabilities.find(step.participant);
    const int most = found == state.capabilities.end() ? 1 : found->second.max_in_flight;
    if (++in_batch[step.participant] <= most) batch.push_back(id);
  }
  return batch;
}

Duration stage_deadline(const TxnState& state, const Stage& stage) {
  Duration most{0};
  for (const StepId id : stage.steps) most = std::max(most, state.step(id).deadline);
  return most;
}

bool deadline_over(const TxnState& state, const Moment& moment, Duration deadline) {
  return state.active_at(moment.now) - state.stage_started > deadline;
}

FaultClass fault_of(const Error& error) {
  switch (error.code()) {
    case Code::conflict:
      return FaultClass::conflict;
    case Code::unavailable:
    case Code::timeout:
    case Code::cancelled:
    case Code::exhausted:
    case Code::internal:
      return FaultClass::infrastructure;
    default:
      return FaultClass::revision;
  }
}

/// What inspect() and perform() told of one step, when it ends the way forward.
std::optional<Action> step_trouble(const TxnState& state, const Moment& moment, const Stage& stage,
                                   StepId id) {
  const StepProgress& progress = state.steps[id];
  if (!progress.error) return std::nullopt;
  const Error& error = *progress.error;
  const bool final = error.retry() == Retry::never;
  if (!final &&
      !deadline_over(state, moment,
                     std::max(stage_deadline(state, stage), moment.options.outage_budget))) {
    return std::nullopt;
  }
  const FaultClass fault = final ? fault_of(error) : FaultClass::infrastructure;
  Abort abort{fault, error.to_string(), {}, {}};
  if (fault == FaultClass::revision) abort.at_fault = {state.step(id).items.at(0).scope};
  std::vector<Draft> drafts = owed_drafts(state, moment);
  drafts.push_back(failed_draft(state, id, error, draft_context(state, moment)));
  for (Draft& draft : abort_drafts(state, abort, draft_context(state, moment))) {
    drafts.push_back(std::move(draft));
  }
  return append(std::move(drafts));
}

/// A host keeps no versions that would make a late duplicate fail: fence the unanswered attempt
/// first. A cluster's compare-and-swap lets only one of two equal writes land.
std::optional<Action> step_fence_before_repeat(const TxnState& state, const Moment& moment,
                                               const std::vector<StepId>& unanswered) {
  std::map<TargetId, Call> calls;
  for (const StepId id : unanswered) {
    const TargetId& participant = state.step(id).participant;
    const auto known = state.capabilities.find(participant);
    if (state.fenced.contains(participant) || known == state.capabilities.end()) continue;
    if (!known->second.atomic_switch) continue;
    Call& call = calls[participant];
    call.kind = CallKind::fence;
    call.participant = participant;
    call.steps.push_back(id);
  }
  if (calls.empty()) return std::nullopt;
  if (moment.now < state.call_not_before) return wait_until(state.call_not_before);
  std::vector<Call> out;
  for (auto& [participant, call] : calls) out.push_back(std::move(call));
  return Calls{std::move(out)};
}

std::optional<Action> step_stage_work(const TxnState& state, const Moment& moment,
                                      const Stage& stage) {
  for (const StepId id : stage.steps) {
    if (auto action = step_trouble(state, moment, stage, id)) return action;
  }
  const std::vector<StepId> batch = next_batch(state, stage);
  if (batch.empty()) return std::nullopt;
  std::vector<Draft> intents;
  std::vector<StepId> to_perform, to_inspect;
  for (const StepId id : batch) {
    const StepProgress& progress = state.steps[id];
    if (progress.phase == Phase::pending) {
      intents.push_back(intent_draft(state, RecordType::intent, id, draft_context(state, moment)));
    } else if (progress.suspect) {
      to_inspect.push_back(id);
    } else {
      to_perform.push_back(id);
    }
  }
  if (!intents.empty()) return append(std::move(intents));
  if (auto action = step_fence_before_repeat(state, moment, to_inspect)) return action;
  std::vector<Call> calls = due_calls(state, moment, CallKind::inspect, to_inspect);
  for (Call& call : due_calls(state, moment, CallKind::perform, to_perform)) {
    calls.push_back(std::move(call));
  }
  if (!calls.empty()) return Calls{std::move(calls)};
  return wait_until(earliest(state, batch));
}

struct Verdict {
  Health health;
  const Item* item = nullptr;
  std::vector<std::string> evidence;
  bool obstructed = false;  ///< the target's own trouble: see Observation::obstacle
};

/// The worst verdict over these items from the current view.
Verdict judge(const TxnState& state, const std::vector<const Item*>& items) {
  Verdict worst{{HealthStatus::ready, {}}, nullptr, {}, false};
  for (const Item* item : items) {
    const Observation* seen = observed(state, item->scope.target, item->key);
    Health health = seen == nullptr ? Health{HealthStatus::unknown, "not observed"} : assess(*seen);
    // A user may suspend a workload on purpose; that is not a failure of the revision.
    if (health.status == HealthStatus::suspended) health.status = HealthStatus::ready;
    if (health.status == HealthStatus::missing) health = {HealthStatus::failed, "was deleted"};
    if (no_less_healthy(health.status, worst.health.status)) continue;
    worst = {health, item, {}, false};
    if (seen == nullptr) continue;
    worst.evidence = seen->log_tail;
    worst.obstructed = !seen->obstacle.empty();
  }
  return worst;
}

/// True if a foreign hand changed what this transaction wrote.
const Item* edited_by_others(const TxnState& state, const std::vector<const Item*>& items) {
  for (const Item* item : items) {
    const Observation* seen = observed(state, item->scope.target, item->key);
    if (seen == nullptr || !seen->exists || !item->want) continue;
    const TxnScope* scope = state.scope_of(item->scope);
    const Capabilities& target = capabilities_of(state, item->scope.target);
    if (!kept(target, seen->object, item->want_object,
              scope == nullptr ? std::vector<IgnoreRule>() : scope->policy.ignore)) {
      return item;
    }
  }
  return nullptr;
}

std::optional<Action> step_observe(const TxnState& state, const Moment& moment,
                                   const std::vector<const Item*>& items) {
  if (state.view.asked && moment.now < state.view.at + moment.options.poll) return std::nullopt;
  std::vector<Call> calls = observe_calls(state, items);
  if (calls.empty()) return std::nullopt;
  for (Call& call : calls) call.consistency = Consistency::watched;
  return Calls{std::move(calls)};
}

Abort unhealthy(const Verdict& verdict, const std::string& where, std::string_view how) {
  Abort abort;
  abort.fault = verdict.obstructed ? FaultClass::infrastructure : FaultClass::revision;
  abort.cause = verdict.item->key.to_string() + " " + std::string(how) + " (" + where +
                "): " + verdict.health.reason;
  abort.evidence = verdict.evidence;
  if (!verdict.obstructed) abort.at_fault = {verdict.item->scope};
  return abort;
}

/// Ends the way forward if these items failed, vanished, were edited, or took too long.
std::optional<Action> step_unhealthy(const TxnState& state, const Moment& moment,
                                     const std::vector<const Item*>& items, const Verdict& verdict,
                                     const std::string& where, Duration deadline) {
  if (state.view.error) {
    // A target that cannot be asked says nothing about the revision.
    if (!state.blind_since || moment.now - *state.blind_since < moment.options.outage_budget) {
      return std::nullopt;
    }
    return abort_with(state, moment,
                      {FaultClass::infrastructure,
                       "health could not be read: " + state.view.error->to_string(),
                       {},
                       {}});
  }
  if (const Item* edited = edited_by_others(state, items)) {
    return abort_with(state, moment,
                      {FaultClass::conflict,
                       edited->key.to_string() + " was changed by someone else meanwhile",
                       {},
                       {}});
  }
  if (verdict.health.status == HealthStatus::failed) {
    const Observation* seen = observed(state, verdict.item->scope.target, verdict.item->key);
    if (seen != nullptr && !seen->exists) {
      return abort_with(state, moment,
                        {FaultClass::conflict,
                         verdict.item->key.to_string() + " was deleted by someone else meanwhile",
                         {},
                         {}});
    }
    return abort_with(state, moment, unhealthy(verdict, where, "failed"));
  }
  if (verdict.health.status == HealthStatus::ready) return std::nullopt;
  if (!deadline_over(state, moment, deadline)) return std::nullopt;
  return abort_with(
      state, moment,
      unhealthy(verdict, where, "was not ready within " + rumbo::to_string(deadline)));
}

std::vector<const Item*> items_of(const TxnState& state, const std::vector<StepId>& steps) {
  std::vector<const Item*> items;
  for (const StepId id : steps) {
    for (const Item& item : state.step(id).items) items.push_back(&item);
  }
  return items;
}

Action step_gate(const TxnState& state, const Moment& moment, const Stage& stage) {
  if (stage.gate.empty()) return append(wave_healthy_draft(state, draft_context(state, moment)));
  const auto items = items_of(state, stage.gate);
  if (auto action = step_observe(state, moment, items)) return *action;
  const Verdict verdict = judge(state, items);
  if (auto action = step_unhealthy(state, moment, items, verdict, stage.name(),
                                   stage_deadline(state, stage))) {
    return *action;
  }
  if (verdict.health.status == HealthStatus::ready && !state.view.error) {
    return append(wave_healthy_draft(state, draft_context(state, moment)));
  }
  return wait_until(state.view.at + moment.options.poll);
}

/// Everything the revision declares, changed or not: "all objects new and healthy".
std::vector<const Item*> declared_items(const TxnState& state) {
  std::vector<const Item*> items;
  for (const Step& step : state.plan.steps) {
    if (step.kind != StepKind::stage && step.kind != StepKind::apply &&
        step.kind != StepKind::scaffold) {
      continue;
    }
    for (const Item& item : step.items) items.push_back(&item);
  }
  for (const Item& item : state.plan.unchanged) items.push_back(&item);
  return items;
}

Action step_verify(const TxnState& state, const Moment& moment) {
  Duration soak{0};
  for (const TxnScope& scope : state.scopes) soak = std::max(soak, scope.policy.soak);
  const auto items = declared_items(state);
  if (items.empty()) {
    return append(commit_drafts(state, draft_context(state, moment)));
  }
  if (auto action = step_observe(state, moment, items)) return *action;
  const Verdict verdict = judge(state, items);
  if (auto action =
          step_unhealthy(state, moment, items, verdict, "verify", state.longest_timeout() + soak)) {
    return *action;
  }
  const bool healthy = verdict.health.status == HealthStatus::ready && !state.view.error;
  if (healthy && state.healthy_since && moment.now - *state.healthy_since >= soak) {
    return append(commit_drafts(state, draft_context(state, moment)));
  }
  // Ready once, then not any more: a regression inside the soak is the revision's failure.
  if (!healthy && state.healthy_since && verdict.health.status != HealthStatus::ready &&
      !state.view.error && soak > Duration(0)) {
    return abort_with(state, moment, unhealthy(verdict, "soak", "lost its health"));
  }
  MonoTime next = state.view.at + moment.options.poll;
  if (healthy && state.healthy_since) next = std::min(next, *state.healthy_since + soak);
  return wait_until(std::max(next, moment.now + Duration(1)));
}

/// After a restart: completed stages are verified once before anything is built on them.
std::optional<Action> step_reverify(const TxnState& state, const Moment& moment) {
  std::vector<StepId> open;
  for (std::size_t at = 0; at < std::min(state.stage, state.stages.size()); ++at) {
    for (const StepId id : state.stages[at].steps) {
      if (!state.steps[id].suspect) continue;
      if (auto action = step_trouble(state, moment, state.stages[at], id)) return action;
      open.push_back(id);
    }
  }
  if (open.empty()) return std::nullopt;
  std::vector<Call> calls = due_calls(state, moment, CallKind::inspect, open);
  if (calls.empty()) return wait_until(earliest(state, open));
  return Calls{std::move(calls)};
}

std::optional<Action> step_mirror_prepared(const TxnState& state, const Moment& moment) {
  std::vector<Call> calls;
  for (const auto& [participant, capabilities] : state.capabilities) {
    if (!capabilities.needs_mirror || state.mirrored.contains(participant)) continue;
    Call call;
    call.kind = CallKind::mirror;
    call.participant = participant;
    calls.push_back(std::move(call));
  }
  if (calls.empty()) return std::nullopt;
  if (!state.call_errors.empty() && state.active_at(moment.now) > moment.options.outage_budget) {
    return abort_with(
        state, moment,
        {FaultClass::infrastructure, state.call_errors.begin()->second.to_string(), {}, {}});
  }
  if (moment.now < state.call_not_before) return wait_until(state.call_not_before);
  return Calls{std::move(calls)};
}

}  // namespace

Action step_applying(const TxnState& state, const Moment& moment) {
  if (auto action = step_mirror_prepared(state, moment)) return *action;
  if (auto action = step_reverify(state, moment)) return *action;
  if (state.stage >= state.stages.size() || !before_commit(state.stages[state.stage].phase)) {
    return step_verify(state, moment);
  }
  const Stage& stage = state.stages[state.stage];
  if (auto action = step_stage_work(state, moment, stage)) return *action;
  return step_gate(state, moment, stage);
}

}  // namespace rumbo::engine
