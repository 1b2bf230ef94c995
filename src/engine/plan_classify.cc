// What becomes of each wanted and each owned object.
#include <algorithm>
#include <set>

#include "engine/compare.h"
#include "engine/health.h"
#include "engine/planner.h"
#include "engine/rules.h"

namespace rumbo::engine {
namespace {

using Apply = SyncOptions::Apply;

std::string kept_reason(Permission permission, std::string_view word) {
  return permission == Permission::confirm
             ? "kept until it is confirmed (" + std::string(word) + "=confirm; --confirm-prune)"
             : "kept (" + std::string(word) + "=false)";
}

}  // namespace

void Planner::classify(Wanted& wanted) {
  const Object& object = *wanted.object;
  wanted.no_overlap = cannot_overlap(object.value, wanted.scope->manifest.objects);
  const Observation* now = live(object.key);
  const bool there = now != nullptr && now->exists;
  if (left_alone(wanted, there ? now : nullptr)) return;
  const bool job = object.key.kind == "Job";
  const bool runs_jobs =
      !input_.heal && (input_.hooks == HookRule::all || input_.hooks == HookRule::rollback_all);
  if (!there) {
    wanted.action = ChangeAction::create;
    wanted.reason = input_.heal ? "missing" : "new";
  } else {
    const auto& rules = wanted.scope->policy.ignore;
    wanted.want = to_write(participant_.capabilities, now->object, object.value, rules);
    if (!holds(participant_.capabilities, now->object, object.value, rules)) {
      wanted.action = ChangeAction::update;
      wanted.reason = input_.heal ? "drifted" : "changed";
      if (!now->owner && participant_.capabilities.comparison) {
        const std::string from =
            participant_.capabilities.comparison->editors(now->object, object.value);
        wanted.reason = "taken over" + (from.empty() ? "" : " from " + from);
      }
    }
  }
  if (job && wanted.action != ChangeAction::unchanged && !runs_jobs) {
    wanted.action = ChangeAction::skip;
    wanted.reason = input_.heal                          ? "healing runs no Jobs"
                    : input_.hooks == HookRule::rollback ? "a rollback runs no Jobs (--with-hooks)"
                                                         : "Jobs were left out";
    return;
  }
  if (wanted.action != ChangeAction::unchanged || job) return;
  if (const auto renewed = wanted.scope->renew.find(object.key);
      renewed != wanted.scope->renew.end() && is_workload(object.key)) {
    wanted.action = ChangeAction::restart;
    wanted.reason = renewed->second;
    return;
  }
  const Health health = assess(*now);
  if (participant_.capabilities.atomic_switch && is_workload(object.key) &&
      health.status != HealthStatus::ready && health.status != HealthStatus::suspended) {
    wanted.action = ChangeAction::restart;
    wanted.reason = "not healthy: " + health.reason;
  }
}

/// What annotations keep Rumbo's hands off. `now` is null if it does not exist.
bool Planner::left_alone(Wanted& wanted, const Observation* now) {
  Apply apply = wanted.options.apply;
  if (now != nullptr) {
    const auto on_live = object_options(now->object, SyncOptions{});
    if (on_live && on_live->apply == Apply::never) apply = Apply::never;
  }
  if (apply == Apply::always || (apply == Apply::if_missing && now == nullptr)) return false;
  wanted.action = ChangeAction::skip;
  wanted.reason = apply == Apply::never ? "reconciling is disabled for it"
                                        : "exists, and is only created if it is missing";
  return true;
}

/// On a host, pods read ConfigMaps and Secrets when they start: a changed one renews its users.
void Planner::roll_config_users(const ScopeInput& scope) {
  if (!participant_.capabilities.rolls_on_config_change) return;
  std::set<ObjectKey> changed;
  for (const Wanted& wanted : wanted_) {
    if (wanted.scope == &scope &&
        (wanted.action == ChangeAction::create || wanted.action == ChangeAction::update)) {
      changed.insert(wanted.object->key);
    }
  }
  for (Wanted& wanted : wanted_) {
    if (wanted.scope != &scope || wanted.action != ChangeAction::unchanged) continue;
    if (!is_workload(wanted.object->key)) continue;
    for (const ObjectKey& used : config_references(wanted.object->value)) {
      if (!changed.contains(used)) continue;
      wanted.action = ChangeAction::restart;
      wanted.reason = used.to_string() + " changed";
      break;
    }
  }
}

// ---- What is no longer declared

void Planner::plan_removals(const ScopeInput& scope) {
  if (input_.heal) return;  // healing never deletes
  const std::size_t before = removals_.size();
  for (const ObjectKey& key : scope.inventory) {
    if (scope.manifest.find(key) != nullptr || declared_.contains(key)) continue;
    plan_removal(scope, key);
  }
  std::size_t deletions = 0;
  for (std::size_t i = before; i < removals_.size(); ++i) {
    if (is_there(removals_[i].key)) ++deletions;
  }
  check_budget(scope, deletions);
}

void Planner::keep(const ScopeInput& scope, const ObjectKey& key, const std::string& why) {
  PlannedChange change{scope.scope, key, ChangeAction::orphan, 0, why, {}, {}, {}};
  if (const Observation* now = live(key); now != nullptr && now->exists) {
    change.before = now->object;
  }
  plan_.changes.push_back(std::move(change));
}

void Planner::plan_removal(const ScopeInput& scope, const ObjectKey& key) {
  SyncOptions options = options_;
  if (const std::string why = kept_because(scope, key, options); !why.empty()) {
    return keep(scope, key, why);
  }
  const auto& allowed = scope.policy.allow_destructive;
  if (is_destructive_to_delete(key) && is_there(key) &&
      std::find(allowed.begin(), allowed.end(), key.kind) == allowed.end()) {
    // Who deletes an application means what can be made again; data stays until it is named.
    if (scope.deletes) {
      plan_.effects.push_back(key.to_string() +
                              " is kept: deleting it cannot be undone, and was not asked for");
      return keep(scope, key, "kept: deleting it cannot be undone");
    }
    refuse(scope, nullptr,
           scope.scope.to_string() + ": " + key.to_string() +
               " is no longer declared, and deleting it cannot be undone",
           "declare it again, or add `" + key.kind + "` to sync.allowDestructive");
    return;
  }
  PlannedChange change{scope.scope, key, ChangeAction::prune, 0, "no longer declared", {}, {}, {}};
  Removal removal{&scope, key, 0, options.propagation};
  if (is_there(key)) {
    change.before = live(key)->object;
    change.wave = removal.wave = wave_of(change.before).value_or(0);
  }
  if (scope.deletes) change.reason = "its application is deleted";
  plan_.changes.push_back(std::move(change));
  removals_.push_back(std::move(removal));
}

/// Why an object is not deleted although nothing declares it; empty if it is.
std::string Planner::kept_because(const ScopeInput& scope, const ObjectKey& key,
                                  SyncOptions& options) {
  if (!is_there(key)) return {};  // only its entry in the inventory is left
  if (!scope.policy.prune && !scope.deletes) return "no longer declared; pruning is off";
  // What annotations say that cannot be read is taken for a no.
  const auto own = object_options(live(key)->object, options_);
  if (!own) return "kept: " + own.error().message();
  options = *own;
  if (own->apply == Apply::never) return "kept: reconciling is disabled for it";
  const Permission permission = scope.deletes ? own->remove : own->prune;
  const bool granted = permission == Permission::granted ||
                       (permission == Permission::confirm && input_.confirm_prune);
  return granted ? std::string() : kept_reason(permission, scope.deletes ? "Delete" : "Prune");
}

void Planner::check_budget(const ScopeInput& scope, std::size_t deletions) {
  const auto& budget = scope.policy.max_deletions;
  if (!budget || scope.deletes || input_.allow_deletions) return;
  const auto amount = static_cast<std::size_t>(budget->amount);
  const std::size_t most = budget->percent ? scope.inventory.size() * amount / 100 : amount;
  if (deletions <= most) return;
  refuse(scope, nullptr,
         scope.scope.to_string() + ": the revision would delete " + std::to_string(deletions) +
             " of " + std::to_string(scope.inventory.size()) +
             " objects, and sync.maxDeletions is " + std::to_string(budget->amount) +
             (budget->percent ? "%" : ""),
         "`rumbo sync --allow-deletions` if that is meant");
}

}  // namespace rumbo::engine
