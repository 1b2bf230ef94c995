// The verbs that run transactions: plan, sync, rollback, recover.
#include "control/local_operations.h"

#include <algorithm>
#include <set>

#include "base/strings.h"
#include "control/dependencies.h"
#include "control/event_queue.h"
#include "control/record_view.h"

namespace rumbo::control {
namespace {

std::vector<Scope> scopes_of(const std::vector<Placement>& batch) {
  std::vector<Scope> out;
  for (const Placement& one : batch) out.push_back(one.scope);
  return out;
}

std::vector<Scope> scopes_of(const engine::Request& request) {
  std::vector<Scope> out;
  for (const auto& input : request.scopes) out.push_back(input.scope);
  return out;
}

std::string revision_name(const engine::Request& request) {
  return request.scopes.empty() ? "" : request.scopes.front().revision.name;
}

Value warnings_of(const engine::Request& request) {
  std::vector<Value> out;
  for (const engine::ScopeInput& input : request.scopes) {
    for (const std::string& warning : input.warnings) {
      out.emplace_back(input.scope.to_string() + ": " + warning);
    }
  }
  return Value::array(std::move(out));
}

Error no_scope_error() {
  return Error(Code::not_found, "no application is configured")
      .with_hint("`rumbo init` writes a configuration to begin with");
}

}  // namespace

Result<std::vector<Placement>> LocalOperations::placements(const Selector& selector) const {
  auto chosen = TRY(control::select(core_.placements(), selector));
  if (chosen.empty()) return fail(no_scope_error());
  return chosen;
}

Result<std::vector<Scope>> LocalOperations::scopes(const Selector& selector) const {
  return select_scopes(core_.placements(), core_.known_scopes(), selector);
}

Result<engine::Request> LocalOperations::request(const std::vector<Placement>& batch,
                                                 const SyncOptions& options) {
  if (options.refresh_images) return images_request(batch, options);
  std::vector<engine::ScopeInput> inputs;
  std::map<SourceKey, Revision> resolved;
  for (const Placement& one : batch) {
    const SourceKey key = source_key(one);
    if (!resolved.contains(key)) {
      auto revision = options.revision.empty()
                          ? core_.desired().resolve(one, Cancel())
                          : core_.desired().resolve_other(one, options.revision, Cancel());
      if (!revision) {
        return fail(std::move(revision).error().with_context(one.scope.to_string()));
      }
      resolved[key] = *revision;
    }
    inputs.push_back(TRY(
        core_.desired().render(one, resolved[key],
                               {.configured = options.revision.empty() && !options.fresh_secrets,
                                .fresh_secrets = options.fresh_secrets},
                               Cancel())));
  }
  engine::Request request = core_.request(std::move(inputs), actor_of(options.actor));
  if (!options.with_hooks) request.hooks = engine::HookRule::none;
  request.allow_deletions = options.allow_deletions;
  request.confirm_prune = options.confirm_prune;
  request.force = options.force;
  if (!options.expect_plan.empty()) request.expect_plan = options.expect_plan;
  return request;
}

Result<engine::Request> LocalOperations::images_request(const std::vector<Placement>& batch,
                                                        const SyncOptions& options) {
  std::optional<engine::Request> all;
  for (const Placement& one : batch) {
    engine::Request next = TRY(core_.images_request(one.scope, actor_of(options.actor), Cancel()));
    if (!all) {
      all = std::move(next);
      continue;
    }
    all->scopes.push_back(std::move(next.scopes.front()));
    all->pins.merge(next.pins);
  }
  if (!all) return fail(Code::internal, "a transaction without an application");
  all->force = options.force;
  if (!options.expect_plan.empty()) all->expect_plan = options.expect_plan;
  return std::move(*all);
}

// ---- Plan and sync

Result<Value> LocalOperations::plans(const SyncOptions& options) {
  std::vector<Value> plans;
  for (const auto& batch : batches_of(TRY(placements(options.select)), options.together)) {
    const engine::Request wanted = TRY(request(batch, options));
    const engine::Plan plan = TRY(core_.executor().plan(wanted));
    plans.push_back(Value::object({{"scopes", names_value(scopes_of(batch))},
                                   {"revision", revision_value(wanted.scopes.front().revision)},
                                   {"digest", core_.executor().plan_digest(plan)},
                                   {"differs", !plan.empty() || !plan.refusals.empty()},
                                   {"warnings", warnings_of(wanted)},
                                   {"plan", engine::describe(plan)}}));
  }
  return Value::array(std::move(plans));
}

Result<Value> LocalOperations::plan(const SyncOptions& options) {
  return Value::object({{"plans", TRY(plans(options))}});
}

Value LocalOperations::transaction(const engine::Report& report, const engine::Request& request,
                                   MonoTime began) {
  std::vector<Value> evidence;
  if (report.abort) {
    evidence.assign(report.abort->evidence.begin(), report.abort->evidence.end());
  }
  return Value::object({{"transaction", report.txn.value},
                        {"applications", names_value(scopes_of(request))},
                        {"outcome", to_string(report.kind)},
                        {"cause", report.abort ? report.abort->cause : report.note},
                        {"evidence", Value::array(std::move(evidence))},
                        {"revision", revision_name(request)},
                        {"duration", to_string(core_.clock().mono() - began)}});
}

Value LocalOperations::refused(const std::vector<Scope>& scopes, const std::string& revision,
                               const std::string& why) {
  return Value::object({{"transaction", ""},
                        {"applications", names_value(scopes)},
                        {"outcome", "refused"},
                        {"cause", why},
                        {"evidence", Value::array()},
                        {"revision", revision},
                        {"duration", "0s"}});
}

Result<Value> LocalOperations::sync_batch(const std::vector<Placement>& batch,
                                          const SyncOptions& options) {
  const MonoTime began = core_.clock().mono();
  if (const std::string why = waits_for(batch); !why.empty()) {
    return refused(scopes_of(batch), "", why);
  }
  // What a plan was made from may change while it is prepared: then it is made anew.
  constexpr int kMostPlans = 3;
  for (int tried = 1;; ++tried) {
    const engine::Request wanted = TRY(request(batch, options));
    if (const std::string why = TRY(quarantined(wanted, options)); !why.empty()) {
      return refused(scopes_of(batch), revision_name(wanted), why);
    }
    auto report = core_.run(wanted);
    if (!report) {
      Error error = std::move(report).error();
      if (error.code() == Code::conflict && wanted.expect_plan) {
        error = Error(std::move(error).with_hint("look at a new plan: `rumbo plan --out FILE`"));
      }
      return fail(std::move(error));
    }
    const bool outdated = report->abort && report->abort->fault == engine::FaultClass::outdated;
    if (outdated && tried < kMostPlans && !wanted.expect_plan) continue;
    return transaction(*report, wanted, began);
  }
}

/// Why it may not be deployed: it failed before, and nobody asked to try it again. Else empty.
Result<std::string> LocalOperations::quarantined(const engine::Request& wanted,
                                                 const SyncOptions& options) {
  for (const engine::ScopeInput& input : wanted.scopes) {
    const engine::ScopeState state = core_.state(input.scope);
    const auto found = state.quarantined.find(input.manifest_digest);
    if (found == state.quarantined.end()) continue;
    if (!options.retry_quarantined) {
      return input.scope.to_string() + ": " + input.revision.name + " is quarantined since " +
             found->second.txn.value + ": " + found->second.reason +
             " (fix it in a new commit, or `rumbo sync --retry-quarantined`)";
    }
    TRY(core_.append(engine::clear_quarantine_draft(input.scope, input.manifest_digest,
                                                    wanted.actor, core_.epoch())));
  }
  return std::string();
}

std::string LocalOperations::waits_for(const std::vector<Placement>& batch) {
  for (const Scope& needed : dependencies_of(batch, core_.placements())) {
    const std::string what = batch.front().scope.to_string() + " depends on " + needed.to_string();
    if (!core_.state(needed).committed) {
      return what + ", which is not deployed (`rumbo sync " + needed.to_string() + "`)";
    }
    const ScopeLive live =
        live_.look(needed, Consistency::fresh, Cancel().with_deadline(core_.clock().mono() + 30s));
    const HealthStatus status = live.health.status;
    if (status != HealthStatus::ready && status != HealthStatus::suspended) {
      return what + ", which is " + std::string(to_string(status)) +
             (live.health.reason.empty() ? "" : ": " + live.health.reason);
    }
  }
  return {};
}

void LocalOperations::with_events(const std::vector<Scope>& scopes, const EventSink& events,
                                  std::vector<std::function<void()>> work) {
  if (!events) return core_.run_all(std::move(work), {});
  EventQueue queue(core_, scopes);
  core_.run_all(std::move(work), [&] { queue.drain(events); });
  queue.drain(events);
}

Result<Value> LocalOperations::sync(const SyncOptions& options, const EventSink& events) {
  if (options.dry_run) {
    return Value::object(
        {{"transactions", Value::array()}, {"worst", "unchanged"}, {"plans", TRY(plans(options))}});
  }
  const std::vector<Placement> selected = TRY(placements(options.select));
  const auto batches = batches_of(selected, options.together);
  if (!options.expect_plan.empty() && batches.size() != 1) {
    return fail(Error(Code::invalid, "a plan is of one transaction, and this sync has " +
                                         std::to_string(batches.size()))
                    .with_hint("name the application, or use --together as the plan did"));
  }
  std::vector<Result<Value>> results(batches.size(), fail(Code::internal, "not run"));
  for (const auto& layer : layers_of(batches, core_.placements())) {
    std::vector<std::function<void()>> work;
    for (const std::size_t i : layer) {
      work.emplace_back([&, i] { results[i] = sync_batch(batches[i], options); });
    }
    with_events(scopes_of(selected), events, std::move(work));
  }
  if (options_.changed) options_.changed();
  // One that could not even begin is an error; among several it stands with the others.
  if (results.size() == 1 && !results[0]) return fail(std::move(results[0]).error());
  std::vector<Value> transactions;
  for (std::size_t i = 0; i < batches.size(); ++i) {
    transactions.push_back(
        results[i] ? *results[i]
                   : refused(scopes_of(batches[i]), "", results[i].error().to_string()));
  }
  const std::string worst = worst_outcome(transactions);
  return Value::object({{"transactions", Value::array(std::move(transactions))}, {"worst", worst}});
}

// ---- Rollback and recovery

Result<Scope> LocalOperations::one_scope(const std::string& application,
                                         const std::string& environment) const {
  const std::vector<Scope> chosen = TRY(scopes({{application}, environment}));
  if (chosen.size() == 1) return chosen.front();
  std::vector<std::string> names;
  for (const Scope& scope : chosen) names.push_back(scope.environment);
  return fail(Error(Code::invalid, "application `" + application + "` is deployed to " +
                                       std::to_string(chosen.size()) + " environments")
                  .with_hint("name one by -e: " + join(names, ", ")));
}

Result<engine::Report> LocalOperations::run(const Scope& scope, const engine::Request& request,
                                            const EventSink& events) {
  Result<engine::Report> report = fail(Code::internal, "not run");
  with_events({scope}, events, {[&] { report = core_.run(request); }});
  if (options_.changed) options_.changed();
  return report;
}

Result<Value> LocalOperations::rollback(const RollbackOptions& options, const EventSink& events) {
  const Scope scope = TRY(one_scope(options.application, options.environment));
  engine::Request back = TRY(core_.rollback_request(scope, TxnId{options.to}, options.with_hooks,
                                                    actor_of(options.actor)));
  back.force = options.force;
  const MonoTime began = core_.clock().mono();
  return transaction(TRY(run(scope, back, events)), back, began);
}

Result<Value> LocalOperations::test(const TestOptions& options, const EventSink& events) {
  const Scope scope = TRY(one_scope(options.application, options.environment));
  engine::Request tests = TRY(core_.test_request(scope, actor_of(options.actor)));
  tests.force = options.force;
  const MonoTime began = core_.clock().mono();
  const engine::Report report = TRY(run(scope, tests, events));
  Value answer = transaction(report, tests, began);
  const std::string_view outcome = answer["outcome"].as_string();
  if (outcome == "unchanged") return answer.with("cause", "it has no tests");
  if (outcome != "committed") return answer;
  // Tests run behind the commit: what failed is what was left behind.
  if (report.note.empty()) return answer.with("outcome", "passed");
  constexpr std::string_view kLeft = "left behind: ";
  const std::string_view note = report.note;
  return answer.with("outcome", "failed")
      .with("cause", note.starts_with(kLeft) ? note.substr(kLeft.size()) : note);
}

Result<Value> LocalOperations::recover(const std::string& txn, const std::string& decision,
                                       const std::string& actor, const EventSink& events) {
  using Decision = engine::Executor::Decision;
  std::vector<TxnId> txns;
  if (txn.empty()) {
    if (!decision.empty()) {
      return fail(Error(Code::invalid, "a decision is about one transaction")
                      .with_hint("`rumbo status` names those that need one"));
    }
    txns = TRY(core_.journal().open_txns());
  } else {
    txns.push_back({txn});
  }
  std::optional<Decision> word;
  if (decision == "undo") word = Decision::undo;
  if (decision == "finish") word = Decision::finish;
  if (decision == "accept") word = Decision::accept;
  if (!decision.empty() && !word) {
    return fail(Code::invalid,
                "`" + printable(decision, 40) + "` is no decision: undo, finish or accept");
  }
  std::vector<Value> transactions;
  for (const TxnId& one : txns) {
    const engine::TxnState state = TRY(core_.executor().load(one));
    if (word && state.ended) {
      return fail(Error(Code::conflict, one.value +
                                            " has ended: " + std::string(to_string(*state.ended)) +
                                            "; there is nothing to decide")
                      .with_hint("`rumbo show " + one.value + "` tells how"));
    }
    engine::Request about;
    for (const engine::TxnScope& scope : state.scopes) {
      engine::ScopeInput input;
      input.scope = scope.scope;
      input.revision = scope.revision;
      about.scopes.push_back(std::move(input));
    }
    const MonoTime began = core_.clock().mono();
    Result<engine::Report> report = fail(Code::internal, "not run");
    const auto act = [&] {
      report = word ? core_.decide(one, *word, actor_of(actor)) : core_.resume(one);
    };
    if (events) {
      EventQueue queue(core_, {}, one);
      core_.run_all({act}, [&] { queue.drain(events); });
      queue.drain(events);
    } else {
      act();
    }
    if (!report && txns.size() == 1) return fail(std::move(report).error());
    transactions.push_back(report ? transaction(*report, about, began)
                                  : refused(scopes_of(about), "", report.error().to_string()));
  }
  if (options_.changed) options_.changed();
  const std::string worst = worst_outcome(transactions);
  return Value::object({{"transactions", Value::array(std::move(transactions))}, {"worst", worst}});
}

}  // namespace rumbo::control
