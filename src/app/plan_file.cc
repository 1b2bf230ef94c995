#include "app/plan_file.h"

#include "codec/json.h"

namespace rumbo::app {
namespace {
constexpr std::string_view kKind = "rumbo.dev/plan-v1";
}

Result<> write_plan_file(io::FileSystem& files, const std::string& path, const Value& answer,
                         const control::SyncOptions& options) {
  const Value& plans = answer["plans"];
  if (plans.size() != 1) {
    return fail(Error(Code::invalid, "a plan file holds one transaction, and this would be " +
                                         std::to_string(plans.size()))
                    .with_hint("name one application, or plan them --together"));
  }
  const Value& plan = plans[0];
  const Value& revision = plan["revision"];
  const Value file = Value::object({{"kind", kKind},
                                    {"scopes", plan["scopes"]},
                                    {"revision", revision.is_object() ? revision["id"] : revision},
                                    {"digest", plan["digest"]},
                                    {"withHooks", options.with_hooks},
                                    {"allowDeletions", options.allow_deletions},
                                    {"confirmPrune", options.confirm_prune},
                                    {"plan", plan["plan"]}});
  return files.write_atomic(path, codec::to_json_pretty(file) + "\n");
}

Result<> read_plan_file(io::FileSystem& files, const std::string& path,
                        control::SyncOptions& options) {
  const std::string text = TRY(files.read_all(path, 32u << 20));
  const Value file = TRY(codec::parse_json(text, {}, path));
  if (file["kind"].as_string() != kKind || !file["digest"].is_string()) {
    return fail(Error(Code::invalid, "`" + path + "` is no plan file")
                    .with_hint("write one with `rumbo plan APP --out FILE`"));
  }
  if (!options.revision.empty()) {
    return fail(Code::invalid, "--revision cannot be combined with --plan: the plan names its own");
  }
  control::Selector planned;
  for (const Value& scope : file["scopes"].items()) {
    const std::string text_of = scope.str();
    const std::size_t at = text_of.find('@');
    if (at == std::string::npos) return fail(Code::invalid, "`" + path + "` names a bad scope");
    planned.applications.push_back(text_of.substr(0, at));
    planned.environment = text_of.substr(at + 1);
  }
  const bool asked = !options.select.applications.empty() || !options.select.environment.empty();
  if (asked && (options.select.applications != planned.applications ||
                (!options.select.environment.empty() &&
                 options.select.environment != planned.environment))) {
    return fail(Error(Code::invalid, "`" + path + "` plans other applications than were named")
                    .with_hint("name none with --plan"));
  }
  options.select = std::move(planned);
  options.together = options.select.applications.size() > 1;
  options.revision = file["revision"].str();
  options.expect_plan = file["digest"].str();
  options.with_hooks = file["withHooks"].as_bool(true);
  options.allow_deletions = file["allowDeletions"].as_bool();
  options.confirm_prune = file["confirmPrune"].as_bool();
  return {};
}

}  // namespace rumbo::app
