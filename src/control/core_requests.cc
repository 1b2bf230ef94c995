// What Core asks of the executor: heals, rollbacks and deletions, from the journal's own copies.
#include <algorithm>

#include "base/strings.h"
#include "control/core.h"
#include "engine/manifest_store.h"

namespace rumbo::control {

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
  std::vector<Scope> scopes;
  for (const engine::ScopeInput& input : request.scopes) scopes.push_back(input.scope);
  return exclusively(scopes, [&]() -> Result<engine::Report> {
    TRY(end_open(scopes));
    return executor_->run(request);
  });
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
  return exclusively(scopes, [&] { return executor_->resume(txn); });
}

Result<engine::Report> Core::decide(const TxnId& txn, engine::Executor::Decision decision,
                                    const Actor& actor) {
  const std::vector<Scope> scopes = TRY(scopes_of(txn));
  return exclusively(scopes, [&] { return executor_->decide(txn, decision, actor); });
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
  input.policy = state.committed->policy;
  engine::Request out = request({std::move(input)}, actor);
  out.cause = "drift";
  out.heal = true;
  out.with_hooks = false;
  out.pins = state.committed->pins;
  return out;
}

/// What a transaction committed for this scope.
Result<engine::TxnScope> Core::committed_scope(const Scope& scope, const TxnId& txn,
                                               std::map<std::string, std::string>& pins) const {
  RecordFilter filter;
  filter.txn = txn;
  filter.types = {RecordType::commit};
  for (const Record& record : TRY(parts_.journal.read(filter, 0, 10))) {
    for (const Value& value : record.body["scopes"].items()) {
      engine::TxnScope one = engine::txn_scope_from(value);
      if (one.scope != scope) continue;
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
      if (one->manifest_digest == state.committed->manifest_digest) continue;
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
  input.revision = goal->revision;
  input.manifest_digest = goal->manifest_digest;
  input.policy = goal->policy;
  engine::Request out = request({std::move(input)}, actor);
  out.cause = "rollback";
  out.hold_after = true;
  out.with_hooks = with_hooks;
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

Result<engine::Request> Core::delete_request(const Scope& scope, const Actor& actor) const {
  const engine::ScopeState state = this->state(scope);
  engine::ScopeInput input;
  input.scope = scope;
  if (state.committed) {
    input.policy = state.committed->policy;
    input.revision = state.committed->revision;
  }
  input.policy.allow_empty = true;
  input.policy.prune = true;
  input.manifest_digest = engine::manifest_digest(parts_.journal, input.manifest);
  engine::Request out = request({std::move(input)}, actor);
  out.cause = "delete";
  return out;
}

}  // namespace rumbo::control
