// The verbs that look at files alone: init, validate, render.
#include <fmt/core.h>
#include <unistd.h>

#include "app/config_place.h"
#include "app/findings.h"
#include "app/handlers.h"
#include "app/manifest_files.h"
#include "app/paths.h"
#include "app/print_objects.h"
#include "app/process_heap.h"
#include "app/render_helm.h"
#include "app/render_kind.h"
#include "app/render_kustomize.h"
#include "app/show_origin.h"
#include "base/strings.h"
#include "codec/diff.h"
#include "codec/json.h"
#include "codec/yaml.h"
#include "control/config_loader.h"

namespace rumbo::app {
namespace {

/// The name of the current directory if it can name an application, else "app".
std::string default_application() {
  std::string path(4096, '\0');
  if (::getcwd(path.data(), path.size()) == nullptr) return "app";
  path.resize(path.find('\0'));
  const std::string name = to_lower(path.substr(path.rfind('/') + 1));
  return is_dns_label(name) ? name : "app";
}

Result<std::string> starter_config(const Invocation& asked) {
  const std::string application = asked.value("app", default_application());
  if (!is_dns_label(application)) {
    return fail(
        Error(Code::invalid, "`" + printable(application, 64) + "` cannot name an application")
            .with_hint("use lower-case letters, digits and '-', at most 63"));
  }
  std::string text =
      control::example_config(application, asked.value("git", "."), asked.value("path", "deploy"));
  // What is written must be what can be read, whatever the flags said.
  TRY(control::parse_config(text, "rumbo.yaml"));
  return text;
}

bool has_errors(const std::vector<Finding>& findings) {
  for (const Finding& one : findings) {
    if (one.error) return true;
  }
  return false;
}

void print_findings(const Session& session, const std::vector<Finding>& findings) {
  if (session.machine()) {
    std::vector<Value> all;
    for (const Finding& one : findings) all.push_back(to_value(one));
    session.print_value(Value::object(
        {{"findings", Value::array(std::move(all))}, {"valid", !has_errors(findings)}}));
    return;
  }
  for (const Finding& one : findings) session.print(describe(one, session.paint()));
}

/// Appends what is wrong with the configuration; returns what it is called.
Result<std::string> check_config(Session& session, std::vector<Finding>& findings) {
  const Invocation& asked = session.invocation();
  const std::string state = session.state_directory();
  std::string path = asked.value("config");
  if (!control::is_fleet_url(path)) path = TRY(find_config(session.env().files, path, state));
  const auto place =
      ConfigPlace::find(session.env().files, path, asked.value("config-credentials"), state);
  const auto loaded =
      place ? place->load_apart(session.env(), state) : Result<LoadedConfig>(fail(place.error()));
  if (!loaded) {
    for (Finding& one : findings_of(loaded.error())) findings.push_back(std::move(one));
  }
  return loaded ? loaded->origin : place ? place->shown() : path;
}

}  // namespace

Result<int> run_init(Session& session) {
  io::FileSystem& files = session.env().files;
  const std::string path = session.invocation().value("config", "rumbo.yaml");
  if (files.stat(path) && !session.invocation().has("force")) {
    return fail(Error(Code::conflict, "`" + path + "` is there already")
                    .with_hint("edit it, or replace it with --force"));
  }
  const std::string text = TRY(starter_config(session.invocation()));
  TRY(files.write_atomic(path, text, 0644));
  if (session.machine()) {
    session.print_value(Value::object({{"written", path}}));
  } else {
    session.print("wrote " + path + "\n");
    session.note("next: edit it, then rumbo validate && rumbo plan && rumbo sync\n");
  }
  return kOk;
}

Result<int> run_validate(Session& session) {
  const auto& paths = session.invocation().arguments;
  std::vector<Finding> findings;
  std::string checked;
  if (paths.empty() || session.invocation().has("config")) {
    checked = TRY(check_config(session, findings));
  }
  std::size_t objects = 0;
  for (const std::string& path : paths) {
    objects += TRY(check_manifests(session, path, findings));
  }
  print_findings(session, findings);
  if (has_errors(findings)) return kError;
  if (!session.machine()) {
    if (!checked.empty()) session.note(checked + ": valid\n");
    if (!paths.empty()) session.note(fmt::format("{} objects: valid\n", objects));
  }
  return kOk;
}

Result<int> run_render(Session& session) {
  grow_heap_for_one_job();
  const std::string& path = session.invocation().arguments[0];
  if (session.invocation().has("show-origin")) return run_show_origin(session, path);
  const RendererKind kind = TRY(render_kind(session.env().files, session.invocation(), path));
  if (kind == RendererKind::helm) return run_render_helm(session, path);
  if (kind == RendererKind::kustomize) return run_render_kustomize(session, path);
  const Rendered rendered =
      TRY(render_files(session.env().files, path, session.invocation().value("namespace")));
  for (const std::string& warning : rendered.warnings) session.note("warning: " + warning + "\n");
  std::vector<Value> objects;
  for (const Object& object : rendered.manifest.objects) objects.push_back(object.value);
  if (session.format() == Format::json || session.format() == Format::name) {
    print_objects(session, objects);
    return kOk;
  }
  const bool open = session.invocation().has("show-secrets");
  std::string out;
  for (const Value& object : objects) {
    out += "---\n" + codec::emit_yaml(open ? object : codec::mask_secret(object));
  }
  session.print(out);
  return kOk;
}

}  // namespace rumbo::app
