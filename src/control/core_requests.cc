// What Core asks of the executor: heals, rollbacks and deletions, from the journal's own copies.
#include <algorithm>
#include <set>

#include "base/strings.h"
#include "control/core.h"
#include "engine/hooks.h"
#include "engine/manifest_store.h"
#include "engine/rules.h"

namespace rumbo::control {
namespace {

/// Workloads whose images are others by `now` than by `before`, and which.
std::map<ObjectKey, std::string> moved_images(const Manifest& manifest,
                                              const std::map<std::string, std::string>& before,
                                              const std::map<std::string, std::string>& now) {
  std::map<ObjectKey, std::string> out;
  for (const Object& object : manifest.objects) {
    if (!engine::is_workload(object.key) || engine::is_hook(object.value)) continue;
    const Value& pod = engine::pod_spec(object.value);
    for (const char* list : {"initContainers", "containers"}) {
      for (const Value& container : pod[list].items()) {
        const auto old = before.find(container["image"].str());
        const auto fresh = now.find(container["image"].str());
        if (old == before.end() || fresh == now.end() || old->second == fresh->second) continue;
        const std::string& pin = fresh->second;
        out.emplace(object.key, old->first + " is now " + pin.substr(pin.rfind('@') + 1));
      }
    }
  }
  return out;
}

}  // namespace

// ---- One transaction at a time for each scope

template <class Drive>
Result<engine::Report> Core::exclusively(const std::vector<Scope>& scopes, Drive&& drive) {
  const std::optional<Scope> taken = driving_.with([&](auto& driving) -> std::optional<Scope> {
    for (const Scope& scope : scopes) {
      if (driving.contains(scope)) return scope;
    }
    driving.insert(scopes.begin(), scopes.end());
    return std::nullopt;
  });
  if (taken) {
    return fail(Error(Code::conflict, "another transaction of " + taken->to_string() + " runs",
                      Retry::later)
                    .with_hint("`rumbo log --follow` shows it; try again when it has ended"));
  }
  Result<engine::Report> report = drive();
  driving_.with([&](auto& driving) {
    for (const Scope& scope : scopes) driving.erase(scope);
  });
  return report;
}

Result<engine::Report> Core::run(const engine::Request& request) {
  if (const auto freeze = frozen(); freeze && !request.force) {
    return fail(Error(Code::denied, "all is frozen since " + to_rfc3339(freeze->at) + " by " +
                                        freeze->by +
                                        (freeze->reason.empty() ? "" : ": " + freeze->reason))
                    .with_hint("`rumbo unfreeze` ends it; --force makes an exception"));
  }
  std::vector<Scope> scopes;
  for (const engine::ScopeInput& input : request.scopes) {
    scopes.push_back(input.scope);
    for (Scope& former : former_names(input.scope)) scopes.push_back(std::move(former));
  }
  return exclusively(scopes, [&]() -> Result<engine::Report> {
    TRY(check_targets(scopes));
    TRY(end_open(scopes));
    for (const engine::ScopeInput& input : request.scopes) TRY(take_former_names(input.scope));
    return executor_->run(request);
  });
}

std::vector<Scope> Core::former_names(const Scope& scope) const {
  std::vector<Scope> out;
  const Placement* here = placement(scope);
  if (here == nullptr) return out;
  for (const std::string& alias : here->application->aliases) {
    Scope former{alias, scope.environment, scope.target};
    if (placement(former) == nullptr) out.push_back(std::move(former));
  }
  return out;
}

/// What an application owns and was under a former name is its own under the new one.
Result<> Core::take_former_names(const Scope& scope) {
  for (const Scope& former : former_names(scope)) {
    const auto owned = TRY(parts_.journal.inventory(former));
    const engine::ScopeState was = state(former);
    if (owned.empty() && !was.committed) continue;
    TRY(append(engine::rename_draft(former, scope, owned, {"automation"}, parts_.epoch)));
  }
  return {};
}

Result<> Core::check_targets(const std::vector<Scope>& scopes) {
  std::set<TargetId> targets;
  for (const Scope& scope : scopes) targets.insert(scope.target);
  for (const TargetId& id : targets) TRY(check_target(id));
  return {};
}

/// What a process left open when it died comes first: nothing may be planned over it.
Result<> Core::end_open(const std::vector<Scope>& scopes) {
  for (const Scope& scope : scopes) {
    const auto open = state(scope).open;
    if (!open) continue;
    const engine::Report report = TRY(executor_->resume(*open));
    if (report.kind == engine::Report::Kind::needs_operator) {
      return fail(Error(Code::conflict, scope.to_string() + ": " + open->value +
                                            " is open and needs an operator: " + report.note)
                      .with_hint("`rumbo recover " + open->value + " --undo|--finish|--accept`"));
    }
    if (report.kind == engine::Report::Kind::suspended) {
      return fail(Code::cancelled, open->value + " is suspended", Retry::later);
    }
  }
  return {};
}

Result<engine::Report> Core::resume(const TxnId& txn) {
  const std::vector<Scope> scopes = TRY(scopes_of(txn));
  return exclusively(scopes, [&]() -> Result<engine::Report> {
    // A target that does not answer is waited for by the transaction, which checks it before it
    // touches it; one that is not as the journal left it waits for a person.
    const auto checked = check_targets(scopes);
    if (!checked && checked.error().code() == Code::denied) return fail(checked.error());
    return executor_->resume(txn);
  });
}

Result<engine::Report> Core::decide(const TxnId& txn, engine::Executor::Decision decision,
                                    const Actor& actor) {
  const std::vector<Scope> scopes = TRY(scopes_of(txn));
  return exclusively(scopes, [&]() -> Result<engine::Report> {
    if (decision != engine::Executor::Decision::accept) TRY(check_targets(scopes));
    return executor_->decide(txn, decision, actor);
  });
}

Result<std::vector<Scope>> Core::scopes_of(const TxnId& txn) const {
  std::vector<Scope> out;
  for (const engine::TxnScope& scope : TRY(executor_->load(txn)).scopes) {
    out.push_back(scope.scope);
  }
  return out;
}

bool Core::driving(const Scope& scope) const {
  return driving_.with([&](const auto& driving) { return driving.contains(scope); });
}

// ---- Requests

engine::Request Core::request(std::vector<engine::ScopeInput> inputs, const Actor& actor) const {
  engine::Request request;
  for (engine::ScopeInput& input : inputs) {
    const Placement* here = placement(input.scope);
    if (here != nullptr) input.ns = here->environment->ns;
    input.first_time = !state(input.scope).committed;
  }
  request.scopes = std::move(inputs);
  request.actor = actor;
  return request;
}

Result<engine::Request> Core::heal_request(const Scope& scope, const Actor& actor) const {
  const engine::ScopeState state = this->state(scope);
  if (!state.committed || !state.committed->manifest) {
    return fail(Code::not_found, scope.to_string() + " has nothing committed to return to");
  }
  engine::ScopeInput input;
  input.scope = scope;
  input.manifest = TRY(engine::load_manifest(parts_.journal, *state.committed->manifest));
  input.revision = state.committed->revision;
  input.manifest_digest = state.committed->manifest_digest;
  input.policy = policy(scope);
  engine::Request out = request({std::move(input)}, actor);
  out.cause = "drift";
  out.heal = true;
  out.hooks = engine::HookRule::none;
  out.pins = state.committed->pins;
  return out;
}

/// What a transaction committed for this scope.
Result<engine::TxnScope> Core::committed_scope(const Scope& scope, const TxnId& txn,
                                               std::map<std::string, std::string>& pins) const {
  std::vector<Scope> names = former_names(scope);
  names.push_back(scope);
  RecordFilter filter;
  filter.txn = txn;
  filter.types = {RecordType::commit};
  for (const Record& record : TRY(parts_.journal.read(filter, 0, 10))) {
    for (const Value& value : record.body["scopes"].items()) {
      engine::TxnScope one = engine::txn_scope_from(value);
      if (std::find(names.begin(), names.end(), one.scope) == names.end()) continue;
      for (const Member& pin : record.body["pins"].members()) {
        pins[std::string(pin.key())] = pin.value.str();
      }
      return one;
    }
  }
  return fail(Code::not_found, txn.value + " did not commit " + scope.to_string());
}

Result<engine::Request> Core::rollback_request(const Scope& scope, const TxnId& to, bool with_hooks,
                                               const Actor& actor) const {
  const engine::ScopeState state = this->state(scope);
  if (!state.committed) {
    return fail(Code::not_found, scope.to_string() + " was never deployed");
  }
  std::map<std::string, std::string> pins;
  std::optional<engine::TxnScope> goal;
  if (!to.empty()) {
    if (std::find(state.history.begin(), state.history.end(), to) == state.history.end()) {
      std::vector<std::string> names;
      for (auto it = state.history.rbegin(); it != state.history.rend() && names.size() < 5; ++it) {
        names.push_back(it->value);
      }
      return fail(Error(Code::not_found, scope.to_string() + " has no committed transaction `" +
                                             printable(to.value, 40) + "`")
                      .with_hint("committed were: " + join(names, ", ")));
    }
    goal = TRY(committed_scope(scope, to, pins));
  } else {
    // Heals commit the same manifest again: the last state that differs is what is meant.
    for (auto it = state.history.rbegin(); it != state.history.rend() && !goal; ++it) {
      std::map<std::string, std::string> its_pins;
      auto one = committed_scope(scope, *it, its_pins);
      if (!one) {
        if (one.error().code() == Code::not_found) continue;  // compacted away
        return fail(std::move(one).error());
      }
      if (one->manifest_digest == state.committed->manifest_digest &&
          its_pins == state.committed->pins) {
        continue;
      }
      goal = std::move(*one);
      pins = std::move(its_pins);
    }
    if (!goal) {
      return fail(Error(Code::not_found, scope.to_string() + " has no earlier state to return to")
                      .with_hint("`rumbo history` lists its transactions"));
    }
  }
  if (!goal->manifest) {
    return fail(Code::corrupt, "the record of that commit names no manifest");
  }
  engine::ScopeInput input;
  input.scope = scope;
  input.manifest = TRY(engine::load_manifest(parts_.journal, *goal->manifest));
  input.renew = moved_images(input.manifest, state.committed->pins, pins);
  input.revision = goal->revision;
  input.manifest_digest = goal->manifest_digest;
  input.policy = policy(scope);
  engine::Request out = request({std::move(input)}, actor);
  out.cause = "rollback";
  out.hold_after = true;
  out.hooks = with_hooks ? engine::HookRule::rollback_all : engine::HookRule::rollback;
  out.allow_deletions = true;  // a person chose the state, and it was good once
  out.pins = std::move(pins);
  // Automation would otherwise bring back at once what was just left.
  out.held_against[scope] = state.committed->manifest_digest;
  const WantedStatus wanted = desired_.wanted(scope);
  if (!wanted.manifest_digest.empty() && wanted.manifest_digest != goal->manifest_digest &&
      !state.quarantined.contains(wanted.manifest_digest)) {
    out.held_against[scope] = wanted.manifest_digest;
  }
  return out;
}

Result<engine::Request> Core::images_request(const Scope& scope, const Actor& actor,
                                             const Cancel& cancel) const {
  engine::Request out = TRY(heal_request(scope, actor));
  out.cause = "images";
  Target* const on = target(scope.target);
  if (on == nullptr) {
    return fail(Code::not_found, "no target is named `" + scope.target.value + "`");
  }
  engine::ScopeInput& input = out.scopes.front();
  auto now = on->current_images(input.manifest.objects, cancel);
  if (!now) return fail(std::move(now).error().with_context(scope.to_string()));
  input.renew = moved_images(input.manifest, out.pins, *now);
  for (const auto& [reference, pin] : *now) out.pins[reference] = pin;
  return out;
}

Result<engine::Request> Core::test_request(const Scope& scope, const Actor& actor) const {
  if (!state(scope).committed) {
    return fail(Error(Code::not_found, scope.to_string() + " is not deployed")
                    .with_hint("`rumbo sync " + scope.to_string() + "` first"));
  }
  engine::Request out = TRY(heal_request(scope, actor));
  out.cause = "test";
  out.heal = false;
  out.hooks = engine::HookRule::test;
  return out;
}

Result<engine::Request> Core::delete_request(const Scope& scope,
                                             const std::vector<std::string>& kinds,
                                             const Actor& actor) const {
  const engine::ScopeState state = this->state(scope);
  engine::ScopeInput input;
  input.scope = scope;
  input.policy = policy(scope);
  input.policy.allow_destructive = kinds;
  input.deletes = true;
  if (state.committed) {
    input.revision = state.committed->revision;
    if (state.committed->manifest) {
      Manifest committed = TRY(engine::load_manifest(parts_.journal, *state.committed->manifest));
      for (Object& object : committed.objects) {
        if (engine::is_hook(object.value)) input.manifest.objects.push_back(std::move(object));
      }
    }
  }
  input.manifest_digest = engine::manifest_digest(parts_.journal, input.manifest);
  engine::Request out = request({std::move(input)}, actor);
  out.cause = "delete";
  return out;
}

Result<std::size_t> Core::release(const Scope& scope, const Actor& actor) {
  std::size_t owned = 0;
  const auto report = exclusively({scope}, [&]() -> Result<engine::Report> {
    TRY(end_open({scope}));
    const auto inventory = TRY(parts_.journal.inventory(scope));
    owned = inventory.size();
    TRY(append(engine::release_draft(scope, inventory, actor, parts_.epoch)));
    return engine::Report{};
  });
  if (!report) return fail(Error(report.error()));
  return owned;
}

}  // namespace rumbo::control
