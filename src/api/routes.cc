// The route table: every method of control::Operations, and the journal as server-sent events.
#include <cstdlib>

#include "api/route.h"
#include "base/strings.h"

namespace rumbo::api {
namespace {

using control::DeleteOptions;
using control::LogOptions;
using control::RollbackOptions;
using control::Selector;
using control::SyncOptions;
using control::TestOptions;

constexpr std::int64_t kMostRecords = 100'000;

constexpr Parameter applications(Where where) {
  return {"applications", where, Type::texts, "only these applications; none: all"};
}
constexpr Parameter environment(Where where) {
  return {"environment", where, Type::text, "only this environment; empty: all"};
}
constexpr Parameter kApplication{"application", Where::body, Type::text, "which application", true};
constexpr Parameter kItsEnvironment{"environment", Where::body, Type::text,
                                    "may be empty if it has only one"};
constexpr Parameter kActor{"actor", Where::body, Type::text,
                           "who asks, as the journal shows it; empty: the user who connected"};
constexpr Parameter kWithHooks{"withHooks", Where::body, Type::flag, "run Jobs and hooks"};
constexpr Parameter kForce{"force", Where::body, Type::flag, "also while all is frozen"};
constexpr Parameter kConfirmPrune{"confirmPrune", Where::body, Type::flag,
                                  "also what is annotated with Prune=confirm or Delete=confirm"};
constexpr Parameter kAfter{"after", Where::query, Type::number,
                           "records with a greater sequence number"};

std::vector<Parameter> sync_parameters() {
  return {applications(Where::body),
          environment(Where::body),
          {"revision", Where::body, Type::text, "a commit or ref instead of the configured one"},
          {"dryRun", Where::body, Type::flag, "plan only"},
          {"together", Where::body, Type::flag, "all selected in one transaction"},
          {"retryQuarantined", Where::body, Type::flag, "deploy what failed before"},
          {"freshSecrets", Where::body, Type::flag, "random functions of charts begin anew"},
          {"refreshImages", Where::body, Type::flag,
           "what is committed, with the images that its tags name now"},
          {"expectPlan", Where::body, Type::text, "refuse unless the plan has this digest"},
          kWithHooks,
          {"allowDeletions", Where::body, Type::flag, "whatever sync.maxDeletions says"},
          kConfirmPrune,
          kForce,
          kActor};
}

DeleteOptions delete_options(const Call& call) {
  DeleteOptions out;
  out.application = call.arguments["application"].str();
  out.environment = call.arguments["environment"].str();
  out.cascade = call.arguments["cascade"].as_bool();
  for (const Value& kind : call.arguments["kinds"].items()) out.kinds.push_back(kind.str());
  out.with_hooks = call.arguments["withHooks"].as_bool(out.with_hooks);
  out.confirm_prune = call.arguments["confirmPrune"].as_bool();
  out.dry_run = call.arguments["dryRun"].as_bool();
  out.force = call.arguments["force"].as_bool();
  out.actor = call.actor;
  return out;
}

std::string text(const Call& call, std::string_view name) {
  return call.arguments[name].str();
}

Selector selector(const Call& call) {
  Selector out;
  for (const Value& name : call.arguments["applications"].items()) {
    out.applications.push_back(name.str());
  }
  out.environment = text(call, "environment");
  return out;
}

SyncOptions sync_options(const Call& call) {
  SyncOptions out;
  out.select = selector(call);
  out.revision = text(call, "revision");
  out.dry_run = call.arguments["dryRun"].as_bool(out.dry_run);
  out.together = call.arguments["together"].as_bool(out.together);
  out.retry_quarantined = call.arguments["retryQuarantined"].as_bool(out.retry_quarantined);
  out.fresh_secrets = call.arguments["freshSecrets"].as_bool(out.fresh_secrets);
  out.refresh_images = call.arguments["refreshImages"].as_bool(out.refresh_images);
  out.expect_plan = text(call, "expectPlan");
  out.allow_deletions = call.arguments["allowDeletions"].as_bool();
  out.confirm_prune = call.arguments["confirmPrune"].as_bool();
  out.force = call.arguments["force"].as_bool();
  out.with_hooks = call.arguments["withHooks"].as_bool(out.with_hooks);
  out.actor = call.actor;
  return out;
}

LogOptions log_options(const Call& call) {
  LogOptions out;
  out.after = call.arguments["after"].as_uint();
  out.max = call.arguments["max"].as_uint(out.max);
  out.txn = text(call, "transaction");
  out.select = selector(call);
  return out;
}

Result<control::ContainerLogOptions> container_log_options(const Call& call) {
  control::ContainerLogOptions out;
  out.select = selector(call);
  out.object = text(call, "object");
  out.container = text(call, "container");
  out.all_containers = call.arguments["allContainers"].as_bool();
  out.tail = static_cast<int>(call.arguments["tail"].as_int(out.tail));
  out.follow = call.arguments["follow"].as_bool();
  out.previous = call.arguments["previous"].as_bool();
  out.timestamps = call.arguments["timestamps"].as_bool();
  if (const std::string since = text(call, "since"); !since.empty()) {
    out.since = from_rfc3339(since);
    if (!out.since) return fail(Code::invalid, "`" + printable(since, 40) + "` is no time");
  }
  return out;
}

Result<Value> nothing(Result<> done) {
  if (!done) return fail(std::move(done).error());
  return Value::object();
}

/// Without a place to resume from, listeners hear what comes from now on.
Result<Value> events(const Call& call) {
  std::uint64_t after = call.arguments["after"].as_uint();
  if (!call.arguments.contains("after")) {
    const Value log =
        TRY(call.operations.log({.after = INT64_MAX, .max = 1, .txn = {}, .select = {}}));
    after = log["head"]["seq"].as_uint();
  }
  return nothing(call.operations.follow(after, call.events, call.cancel));
}

std::vector<Route> make_routes() {
  return {
      {"status",
       "GET",
       "/api/v1/status",
       "Applications, sources and what needs attention",
       Answer::value,
       {applications(Where::query), environment(Where::query)},
       [](const Call& c) { return c.operations.status(selector(c)); }},
      {"get",
       "GET",
       "/api/v1/get/{kind}",
       "Items of a kind: apps, environments, objects, drift, images",
       Answer::value,
       {{"kind", Where::path, Type::text, "which kind", true},
        applications(Where::query),
        environment(Where::query)},
       [](const Call& c) { return c.operations.get(text(c, "kind"), selector(c)); }},
      {"plan", "POST", "/api/v1/plan", "What a sync would change", Answer::value, sync_parameters(),
       [](const Call& c) { return c.operations.plan(sync_options(c)); }},
      {"sync", "POST", "/api/v1/sync", "Runs the transactions that deploy what is wanted",
       Answer::work, sync_parameters(),
       [](const Call& c) { return c.operations.sync(sync_options(c), c.events); }},
      {"rollback",
       "POST",
       "/api/v1/rollback",
       "Runs a transaction to an earlier committed state",
       Answer::work,
       {kApplication,
        kItsEnvironment,
        {"to", Where::body, Type::text, "transaction; empty: the last committed before this one"},
        kWithHooks,
        kForce,
        kActor},
       [](const Call& c) {
         RollbackOptions options;
         options.application = text(c, "application");
         options.environment = text(c, "environment");
         options.to = text(c, "to");
         options.with_hooks = c.arguments["withHooks"].as_bool(options.with_hooks);
         options.force = c.arguments["force"].as_bool();
         options.actor = c.actor;
         return c.operations.rollback(options, c.events);
       }},
      {"test",
       "POST",
       "/api/v1/test",
       "Runs the tests of what is deployed",
       Answer::work,
       {kApplication, kItsEnvironment, kForce, kActor},
       [](const Call& c) {
         const TestOptions options{text(c, "application"), text(c, "environment"), c.actor,
                                   c.arguments["force"].as_bool()};
         return c.operations.test(options, c.events);
       }},
      {"remove",
       "POST",
       "/api/v1/delete",
       "Deletes what an application owns, or gives it up",
       Answer::work,
       {kApplication,
        kItsEnvironment,
        {"cascade", Where::body, Type::flag, "delete its objects; otherwise they are kept"},
        {"kinds", Where::body, Type::texts,
         "destructive kinds to delete: PersistentVolumeClaim, …"},
        {"dryRun", Where::body, Type::flag, "plan only"},
        kWithHooks,
        kConfirmPrune,
        kForce,
        kActor},
       [](const Call& c) { return c.operations.remove(delete_options(c), c.events); }},
      {"recover",
       "POST",
       "/api/v1/recover",
       "Takes up open transactions, or decides one",
       Answer::work,
       {{"transaction", Where::body, Type::text, "empty: every open one"},
        {"decision", Where::body, Type::text, "undo, finish or accept"},
        kActor},
       [](const Call& c) {
         return c.operations.recover(text(c, "transaction"), text(c, "decision"), c.actor,
                                     c.events);
       }},
      {"resume",
       "POST",
       "/api/v1/resume",
       "Ends hold and pause",
       Answer::value,
       {applications(Where::body), environment(Where::body), kActor},
       [](const Call& c) { return c.operations.resume(selector(c), c.actor); }},
      {"pause",
       "POST",
       "/api/v1/pause",
       "Keeps automation away",
       Answer::value,
       {applications(Where::body),
        environment(Where::body),
        {"reason", Where::body, Type::text, "why, for those who wonder"},
        kActor},
       [](const Call& c) { return c.operations.pause(selector(c), text(c, "reason"), c.actor); }},
      {"freeze",
       "POST",
       "/api/v1/freeze",
       "Keeps everything as it is until it is ended, or ends that",
       Answer::value,
       {{"frozen", Where::body, Type::flag, "begin or end it", true},
        {"reason", Where::body, Type::text, "why, for those who wonder"},
        kActor},
       [](const Call& c) {
         return c.operations.freeze(c.arguments["frozen"].as_bool(), text(c, "reason"), c.actor);
       }},
      {"refresh",
       "POST",
       "/api/v1/refresh",
       "Looks at the sources now",
       Answer::value,
       {applications(Where::body), environment(Where::body)},
       [](const Call& c) { return c.operations.refresh(selector(c)); }},
      {"history",
       "GET",
       "/api/v1/transactions",
       "Transactions, newest first",
       Answer::value,
       {applications(Where::query),
        environment(Where::query),
        {"max", Where::query, Type::number, "so many at most", false, 0, kMostRecords}},
       [](const Call& c) {
         return c.operations.history(selector(c), c.arguments["max"].as_uint(20));
       }},
      {"show",
       "GET",
       "/api/v1/transactions/{transaction}",
       "One transaction in full",
       Answer::value,
       {{"transaction", Where::path, Type::text, "its name: t-000042", true}},
       [](const Call& c) { return c.operations.show(text(c, "transaction")); }},
      {"why",
       "GET",
       "/api/v1/why",
       "What made a field of a deployed object what it is",
       Answer::value,
       {{"application", Where::query, Type::text, "which application", true},
        environment(Where::query),
        {"field", Where::query, Type::text, "Deployment/web.spec.replicas", true}},
       [](const Call& c) {
         return c.operations.why(
             {text(c, "application"), text(c, "environment"), text(c, "field")});
       }},
      {"log",
       "GET",
       "/api/v1/log",
       "Records of the journal",
       Answer::value,
       {kAfter,
        {"max", Where::query, Type::number, "so many at most", false, 0, kMostRecords},
        {"transaction", Where::query, Type::text, "only this transaction's"},
        applications(Where::query),
        environment(Where::query)},
       [](const Call& c) { return c.operations.log(log_options(c)); }},
      {"verify_log",
       "GET",
       "/api/v1/log/verify",
       "Recomputes the hash chain of the journal",
       Answer::value,
       {},
       [](const Call& c) { return c.operations.verify_log(); }},
      {"follow",
       "GET",
       "/api/v1/log/follow",
       "Records of the journal as they are written",
       Answer::listen,
       {kAfter},
       [](const Call& c) {
         return nothing(c.operations.follow(c.arguments["after"].as_uint(), c.events, c.cancel));
       }},
      {"logs",
       "GET",
       "/api/v1/logs",
       "Log lines of an object's container",
       Answer::listen,
       {applications(Where::query),
        environment(Where::query),
        {"object", Where::query, Type::text, "Deployment/web, or a name; empty: every workload"},
        {"container", Where::query, Type::text, "empty: its first"},
        {"allContainers", Where::query, Type::flag, "init containers too"},
        {"previous", Where::query, Type::flag, "of the process before the one that runs"},
        {"timestamps", Where::query, Type::flag, "each line begins with its time"},
        {"since", Where::query, Type::text, "only lines written after this time, RFC 3339"},
        {"tail", Where::query, Type::number, "so many of the last lines; -1: all", false, -1,
         INT32_MAX},
        {"follow", Where::query, Type::flag, "go on as they are written"}},
       [](const Call& c) -> Result<Value> {
         const control::ContainerLogOptions options = TRY(container_log_options(c));
         return nothing(c.operations.logs(options, c.events, c.cancel));
       }},
      {"snapshot",
       "POST",
       "/api/v1/snapshot",
       "Writes a consistent copy of the state, for a backup, into a directory of the daemon's",
       Answer::value,
       {},
       [](const Call& c) { return c.operations.snapshot(); }},
      {"remedy",
       "POST",
       "/api/v1/remedy",
       "What an operator decides about a target that is not as it was left",
       Answer::value,
       {{"remedy", Where::body, Type::text, "from-target, recreate-volume, adopt or forget", true},
        applications(Where::body),
        environment(Where::body),
        {"object", Where::body, Type::text, "PersistentVolumeClaim/data; empty: all"},
        kActor},
       [](const Call& c) -> Result<Value> {
         control::RemedyOptions options;
         const auto remedy = control::remedy_from(text(c, "remedy"));
         if (!remedy) {
           return fail(Code::invalid, "`" + printable(text(c, "remedy"), 40) + "` is no remedy");
         }
         options.remedy = *remedy;
         options.select = selector(c);
         options.object = text(c, "object");
         options.actor = c.actor;
         return c.operations.remedy(options);
       }},
      {"events",
       "GET",
       "/api/v1/events",
       "Records of the journal as server-sent events; Last-Event-ID resumes",
       Answer::events,
       {kAfter},
       events},
  };
}

}  // namespace

const std::vector<Route>& routes() {
  static const auto* table = new std::vector<Route>(make_routes());
  return *table;
}

const Route& route(std::string_view id) {
  for (const Route& candidate : routes()) {
    if (candidate.id == id) return candidate;
  }
  std::abort();  // a misspelt id in our own code
}

}  // namespace rumbo::api
