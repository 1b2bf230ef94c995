// The verbs that tell what would be: plan, diff.
#include "app/describe_plan.h"
#include "app/handlers.h"
#include "app/plan_file.h"

namespace rumbo::app {
namespace {

bool refused(const Value& plans) {
  for (const Value& plan : plans.items()) {
    if (!plan["plan"]["refusals"].empty()) return true;
  }
  return false;
}

bool differs(const Value& plans) {
  for (const Value& plan : plans.items()) {
    if (plan["differs"].as_bool()) return true;
  }
  return false;
}

Result<int> plan(Session& session, bool detailed) {
  const Invocation& asked = session.invocation();
  control::SyncOptions options;
  options.select = TRY(session.selector());
  options.revision = asked.value("revision");
  options.together = asked.has("together");
  options.refresh_images = asked.has("images");  // of `rumbo refresh`
  options.fresh_secrets = asked.has("fresh-secrets");
  options.with_hooks = !asked.has("no-hooks");
  options.allow_deletions = asked.has("allow-deletions");
  options.confirm_prune = asked.has("confirm-prune");
  options.dry_run = true;
  options.actor = session.actor();
  auto* operations = TRY(session.operations(Need::look));
  const Value answer = TRY(operations->plan(options));
  const Value& plans = answer["plans"];
  if (session.machine()) {
    session.print_value(answer);
  } else if (session.format() == Format::name) {
    std::string out;
    for (const Value& one : plans.items()) {
      for (const Value& change : one["plan"]["changes"].items()) {
        if (change["action"].as_string() != "unchanged") out += change["object"].str() + "\n";
      }
    }
    session.print(out);
  } else {
    std::string out;
    for (const Value& one : plans.items()) {
      if (!out.empty()) out += "\n";
      out += describe_plan(one, {detailed, session.wide(), session.paint()});
    }
    session.print(out);
    if (plans.empty()) session.note("no applications match\n");
  }
  if (refused(plans)) return kError;
  if (asked.has("out")) {
    TRY(write_plan_file(session.env().files, asked.value("out"), answer, options));
    session.note("plan written to " + asked.value("out") + "\n");
  }
  return differs(plans) ? kNo : kOk;
}

}  // namespace

Result<int> run_plan(Session& session) {
  return plan(session, session.invocation().has("detailed") || session.verbose());
}

Result<int> run_diff(Session& session) {
  return plan(session, true);
}

}  // namespace rumbo::app
