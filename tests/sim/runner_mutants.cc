#include <algorithm>
#include <memory>

#include "engine/drafts.h"
#include "mutant_parts.h"

namespace rumbo::simtest {
namespace {

using engine::Wait;
using sim::Fault;

void add_forward(std::vector<Mutant>& out) {
  out.push_back({"commits without waiting for health", "host-bad", "ends as it must",
                 changing([](Action action, const TxnState& state, const Moment& moment) {
                   if (!std::holds_alternative<Wait>(action) || !going_forward(state))
                     return action;
                   if (state.stage < state.stages.size() &&
                       !engine::after_commit(state.stages[state.stage].phase)) {
                     return Action(
                         Append{{engine::wave_healthy_draft(state, context(state, moment))}});
                   }
                   return commit_now(state, moment);
                 })});
  out.push_back(
      {"does not soak", "host-soak-regress", "ends as it must", deceived([](TxnState& state) {
         if (state.healthy_since) state.healthy_since = MonoTime{};
       })});
  out.push_back({"leaves the dry-run out", "host-rejected", "ends as it must",
                 changing([](Action action, const TxnState& state, const Moment& moment) {
                   if (!calls_kind(action, CallKind::dry_run)) return action;
                   return Action(Append{{engine::prepared_draft(state, context(state, moment))}});
                 })});
  out.push_back({"leaves pulling images out", "host-image-missing", "ends as it must",
                 changing([](Action action, const TxnState& state, const Moment& moment) {
                   if (!calls_kind(action, CallKind::prepare)) return action;
                   return Action(Append{{engine::prepared_draft(state, context(state, moment))}});
                 })});
  out.push_back({"says it switched and did not", "host-update", "ends as it must",
                 without_performing(StepKind::switch_over)});
  out.push_back({"starts the new pods without stopping the old", "host-no-overlap",
                 "no two generations", without_performing(StepKind::quiesce)});
  out.push_back(
      {"stages nothing", "host-update", "ends as it must", without_performing(StepKind::stage)});
  out.push_back({"prunes before the commit",
                 "host-prune",
                 "ends as it must",
                 once(
                     [](const Action& action, const TxnState& state) {
                       return state.prepared && performs(action, state, StepKind::switch_over);
                     },
                     [](const TxnState& state, const Moment&) {
                       return perform_all(state, StepKind::prune);
                     }),
                 {},
                 {{"perform switch", Fault::error_never}}});
  out.push_back({"retires before the commit",
                 "host-update",
                 "ends as it must",
                 once([](const Action& action,
                         const TxnState&) { return appends(action, RecordType::commit); },
                      [](const TxnState& state, const Moment&) {
                        return perform_all(state, StepKind::retire);
                      }),
                 {},
                 {{"append commit", Fault::reboot_before}}});
  out.push_back({"acts before its intent is durable",
                 "host-update",
                 "nothing left",
                 once([](const Action& action,
                         const TxnState&) { return appends(action, RecordType::intent); },
                      [](const TxnState& state, const Moment&) {
                        return perform_all(state, StepKind::stage);
                      }),
                 {},
                 {{"perform stage", Fault::reboot_after}}});
  out.push_back({"takes a failed hook for a success", "host-hook-fails", "ends as it must",
                 changing([](Action action, const TxnState& state, const Moment& moment) {
                   const bool gives_up = appends(action, RecordType::abort);
                   return gives_up ? commit_now(state, moment) : action;
                 })});
}

void add_undo(std::vector<Mutant>& out) {
  out.push_back(
      {"says it undid and did not", "host-bad", "no limbo", without_calls(CallKind::revert)});
  out.push_back({"ends restored without an undo", "cluster-bad", "ends as it must",
                 changing([](Action action, const TxnState& state, const Moment& moment) {
                   return state.abort && !state.ended
                              ? end_now(state, moment, engine::Outcome::restored)
                              : action;
                 })});
  out.push_back({"undoes in forward order", "host-no-overlap-bad", "no two generations",
                 once([](const Action& action,
                         const TxnState&) { return calls_kind(action, CallKind::revert); },
                      [](const TxnState& state, const Moment&) {
                        return perform_all(state, StepKind::quiesce, CallKind::revert);
                      })});
  out.push_back({"undoes one participant only", "two-participants-second-bad", "no limbo",
                 changing([](Action action, const TxnState& state, const Moment& moment) {
                   if (!calls_kind(action, CallKind::revert)) return action;
                   const Calls& calls = std::get<Calls>(action);
                   if (calls.calls[0].participant.value == "cluster") return action;
                   return pretend_done(calls, state, moment);
                 })});
  out.push_back({"undoes after the commit", "host-update", "ends as it must",
                 once([](const Action&, const TxnState& state) { return state.committed; },
                      [](const TxnState& state, const Moment&) {
                        return perform_all(state, StepKind::switch_over, CallKind::revert);
                      })});
  out.push_back({"does not record why it gives up", "host-bad", "no limbo",
                 without_drafts(RecordType::abort)});
  out.push_back({"never ends", "host-update", "no limbo", without_drafts(RecordType::end)});
  out.push_back({"keeps its reservation", "host-update", "nothing left",
                 changing([](Action action, const TxnState& state, const Moment& moment) {
                   if (!calls_kind(action, CallKind::release)) return action;
                   return end_now(state, moment, engine::Outcome::committed);
                 })});
}

void add_recovery(std::vector<Mutant>& out) {
  out.push_back({"believes that an intent was carried out",
                 "cluster-update",
                 "ends as it must",
                 without_calls(CallKind::inspect),
                 {},
                 {{"perform apply", Fault::crash_before}},
                 "after"});
  out.push_back({"goes on after a reboot",
                 "host-update",
                 "ends as it must",
                 deceived([](TxnState& state) { state.rebooted = false; }),
                 {},
                 {{"perform stage", Fault::reboot_before}}});
  out.push_back({"resumes what was never prepared",
                 "host-create",
                 "ends as it must",
                 changing([](Action action, const TxnState& state, const Moment& moment) {
                   if (!state.recovering || state.prepared) return action;
                   return Action(Append{{engine::simple_draft(state, RecordType::resumed, {},
                                                              context(state, moment)),
                                         engine::prepared_draft(state, context(state, moment))}});
                 }),
                 {},
                 {{"prepare", Fault::crash_before}}});
  out.push_back({"does not fence older attempts",
                 "host-update",
                 "nothing left",
                 deceived([](TxnState& state) { state.fenced = state.participants; }),
                 {},
                 {{"perform stage", Fault::zombie_crash}, {"inspect", Fault::error_never}}});
  out.push_back({"does not wait a zombie out",
                 "cluster-create-bad",
                 "ends as it must",
                 deceived([](TxnState& state) {
                   state.zombie_window = Duration(0);
                   state.zombie_until = MonoTime{};
                   for (auto& step : state.steps) step.zombie_checked = true;
                 }),
                 {},
                 {{"perform apply", Fault::zombie_crash}, {"inspect", Fault::error_never}}});
}

void add_bookkeeping(std::vector<Mutant>& out) {
  out.push_back({"does not quarantine a bad revision", "host-bad", "quarantined",
                 without_drafts(RecordType::quarantine)});
  out.push_back(
      {"quarantines for an outage",
       "host-update",
       "quarantined",
       changing([](Action action, const TxnState& state, const Moment& moment) {
         if (!appends(action, RecordType::abort)) return action;
         engine::Abort blame{engine::FaultClass::revision, "blamed", {}, {state.scopes[0].scope}};
         return Action(Append{engine::abort_drafts(state, blame, context(state, moment))});
       }),
       {},
       {{"perform stage", Fault::long_outage}}});
  out.push_back({"does not widen the inventory", "host-create", "inventory covers",
                 changing_drafts([](Draft& draft, const TxnState&) {
                   std::erase_if(draft.inventory, [](const InventoryChange& change) {
                     return change.op == InventoryChange::Op::add;
                   });
                 })});
  out.push_back({"forgets what it still has to prune", "host-prune", "inventory covers",
                 changing_drafts([](Draft& draft, const TxnState& state) {
                   if (draft.type != RecordType::commit) return;
                   for (const Step& step : state.plan.steps) {
                     if (step.kind != StepKind::prune) continue;
                     draft.inventory.push_back(
                         {InventoryChange::Op::remove, step.items[0].scope, step.items[0].key});
                   }
                 })});
}

}  // namespace

std::vector<Mutant> runner_mutants() {
  std::vector<Mutant> out = hook_mutants();
  add_forward(out);
  add_undo(out);
  add_recovery(out);
  add_bookkeeping(out);
  return out;
}

}  // namespace rumbo::simtest
