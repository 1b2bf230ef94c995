#include "app/render_kustomize.h"

#include <cstdlib>

#include "app/fetch_remotes.h"
#include "app/overlay_tree.h"
#include "app/print_objects.h"
#include "app/system_host.h"
#include "base/strings.h"
#include "render/kustomize/kustomize.h"
#include "render/kustomize/remote_locations.h"

namespace rumbo::app {
namespace {

namespace kustomize = render::kustomize;

Result<kustomize::Options> options_of(const Invocation& asked) {
  kustomize::Options options;
  options.files_from_anywhere = TRY(may_load_above(asked));
  if (asked.has("reorder")) {
    const std::string order = asked.value("reorder");
    if (order != "legacy" && order != "none") {
      return fail(Error(Code::invalid, "--reorder `" + printable(order, 64) + "` is not known")
                      .with_hint("legacy or none"));
    }
    options.legacy_order = order == "legacy";
  }
  options.helm.enabled = asked.has("enable-helm");
  options.helm.kube_version = asked.value("helm-kube-version");
  options.helm.api_versions = asked.words("helm-api-versions");
  options.managed_by_label = asked.has("enable-managedby-label");
  options.environment = [](const std::string& name) -> std::string {
    const char* text = std::getenv(name.c_str());
    return text == nullptr ? "" : text;
  };
  return options;
}

/// Most overlays need nothing from elsewhere: what they name is looked for only if a build misses
/// it.
Result<kustomize::Built> build_overlay(Session& session, const OverlayTree& tree,
                                       const kustomize::Options& options) {
  auto built = kustomize::build(*tree.snapshot, tree.directory, {}, options);
  if (built || built.error().code() != Code::unsupported) return built;
  const RenderInputs inputs = TRY(fetch_remotes(session, [&](const RenderInputs& here) {
    return kustomize::remote_locations(*tree.snapshot, tree.directory, here, options);
  }));
  if (inputs.snapshots.empty() && inputs.charts.empty()) return built;
  return kustomize::build(*tree.snapshot, tree.directory, inputs, options);
}

}  // namespace

namespace {

/// The error with its place as seen from here.
Error from_here(Error error, const OverlayTree& tree) {
  if (!error.location() || error.location()->file.empty()) return error;
  Location place = *error.location();
  place.file = tree.from_here(place.file);
  return std::move(error).at(std::move(place));
}

Result<kustomize::Built> build_at(Session& session, const OverlayTree& tree, bool traces) {
  kustomize::Options options = TRY(options_of(session.invocation()));
  SystemHost host(session.env());
  options.helm.host = &host;
  options.traces = traces;
  options.root = tree.snapshot->root();
  auto built = build_overlay(session, tree, options);
  if (!built) return fail(from_here(std::move(built).error(), tree));
  return built;
}

}  // namespace

Result<int> run_render_kustomize(Session& session, const std::string& path) {
  const OverlayTree tree = TRY(OverlayTree::open(session.env().files, path));
  const auto built = TRY(build_at(session, tree, false));
  for (const std::string& warning : built.warnings) session.note("warning: " + warning + "\n");
  if (session.format() == Format::json || session.format() == Format::name) {
    std::vector<Value> values;
    for (const auto& object : built.objects) values.push_back(object.value);
    print_objects(session, values);
  } else {
    session.print(kustomize::print(built));
  }
  return kOk;
}

Result<TracedObjects> trace_overlay(Session& session, const std::string& path) {
  const auto tree =
      std::make_shared<const OverlayTree>(TRY(OverlayTree::open(session.env().files, path)));
  auto built = TRY(build_at(session, *tree, true));
  TracedObjects traced;
  traced.warnings = std::move(built.warnings);
  for (kustomize::BuiltObject& one : built.objects) {
    Object object;
    object.key = key_of(one.value);
    object.value = std::move(one.value);
    object.origin = {std::move(one.file), one.line};
    object.fields = std::move(one.fields);
    traced.objects.push_back(std::move(object));
  }
  traced.shown = [tree](const std::string& file) { return tree->from_here(file); };
  return traced;
}

}  // namespace rumbo::app
