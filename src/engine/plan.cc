#include "engine/plan.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "engine/host_claims.h"
#include "engine/planner.h"
#include "engine/rules.h"

namespace rumbo::engine {
namespace {

constexpr std::array<std::pair<ChangeAction, std::string_view>, 8> kActions{{
    {ChangeAction::create, "create"},
    {ChangeAction::update, "update"},
    {ChangeAction::restart, "restart"},
    {ChangeAction::unchanged, "unchanged"},
    {ChangeAction::prune, "prune"},
    {ChangeAction::orphan, "orphan"},
    {ChangeAction::hook, "hook"},
    {ChangeAction::skip, "skip"},
}};

/// Steps that only answer a failure: without others there is nothing that could fail.
bool only_answers(const Step& step) {
  return step.kind == StepKind::hook &&
         (step.hook == to_string(HookPhase::sync_fail) || step.for_step != kNoStep);
}

}  // namespace

Planner::Planner(const PlanInput& input, const ParticipantInput& participant, Plan& plan)
    : input_(input), participant_(participant), plan_(plan) {
  for (const Observation& one : participant.live) live_[one.key] = &one;
}

void Planner::run() {
  for (const ScopeInput& scope : input_.scopes) {
    if (scope.scope.target == participant_.id) plan_scope(scope);
  }
  check_host_claims();
  add_forward_steps();
  add_after_commit_steps();
}

const Observation* Planner::live(const ObjectKey& key) const {
  const auto it = live_.find(key);
  return it == live_.end() ? nullptr : it->second;
}

bool Planner::is_there(const ObjectKey& key) const {
  const Observation* now = live(key);
  return now != nullptr && now->exists;
}

void Planner::refuse(const ScopeInput& scope, const Object* object, std::string message,
                     std::string hint) {
  Refusal refusal{scope.scope, {}, std::move(message), std::move(hint), {}};
  if (object != nullptr) {
    refusal.key = object->key;
    refusal.origin = object->origin;
  }
  plan_.refusals.push_back(std::move(refusal));
}

void Planner::plan_scope(const ScopeInput& scope) {
  auto options = application_options(scope.policy.options);
  if (!options) {
    return refuse(scope, nullptr, scope.scope.to_string() + ": " + options.error().message(),
                  options.error().hint());
  }
  options_ = *options;
  if (scope.manifest.objects.empty() && !scope.inventory.empty() && !scope.policy.allow_empty &&
      !scope.deletes) {
    refuse(scope, nullptr,
           scope.scope.to_string() + ": the revision renders no objects, which would delete all " +
               std::to_string(scope.inventory.size()),
           "set sync.allowEmpty: true if that is meant");
    return;
  }
  for (const Object& object : scope.manifest.objects) plan_object(scope, object);
  plan_namespace(scope);
  roll_config_users(scope);
  plan_removals(scope);
}

void Planner::plan_object(const ScopeInput& scope, const Object& object) {
  if (!kind_supported(scope, object) || !fields_supported(scope, object)) return;
  const auto wave = wave_of(object.value);
  if (!wave) return refuse(scope, &object, wave.error().message());
  const auto hook = hook_of(object.value);
  if (!hook) return refuse(scope, &object, hook.error().message(), hook.error().hint());
  const auto options = object_options(object.value, options_);
  if (!options) {
    const Error& error = options.error();
    return refuse(scope, &object, object.key.to_string() + ": " + error.message(), error.hint());
  }
  if (!may_own(scope, object, hook->has_value())) return;
  Wanted wanted;
  wanted.scope = &scope;
  wanted.object = &object;
  wanted.wave = *wave;
  wanted.options = *options;
  wanted.want = object.value;
  if (*hook) return plan_hook(scope, object, wanted, **hook);
  classify(wanted);
  if (wanted.action == ChangeAction::update && object.key.kind == "CustomResourceDefinition") {
    plan_.effects.push_back("the update of " + object.key.to_string() +
                            " runs first, only adds, and stays");
  }
  wanted_.push_back(std::move(wanted));
}

/// CreateNamespace=true: several applications may ask for one, so nobody owns it and it is kept.
void Planner::plan_namespace(const ScopeInput& scope) {
  if (!options_.create_namespace || scope.ns.empty() || scope.deletes) return;
  if (participant_.capabilities.atomic_switch) return;  // a host needs none
  const ObjectKey key{"", "Namespace", "", scope.ns};
  if (is_there(key) || declared_.contains(key)) return;
  declared_.emplace(key, &scope);
  const Value value = Value::object(
      {{"apiVersion", "v1"},
       {"kind", "Namespace"},
       {"metadata",
        Value::object({{"name", scope.ns},
                       {"annotations", Value::object({{"rumbo.dev/sync-options",
                                                       "Prune=false,Delete=false"}})}})}});
  Wanted wanted;
  wanted.scope = &scope;
  wanted.object = &made_.emplace_back(Object{key, value, {}});
  wanted.want = value;
  wanted.action = ChangeAction::create;
  wanted.reason = "CreateNamespace=true";
  wanted_.push_back(std::move(wanted));
}

bool Planner::kind_supported(const ScopeInput& scope, const Object& object) {
  const auto& kinds = participant_.capabilities.kinds;
  const std::string name =
      object.key.group.empty() ? object.key.kind : object.key.kind + "." + object.key.group;
  if (kinds.empty() || kinds.contains(name)) return true;
  std::string known;
  for (const std::string& kind : kinds) known += (known.empty() ? "" : ", ") + kind;
  refuse(scope, &object, object.key.to_string() + ": this target does not run kind " + name,
         "it runs " + known);
  return false;
}

/// Refuses every field the target cannot honour, and lists those that change nothing there.
bool Planner::fields_supported(const ScopeInput& scope, const Object& object) {
  if (!participant_.capabilities.check) return true;
  bool all = true;
  for (const FieldFinding& one : participant_.capabilities.check(object.value)) {
    const std::string what = object.key.to_string() + ": " + one.message;
    if (one.ignored) {
      plan_.effects.push_back(what + " (ignored)");
      continue;
    }
    refuse(scope, &object, what, one.hint);
    plan_.refusals.back().origin = object.locate(one.pointer);
    all = false;
  }
  return all;
}

/// An object belongs to one application; what others own or made is not taken silently. Hooks
/// leave their last run behind, under a name of its own.
bool Planner::may_own(const ScopeInput& scope, const Object& object, bool is_hook) {
  const auto claim = input_.claims.find({participant_.id, object.key});
  if (claim != input_.claims.end()) {
    refuse(scope, &object,
           object.key.to_string() + " is already owned by " + claim->second.to_string(),
           "declare it in one application only; `rumbo delete " + claim->second.to_string() +
               "` makes that one give up all it owns");
    return false;
  }
  const auto [first, inserted] = declared_.emplace(object.key, &scope);
  if (!inserted) {
    refuse(scope, &object,
           object.key.to_string() + " is declared by " + first->second->scope.to_string() +
               " and " + scope.scope.to_string(),
           "declare it in one application only");
    return false;
  }
  const Observation* now = live(object.key);
  if (now == nullptr || !now->exists || scope.policy.adopt || is_hook) return true;
  const auto& owned = scope.inventory;
  if (std::find(owned.begin(), owned.end(), object.key) != owned.end()) return true;
  if (now->owner && now->owner->install == input_.install) return true;
  refuse(scope, &object,
         object.key.to_string() + " exists already and was not made by this application",
         "set sync.adopt: true to take it over");
  return false;
}

/// Host ports have one owner, and volumes one application that writes them.
void Planner::check_host_claims() {
  if (!participant_.capabilities.atomic_switch) return;
  struct Holder {
    const Scope* scope;
    ObjectKey key;
    HostClaim claim;
  };
  std::vector<Holder> holders;
  std::set<std::string> shared;
  const auto note_shared = [&](const ObjectKey& key, const Value& object) {
    if (key.kind == "PersistentVolumeClaim" && is_shared_claim(object)) {
      shared.insert("volume claim " + key.ns + "/" + key.name);
    }
  };
  for (const auto& [scope, seen] : participant_.others) {
    if (!seen.exists) continue;
    note_shared(seen.key, seen.object);
    for (HostClaim& claim : host_claims(seen.object)) {
      holders.push_back({&scope, seen.key, std::move(claim)});
    }
  }
  for (const Wanted& wanted : wanted_) note_shared(wanted.object->key, wanted.want);
  for (const Wanted& wanted : wanted_) {
    if (wanted.action == ChangeAction::skip) continue;
    for (HostClaim& claim : host_claims(wanted.want)) {
      for (const Holder& holder : holders) {
        const bool same = holder.key == wanted.object->key ||
                          (claim.kind == HostClaim::Kind::volume &&
                           (*holder.scope == wanted.scope->scope || shared.contains(claim.what)));
        if (same || !clash(claim, holder.claim)) continue;
        refuse(*wanted.scope, wanted.object,
               wanted.object->key.to_string() + " claims " + claim.what + ", which " +
                   holder.key.to_string() + " of " + holder.scope->to_string() + " has",
               claim.kind == HostClaim::Kind::port
                   ? "give one of them another port"
                   : "declare the claim ReadWriteMany if both may write it at once");
        break;
      }
      holders.push_back({&wanted.scope->scope, wanted.object->key, std::move(claim)});
    }
  }
}

std::string_view to_string(ChangeAction action) {
  for (const auto& [candidate, word] : kActions) {
    if (candidate == action) return word;
  }
  return "unchanged";
}

Plan make_plan(const PlanInput& input) {
  Plan plan;
  for (const ParticipantInput& participant : input.participants) {
    Planner(input, participant, plan).run();
  }
  if (std::all_of(plan.steps.begin(), plan.steps.end(), only_answers)) plan.steps.clear();
  return plan;
}

}  // namespace rumbo::engine
