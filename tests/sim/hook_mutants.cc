// Mutants of hooks, of the order of waves, and of deletions.
#include "mutant_parts.h"

namespace rumbo::simtest {
namespace {

bool is_hook(const Step& step, std::string_view phase) {
  return step.kind == StepKind::hook && step.hook == phase;
}

/// The runner is told that these hooks are through.
StepFunction without_hooks(std::string_view phase) {
  return deceived([phase](TxnState& state) {
    if (!state.planned) return;  // nothing is folded yet
    for (const Step& step : state.plan.steps) {
      if (is_hook(step, phase)) state.steps[step.id].phase = Phase::reaped;
    }
  });
}

/// Runs these hooks right before the commit.
StepFunction with_hooks_at_commit(std::string_view phase) {
  return once(
      [](const Action& action, const TxnState&) { return appends(action, RecordType::commit); },
      [phase](const TxnState& state, const Moment&) -> Action {
        Calls out;
        for (const Step& step : state.plan.steps) {
          if (!is_hook(step, phase)) continue;
          Call call;
          call.kind = CallKind::perform;
          call.participant = step.participant;
          call.step = step.id;
          out.calls.push_back(std::move(call));
        }
        return out;
      });
}

/// Everything of one phase at once, the last of it first.
StepFunction without_order(engine::StagePhase phase) {
  return deceived([phase](TxnState& state) {
    engine::Stage* first = nullptr;
    for (engine::Stage& stage : state.stages) {
      if (stage.phase != phase) continue;
      if (first == nullptr) {
        first = &stage;
        continue;
      }
      first->steps.insert(first->steps.begin(), stage.steps.begin(), stage.steps.end());
      stage.steps.clear();
      stage.gate.clear();
    }
  });
}

}  // namespace

std::vector<Mutant> hook_mutants() {
  std::vector<Mutant> out;
  out.push_back({"leaves SyncFail hooks out", "cluster-migration-bad", "hooks answer",
                 without_hooks("SyncFail")});
  out.push_back({"runs SyncFail hooks although it commits", "cluster-migration", "hooks answer",
                 with_hooks_at_commit("SyncFail")});
  out.push_back({"does not take a hook back", "host-migration-bad", "taken back",
                 without_hooks("Compensate")});
  out.push_back({"takes a hook back although it commits", "cluster-migration", "taken back",
                 with_hooks_at_commit("Compensate")});
  out.push_back({"deletes although a PreDelete hook failed", "cluster-delete-bad",
                 "ends as it must",
                 changing([](Action action, const TxnState& state, const Moment& moment) {
                   return appends(action, RecordType::abort) ? commit_now(state, moment) : action;
                 })});
  out.push_back({"runs PostDelete hooks before it deletes", "cluster-delete", "order kept",
                 with_hooks_at_commit("PostDelete")});
  out.push_back({"leaves hooks behind that succeeded", "cluster-delete", "nothing left",
                 changing([](Action action, const TxnState& state, const Moment& moment) {
                   if (!performs(action, state, StepKind::retire)) return action;
                   Append ended;
                   for (const Call& call : std::get<Calls>(action).calls) {
                     ended.drafts.push_back(
                         engine::reap_done_draft(state, call.step, {}, context(state, moment)));
                   }
                   return Action(std::move(ended));
                 })});
  out.push_back({"writes all waves at once", "cluster-waves", "order kept",
                 without_order(engine::StagePhase::beside)});
  out.push_back({"deletes all waves at once", "cluster-prune-order", "order kept",
                 without_order(engine::StagePhase::prune)});
  out.push_back({"undoes all waves at once", "cluster-waves-bad", "order kept",
                 once([](const Action& action,
                         const TxnState&) { return calls_kind(action, CallKind::revert); },
                      [](const TxnState& state, const Moment&) {
                        return perform_all(state, StepKind::apply, CallKind::revert);
                      })});
  return out;
}

}  // namespace rumbo::simtest
