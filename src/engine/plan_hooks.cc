// Hooks in a plan: which run this time, and what takes them back.
#include <algorithm>
#include <array>
#include <optional>

#include "base/strings.h"
#include "engine/planner.h"
#include "engine/rules.h"

namespace rumbo::engine {
namespace {

bool is_of_deletion(HookPhase phase) {
  return phase == HookPhase::pre_delete || phase == HookPhase::post_delete;
}

std::string kind_name(const ObjectKey& key) {
  return key.group.empty() ? key.kind : key.kind + "." + key.group;
}

/// True if each run of such a hook does something: a second run needs an object of its own. What
/// is only there for others (a ServiceAccount, its Role) is made once, under its name, and stays
/// until the transaction ends.
bool runs(const ObjectKey& key) {
  constexpr std::array<std::string_view, 5> kRunning{"Job", "Pod", "Workflow", "TaskRun",
                                                     "PipelineRun"};
  return std::ranges::find(kRunning, key.kind) != kRunning.end();
}

}  // namespace

void Planner::plan_hook(const ScopeInput& scope, const Object& object, const Wanted& base,
                        const Hook& hook) {
  if (hook.runs.empty()) {
    Wanted never = base;
    never.action = ChangeAction::skip;
    never.reason = "a hook that does not run in a sync";
    wanted_.push_back(std::move(never));
    return;
  }
  const bool each_time = runs(object.key);
  bool made = false;
  std::optional<Wanted> skipped;
  for (const HookRun& run : hook.runs) {
    if (run.phase == HookPhase::compensate) continue;  // its hook brings it
    if (made && !each_time) break;
    Wanted wanted = base;
    wanted.hook = run.phase;
    wanted.cleanup = hook.cleanup;
    // It stays to be looked at, so the next run has to take its place, whatever Helm's words say.
    if (run.phase == HookPhase::test) wanted.cleanup.before_creation = true;
    // Several runs in one transaction are several Jobs.
    if (hook.runs.size() > 1 && each_time) {
      Object renamed = object;
      renamed.key.name += "-" + to_lower(to_string(run.phase));
      renamed.value = object.value.with_path({"metadata", "name"}, renamed.key.name);
      declared_.emplace(renamed.key, &scope);
      wanted.object = &made_.emplace_back(std::move(renamed));
      wanted.want = wanted.object->value;
    }
    if (std::string why = hook_skipped(scope, run); !why.empty()) {
      wanted.action = ChangeAction::skip;
      wanted.reason = std::move(why);
      if (each_time) {
        wanted_.push_back(std::move(wanted));
      } else {
        skipped = std::move(wanted);
      }
      continue;
    }
    const auto& kinds = participant_.capabilities.hook_kinds;
    if (!kinds.contains(kind_name(object.key)) && !kinds.contains("*")) {
      return refuse(scope, &object,
                    object.key.to_string() + ": this target cannot run hooks of kind " +
                        kind_name(object.key));
    }
    made = true;
    wanted.action = ChangeAction::hook;
    wanted.reason = std::string(to_string(run.phase)) + " hook";
    plan_.effects.push_back(wanted.object->key.to_string() + " runs as " + wanted.reason +
                            (run.phase == HookPhase::sync_fail
                                 ? ", if the transaction fails"
                                 : "; what it does cannot be undone"));
    wanted_.push_back(std::move(wanted));
  }
  if (skipped && !made) wanted_.push_back(*std::move(skipped));
}

/// Why a hook does not run in this transaction; empty if it does.
std::string Planner::hook_skipped(const ScopeInput& scope, const HookRun& run) const {
  if (input_.heal) return "hooks do not run to heal";
  if (input_.hooks == HookRule::none) return "hooks were left out";
  const bool tests = input_.hooks == HookRule::test;
  if (tests != (run.phase == HookPhase::test)) {
    return tests ? "only tests run" : "runs when tests are asked for (`rumbo test`)";
  }
  if (is_of_deletion(run.phase) != scope.deletes) {
    return scope.deletes ? "its application is deleted" : "runs when its application is deleted";
  }
  if (scope.deletes || tests || run.when == HookRun::always) {
    const bool skipped = input_.hooks == HookRule::rollback && run.phase == HookPhase::pre_sync;
    return skipped ? "a rollback skips PreSync hooks" : "";
  }
  // Helm's words name their moments.
  unsigned moments = scope.first_time ? HookRun::install : HookRun::upgrade;
  if (input_.hooks == HookRule::rollback) moments = HookRun::rollback;
  if (input_.hooks == HookRule::rollback_all) moments = HookRun::rollback | HookRun::upgrade;
  if ((run.when & moments) != 0) return {};
  if (run.when == HookRun::install) return "runs at the first sync only";
  if (run.when == HookRun::rollback) return "runs at a rollback only";
  return scope.first_time ? "does not run at the first sync" : "does not run at a rollback";
}

/// The Job that a hook names as the one to take it back; null without one, or when it is refused.
const Object* Planner::compensation_of(const Wanted& hook) {
  const std::string_view name = compensated_by(hook.object->value);
  if (name.empty()) return nullptr;
  for (const Object& one : hook.scope->manifest.objects) {
    if (one.key.name != name || one.key.ns != hook.object->key.ns) continue;
    const auto found = hook_of(one.value);
    if (!found || !*found) continue;
    const auto& runs = (*found)->runs;
    const bool meant = std::any_of(runs.begin(), runs.end(), [](const HookRun& run) {
      return run.phase == HookPhase::compensate;
    });
    if (meant) return &one;
  }
  refuse(*hook.scope, hook.object,
         hook.object->key.to_string() + ": rumbo.dev/compensate names `" + printable(name, 63) +
             "`, and no such Job is in the manifest",
         "add the Job with the annotation `rumbo.dev/hook: Compensate`");
  return nullptr;
}

void Planner::add_hook_step(const Wanted& wanted) {
  const Object* compensation = compensation_of(wanted);
  const bool answers = *wanted.hook == HookPhase::sync_fail ||
                       *wanted.hook == HookPhase::post_delete || *wanted.hook == HookPhase::test;
  const Inverse inverse = answers                   ? Inverse::none
                          : compensation != nullptr ? Inverse::compensate
                                                    : Inverse::keep_and_report;
  Step& step = add_step(StepKind::hook, wanted.wave, wanted.reason, inverse);
  step.hook = to_string(*wanted.hook);
  step.cleanup = wanted.cleanup;
  step.order = wanted.order;
  step.deadline = wanted.scope->policy.timeout;
  step.items.push_back(item_for(*wanted.scope, wanted.object->key, wanted.want));
  if (compensation == nullptr || answers) return;
  const StepId hook = step.id;
  Step& back = add_step(StepKind::hook, wanted.wave, "takes back " + wanted.object->key.to_string(),
                        Inverse::none);
  back.hook = to_string(HookPhase::compensate);
  back.for_step = hook;
  back.deadline = wanted.scope->policy.timeout;
  back.items.push_back(item_for(*wanted.scope, compensation->key, compensation->value));
}

}  // namespace rumbo::engine
