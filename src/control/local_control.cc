// The verbs that steer: delete, pause, resume, freeze, refresh.
#include <set>

#include "base/strings.h"
#include "control/local_operations.h"
#include "control/record_view.h"

namespace rumbo::control {

Result<Value> LocalOperations::remove(const DeleteOptions& options, const EventSink& events) {
  const Scope scope = TRY(one_scope(options.application, options.environment));
  const Actor actor = actor_of(options.actor);
  const bool configured = core_.placement(scope) != nullptr;
  engine::Request wanted = TRY(core_.delete_request(scope, options.kinds, actor));
  if (!options.cascade) {
    const auto owned = TRY(core_.journal().inventory(scope)).size();
    Value answer = transaction(engine::Report{}, wanted, core_.clock().mono())
                       .with("released", owned)
                       .with("cause", "its objects are kept and belong to nobody");
    if (options.dry_run) return answer;
    // Automation would take them up again at once.
    if (configured) {
      TRY(core_.append(
          engine::pause_draft(scope, true, "deleted by " + actor.name, actor, core_.epoch())));
    }
    TRY(core_.release(scope, actor));
    if (options_.changed) options_.changed();
    return answer;
  }
  if (!options.with_hooks) wanted.hooks = engine::HookRule::none;
  wanted.confirm_prune = options.confirm_prune;
  wanted.force = options.force;
  wanted.hold_after = configured;
  if (options.dry_run) {
    const engine::Plan plan = TRY(core_.executor().plan(wanted));
    const Value one = Value::object({{"scopes", names_value({scope})},
                                     {"revision", Value()},
                                     {"digest", core_.executor().plan_digest(plan)},
                                     {"differs", !plan.empty() || !plan.refusals.empty()},
                                     {"plan", engine::describe(plan)}});
    return Value::object({{"plans", Value::array({one})}});
  }
  const MonoTime began = core_.clock().mono();
  Result<engine::Report> report = fail(Code::internal, "not run");
  with_events({scope}, events, {[&] { report = core_.run(wanted); }});
  if (options_.changed) options_.changed();
  return transaction(TRY(std::move(report)), wanted, began);
}

Result<Value> LocalOperations::resume(const Selector& selector, const std::string& actor) {
  std::vector<Scope> changed;
  for (const Scope& scope : TRY(scopes(selector))) {
    const engine::ScopeState state = core_.state(scope);
    if (state.held) {
      TRY(core_.append(engine::hold_draft(scope, false, {}, {}, actor_of(actor), core_.epoch())));
    }
    if (state.paused) {
      TRY(core_.append(engine::pause_draft(scope, false, {}, actor_of(actor), core_.epoch())));
    }
    if (!state.contested.empty()) {
      TRY(core_.note("contested", {scope}, Value::object({{"message", ""}}), actor_of(actor)));
    }
    if (state.held || state.paused || !state.contested.empty()) changed.push_back(scope);
  }
  if (options_.changed) options_.changed();
  return Value::object({{"scopes", names_value(changed)}});
}

Result<Value> LocalOperations::pause(const Selector& selector, const std::string& reason,
                                     const std::string& actor) {
  const std::vector<Scope> chosen = TRY(scopes(selector));
  for (const Scope& scope : chosen) {
    TRY(core_.append(
        engine::pause_draft(scope, true, printable(reason, 500), actor_of(actor), core_.epoch())));
  }
  return Value::object({{"scopes", names_value(chosen)}});
}

Result<Value> LocalOperations::freeze(bool frozen, const std::string& reason,
                                      const std::string& actor) {
  const auto now = core_.frozen();
  if (frozen || now) TRY(core_.freeze(frozen, printable(reason, 500), actor_of(actor)));
  if (options_.changed) options_.changed();
  return freeze_value(core_.frozen()).with("frozen", core_.frozen().has_value());
}

Result<Value> LocalOperations::refresh(const Selector& selector) {
  const std::vector<Placement> chosen = TRY(placements(selector));
  if (options_.refresh) {
    std::vector<Scope> scopes;
    for (const Placement& one : chosen) scopes.push_back(one.scope);
    options_.refresh(scopes);
  } else {
    std::map<SourceKey, const Placement*> distinct;
    for (const Placement& one : chosen) distinct.emplace(source_key(one), &one);
    std::vector<std::function<void()>> work;
    for (const auto& [key, one] : distinct) {
      work.emplace_back([this, one = one] {
        static_cast<void>(core_.desired().resolve(*one, Cancel()));  // its status says how it went
      });
    }
    core_.run_all(std::move(work), {});
  }
  std::vector<Value> sources;
  std::set<SourceKey> told;
  for (const Placement& one : chosen) {
    const auto status = core_.desired().source(source_key(one));
    if (!status || !told.insert(source_key(one)).second) continue;
    sources.push_back(
        Value::object({{"url", location_of(one.source)},
                       {"ref", reference_of(one.source)},
                       {"revision", status->revision ? revision_value(*status->revision) : Value()},
                       {"error", status->error ? Value(status->error->to_string()) : Value()}}));
  }
  return Value::object({{"sources", Value::array(std::move(sources))}});
}

}  // namespace rumbo::control
