// The verbs that run transactions and steer them: sync, rollback, delete, recover, resume, pause,
// freeze, refresh.
#include "app/cells.h"
#include "app/describe_plan.h"
#include "app/handlers.h"
#include "app/outcome.h"
#include "app/plan_file.h"
#include "app/progress.h"
#include "base/strings.h"

namespace rumbo::app {
namespace {

void print_outcomes(const Session& session, const Value& transactions) {
  if (session.format() == Format::name) {
    for (const Value& one : transactions.items()) session.print(one["transaction"].str() + "\n");
    return;
  }
  if (session.quiet() && worst_exit(transactions) == kOk) return;
  for (const Value& one : transactions.items()) {
    session.print(describe_outcome(one, session.paint()));
  }
}

int finish(const Session& session, const Value& answer) {
  const Value& transactions = answer["transactions"];
  if (session.machine()) {
    session.print_value(answer);
  } else {
    print_outcomes(session, transactions);
    if (transactions.empty()) session.note("nothing to do\n");
  }
  return worst_exit(transactions);
}

/// Runs `call` with an event sink that shows progress; the display ends before the summary.
template <class Call>
auto with_progress(const Session& session, Call&& call) {
  Progress progress(session);
  return call(progress.sink());
}

void print_scopes(const Session& session, const Value& answer, std::string_view what) {
  if (session.machine()) return session.print_value(answer);
  for (const Value& scope : answer["scopes"].items()) {
    session.print(session.format() == Format::name ? scope.str() + "\n"
                                                   : scope.str() + ": " + std::string(what) + "\n");
  }
  if (answer["scopes"].empty()) session.note("no applications match\n");
}

/// The one decision asked for, or empty.
Result<std::string> decision(const Invocation& asked) {
  std::string chosen;
  for (const char* word : {"undo", "finish", "accept"}) {
    if (!asked.has(word)) continue;
    if (!chosen.empty()) {
      return fail(Code::invalid, "--" + chosen + " and --" + word + " exclude each other");
    }
    chosen = word;
  }
  if (!chosen.empty() && asked.arguments.empty()) {
    return fail(Error(Code::invalid, "--" + chosen + " needs the transaction it is about")
                    .with_hint("`rumbo status` and `rumbo history` name it"));
  }
  if (chosen.empty() && !asked.arguments.empty()) {
    return fail(Error(Code::invalid, "say what to do with " + printable(asked.arguments[0], 64))
                    .with_hint("one of --undo, --finish, --accept"));
  }
  return chosen;
}

}  // namespace

Result<int> run_sync(Session& session) {
  const Invocation& asked = session.invocation();
  if (asked.has("dry-run")) return run_plan(session);
  control::SyncOptions options;
  options.select = TRY(session.selector());
  options.revision = asked.value("revision");
  options.together = asked.has("together");
  options.retry_quarantined = asked.has("retry-quarantined");
  options.fresh_secrets = asked.has("fresh-secrets");
  options.with_hooks = !asked.has("no-hooks");
  options.allow_deletions = asked.has("allow-deletions");
  options.confirm_prune = asked.has("confirm-prune");
  options.force = asked.has("force");
  options.actor = session.actor();
  if (asked.has("plan")) {
    TRY(read_plan_file(session.env().files, asked.value("plan"), options));
  }
  auto* operations = TRY(session.operations(Need::act));
  const Value answer = TRY(with_progress(session, [&](const control::EventSink& events) {
    return operations->sync(options, events);
  }));
  return finish(session, answer);
}

Result<int> run_rollback(Session& session) {
  const auto select = TRY(session.selector());
  control::RollbackOptions options;
  options.application = select.applications[0];
  options.environment = select.environment;
  options.to = session.invocation().value("to");
  options.with_hooks = session.invocation().has("with-hooks");
  options.force = session.invocation().has("force");
  options.actor = session.actor();
  auto* operations = TRY(session.operations(Need::act));
  const Value answer = TRY(with_progress(session, [&](const control::EventSink& events) {
    return operations->rollback(options, events);
  }));
  if (session.machine()) {
    session.print_value(answer);
  } else {
    print_outcomes(session, Value::array({answer}));
    if (answer["outcome"].as_string() == "committed") {
      session.note("the application is held here until `rumbo resume " + options.application +
                   "` or a revision with other content\n");
    }
  }
  return exit_of(answer);
}

Result<int> run_test(Session& session) {
  const auto select = TRY(session.selector());
  const control::TestOptions options{select.applications[0], select.environment, session.actor(),
                                     session.invocation().has("force")};
  auto* operations = TRY(session.operations(Need::act));
  const Value answer = TRY(with_progress(session, [&](const control::EventSink& events) {
    return operations->test(options, events);
  }));
  return finish(session, Value::object({{"transactions", Value::array({answer})}}));
}

Result<int> run_delete(Session& session) {
  const Invocation& asked = session.invocation();
  const auto select = TRY(session.selector());
  control::DeleteOptions options;
  options.application = select.applications[0];
  options.environment = select.environment;
  options.cascade = asked.has("cascade");
  for (const auto& [flag, kind] : {std::pair("delete-volumes", "PersistentVolumeClaim"),
                                   std::pair("delete-namespaces", "Namespace"),
                                   std::pair("delete-crds", "CustomResourceDefinition")}) {
    if (!asked.has(flag)) continue;
    options.kinds.emplace_back(kind);
    if (options.cascade) continue;
    return fail(Error(Code::invalid, "--" + std::string(flag) + " needs --cascade")
                    .with_hint("without --cascade all objects are kept"));
  }
  options.with_hooks = !asked.has("no-hooks");
  options.confirm_prune = asked.has("confirm-prune");
  options.dry_run = asked.has("dry-run");
  options.force = asked.has("force");
  options.actor = session.actor();
  auto* operations = TRY(session.operations(Need::act));
  const Value answer = TRY(with_progress(session, [&](const control::EventSink& events) {
    return operations->remove(options, events);
  }));
  if (session.machine()) {
    session.print_value(answer);
  } else if (answer["plans"].is_array()) {
    for (const Value& plan : answer["plans"].items()) {
      session.print(describe_plan(plan, {session.verbose(), session.wide(), session.paint()}));
    }
  } else if (!answer["released"].is_null()) {
    session.print(cell(answer["applications"]) + ": " +
                  (options.dry_run ? "would give up " : "gave up ") + cell(answer["released"]) +
                  " objects, which are kept and belong to nobody\n");
  } else {
    print_outcomes(session, Value::array({answer}));
  }
  return answer["plans"].is_array() ? kOk : exit_of(answer);
}

Result<int> run_freeze(Session& session) {
  auto* operations = TRY(session.operations(Need::act));
  const std::string reason = session.invocation().value("reason");
  const Value answer = TRY(operations->freeze(true, reason, session.actor()));
  if (session.machine()) {
    session.print_value(answer);
  } else {
    session.print("all is frozen; `rumbo unfreeze` ends it\n");
  }
  return kOk;
}

Result<int> run_unfreeze(Session& session) {
  auto* operations = TRY(session.operations(Need::act));
  const Value answer = TRY(operations->freeze(false, "", session.actor()));
  if (session.machine()) {
    session.print_value(answer);
  } else {
    session.print("no longer frozen\n");
  }
  return kOk;
}

Result<int> run_recover(Session& session) {
  if (const auto done = TRY(run_special_recovery(session))) return *done;
  if (session.invocation().arguments.size() > 1) {
    return fail(Code::invalid, "one transaction at a time");
  }
  const std::string chosen = TRY(decision(session.invocation()));
  const auto& arguments = session.invocation().arguments;
  auto* operations = TRY(session.operations(Need::act));
  Value answer = TRY(with_progress(session, [&](const control::EventSink& events) {
    return operations->recover(arguments.empty() ? std::string() : arguments[0], chosen,
                               session.actor(), events);
  }));
  if (!answer["transactions"].is_array()) {
    answer = Value::object({{"transactions", Value::array({answer})}});
  }
  return finish(session, answer);
}

Result<int> run_resume(Session& session) {
  const auto select = TRY(session.selector());
  auto* operations = TRY(session.operations(Need::act));
  print_scopes(session, TRY(operations->resume(select, session.actor())), "resumed");
  return kOk;
}

Result<int> run_pause(Session& session) {
  const auto select = TRY(session.selector());
  auto* operations = TRY(session.operations(Need::act));
  const std::string reason = session.invocation().value("reason");
  print_scopes(session, TRY(operations->pause(select, reason, session.actor())), "paused");
  return kOk;
}

namespace {

Result<int> refresh_images(Session& session, const control::Selector& select) {
  const Invocation& asked = session.invocation();
  control::SyncOptions options;
  options.select = select;
  options.refresh_images = true;
  options.force = asked.has("force");
  options.actor = session.actor();
  if (asked.has("dry-run")) return run_plan(session);
  auto* operations = TRY(session.operations(Need::act));
  const Value answer = TRY(with_progress(session, [&](const control::EventSink& events) {
    return operations->sync(options, events);
  }));
  return finish(session, answer);
}

}  // namespace

Result<int> run_refresh(Session& session) {
  constexpr Column kSources[] = {{"SOURCE", "url"}, {"REVISION", "revision"}, {"ERROR", "error"}};
  const auto select = TRY(session.selector());
  if (session.invocation().has("images")) return refresh_images(session, select);
  for (const char* flag : {"dry-run", "force"}) {
    if (!session.invocation().has(flag)) continue;
    return fail(Code::invalid, std::string("--") + flag + " goes with --images");
  }
  auto* operations = TRY(session.operations(Need::act));
  const Value answer = TRY(operations->refresh(select));
  const auto sources = answer["sources"].items();
  if (session.machine()) {
    session.print_value(answer);
  } else if (session.format() == Format::name) {
    for (const Value& source : sources) session.print(source["url"].str() + "\n");
  } else if (!sources.empty()) {
    session.print(
        table_of(sources, kSources, session.wide(), session.clock().wall(), session.paint()));
  }
  for (const Value& source : sources) {
    if (source["error"].is_string()) return kNo;
  }
  return kOk;
}

}  // namespace rumbo::app
