// The executor's look at the targets before a plan is made.
#include <algorithm>
#include <set>

#include "codec/json.h"
#include "engine/executor.h"
#include "engine/manifest_store.h"
#include "engine/rules.h"
#include "engine/sync_options.h"

namespace rumbo::engine {

Result<PlanInput> Executor::plan_input(const Request& request) {
  PlanInput input;
  input.install = parts_.journal.installation();
  input.scopes = request.scopes;
  input.heal = request.heal;
  input.hooks = request.hooks;
  input.allow_deletions = request.allow_deletions;
  input.confirm_prune = request.confirm_prune;
  std::set<Scope> mine;
  std::map<TargetId, std::vector<ObjectKey>> wanted;
  for (ScopeInput& scope : input.scopes) {
    mine.insert(scope.scope);
    scope.inventory = TRY(parts_.journal.inventory(scope.scope));
    auto& keys = wanted[scope.scope.target];
    for (const Object& object : scope.manifest.objects) keys.push_back(object.key);
  }
  for (const auto& [target, keys] : wanted) {
    for (auto& [scope, key] : TRY(parts_.journal.owners(target, keys))) {
      if (!mine.contains(scope)) input.claims.emplace(std::pair(target, key), scope);
    }
  }
  TRY(observe_into(input));
  return input;
}

Result<> Executor::observe_into(PlanInput& input) {
  std::map<TargetId, std::set<ObjectKey>> keys;
  for (const ScopeInput& scope : input.scopes) {
    auto& wanted = keys[scope.scope.target];
    for (const Object& object : scope.manifest.objects) wanted.insert(object.key);
    wanted.insert(scope.inventory.begin(), scope.inventory.end());
    // A word that is not known is refused by the plan.
    const auto options = application_options(scope.policy.options);
    if (options && options->create_namespace && !scope.ns.empty()) {
      wanted.insert({"", "Namespace", "", scope.ns});
    }
  }
  for (const auto& [id, wanted] : keys) {
    Target* const on = target(id);
    if (on == nullptr) {
      return fail(Code::not_found, "no target is named `" + id.value + "`");
    }
    ParticipantInput participant;
    participant.id = id;
    participant.capabilities = on->capabilities();
    participant.live =
        TRY(on->observe({wanted.begin(), wanted.end()}, Consistency::fresh, Cancel()));
    TRY(observe_others(input, participant, *on));
    input.participants.push_back(std::move(participant));
  }
  return {};
}

/// On a host: what other applications have of its ports and volumes.
Result<> Executor::observe_others(const PlanInput& input, ParticipantInput& participant,
                                  Target& on) {
  if (!participant.capabilities.atomic_switch) return {};
  std::vector<Scope> scopes;
  std::vector<ObjectKey> keys;
  for (auto& [scope, key] : TRY(parts_.journal.inventories())) {
    const bool mine = std::any_of(input.scopes.begin(), input.scopes.end(),
                                  [&](const ScopeInput& one) { return one.scope == scope; });
    if (mine || scope.target != participant.id) continue;
    if (!is_workload(key) && key.kind != "Service" && key.kind != "PersistentVolumeClaim") continue;
    scopes.push_back(std::move(scope));
    keys.push_back(std::move(key));
  }
  if (keys.empty()) return {};
  auto seen = TRY(on.observe(keys, Consistency::cached, Cancel()));
  for (std::size_t i = 0; i < seen.size(); ++i) {
    participant.others.emplace_back(scopes[i], std::move(seen[i]));
  }
  return {};
}

Result<Plan> Executor::plan(const Request& request) {
  return make_plan(TRY(plan_input(request)));
}

Digest Executor::plan_digest(const Plan& plan) const {
  std::vector<Value> entries;
  for (const Step& step : plan.steps) {
    for (const Item& item : step.items) {
      const auto digest_of = [&](const Value& object) {
        return object.is_null() ? Digest() : object_digest(parts_.journal, item.key, object);
      };
      entries.push_back(Value::object({{"kind", to_string(step.kind)},
                                       {"wave", step.wave},
                                       {"order", step.order},
                                       {"hook", step.hook},
                                       {"recreate", step.recreate},
                                       {"takes", step.takes_foreign_fields},
                                       {"key", to_value(item.key)},
                                       {"before", digest_of(item.pre.object)},
                                       {"after", digest_of(item.want_object)}}));
    }
  }
  return parts_.journal.digest(codec::to_json(Value::array(std::move(entries))), Secrecy::plain);
}

}  // namespace rumbo::engine
