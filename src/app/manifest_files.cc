#include "app/manifest_files.h"

#include <functional>

#include "app/fetch_remotes.h"
#include "app/overlay_tree.h"
#include "render/helm/helm_renderer.h"
#include "render/kustomize/kustomize.h"
#include "render/plain.h"
#include "source/directory_snapshot.h"
#include "target/podman/check_object.h"

namespace rumbo::app {
namespace {

/// A place in the snapshot as one from here: "deploy/web.yaml:7:3".
std::string from_here(const std::string& root, const std::string& place) {
  if (place.empty() || root == ".") return place;
  return root.ends_with('/') ? root + place : root + "/" + place;
}

Result<Rendered> render(const Snapshot& snapshot, const std::string& ns) {
  const RenderSpec spec{"", ns, {}};
  return render::PlainRenderer().render(snapshot, spec, {});
}

/// Renders, and once more with what it needs from elsewhere if it lacks that.
Result<Rendered> render_whole(Session& session, const Renderer& renderer, const Snapshot& snapshot,
                              const RenderSpec& spec) {
  RenderInputs inputs;
  // What is random in a chart differs from any deployment's.
  inputs.seed = "validate";
  auto rendered = renderer.render(snapshot, spec, inputs);
  if (rendered || session.invocation().has("offline")) return rendered;
  const auto needed = [&](const RenderInputs& here) {
    return renderer.inputs_needed(snapshot, spec, here);
  };
  const auto first = needed(inputs);
  if (!first || (first->snapshots.empty() && first->charts.empty())) return rendered;
  inputs = TRY(fetch_remotes(session, needed));
  inputs.seed = "validate";
  return renderer.render(snapshot, spec, inputs);
}

/// The flags of overlays as an application's `kustomize` section has them.
Result<Value> overlay_section(const Invocation& asked) {
  Value section = Value::object({{"enableHelm", asked.has("enable-helm")}});
  if (TRY(may_load_above(asked))) section = section.with("loadRestrictor", "LoadRestrictionsNone");
  if (asked.has("helm-kube-version")) {
    section = section.with("kubeVersion", asked.value("helm-kube-version"));
  }
  std::vector<Value> versions;
  for (std::string& word : asked.words("helm-api-versions")) versions.emplace_back(std::move(word));
  return section.with("apiVersions", Value::array(std::move(versions)));
}

}  // namespace

Result<Rendered> render_files(io::FileSystem& files, const std::string& path,
                              const std::string& ns) {
  const auto snapshot = TRY(source::DirectorySnapshot::open(files, path));
  auto rendered = render(*snapshot, ns);
  if (rendered) return rendered;
  Error error = std::move(rendered).error();
  if (error.location()) {
    Location place = *error.location();
    place.file = from_here(snapshot->root(), place.file);
    return fail(std::move(error).at(std::move(place)));
  }
  return fail(std::move(error));
}

namespace {

/// Appends what is wrong with rendered objects; `shown` makes their places ones from here.
std::size_t check_rendered(const Result<Rendered>& rendered, const std::string& path,
                           const std::function<std::string(const std::string&)>& shown,
                           std::vector<Finding>& findings) {
  if (!rendered) {
    for (Finding& one : findings_of(rendered.error())) {
      one.place = one.place.empty() ? path : shown(one.place);
      findings.push_back(std::move(one));
    }
    return 0;
  }
  for (const std::string& warning : rendered->warnings) {
    findings.push_back({path, false, warning, ""});
  }
  for (const Object& object : rendered->manifest.objects) {
    for (const FieldFinding& found : target::podman::check_object(object.value)) {
      findings.push_back({shown(object.locate(found.pointer).to_string()), !found.ignored,
                          found.message, found.hint});
    }
  }
  return rendered->manifest.objects.size();
}

}  // namespace

Result<std::size_t> check_manifests(Session& session, const std::string& path,
                                    std::vector<Finding>& findings) {
  io::FileSystem& files = session.env().files;
  RenderSpec spec;
  spec.ns = session.invocation().value("namespace");
  const bool chart = files.stat(path + "/Chart.yaml").has_value();
  const bool overlay = !chart && is_overlay(files, path);
  if (overlay || chart) {
    const auto tree = OverlayTree::open(files, path);
    if (!tree) {
      findings.push_back({path, true, tree.error().message(), tree.error().hint()});
      return 0;
    }
    spec.path = tree->directory;
    if (overlay) spec.options = TRY(overlay_section(session.invocation()));
    const render::KustomizeRenderer kustomize;
    const render::HelmRenderer helm;
    const Renderer& renderer = overlay ? static_cast<const Renderer&>(kustomize) : helm;
    return check_rendered(
        render_whole(session, renderer, *tree->snapshot, spec), path,
        [&](const std::string& place) { return tree->from_here(place); }, findings);
  }
  const auto snapshot = source::DirectorySnapshot::open(files, path);
  if (!snapshot) {
    findings.push_back({path, true, snapshot.error().message(), snapshot.error().hint()});
    return 0;
  }
  const std::string& root = (*snapshot)->root();
  return check_rendered(
      render(**snapshot, spec.ns), path,
      [&](const std::string& place) { return from_here(root, place); }, findings);
}

}  // namespace rumbo::app
