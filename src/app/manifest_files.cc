#include "app/manifest_files.h"

#include <functional>

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

/// A chart with its default values. What is random in it differs from any deployment's.
Result<Rendered> render_chart(const Snapshot& snapshot, const std::string& ns) {
  RenderInputs inputs;
  inputs.seed = "validate";
  return render::HelmRenderer().render(snapshot, {"", ns, {}}, inputs);
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

std::size_t check_manifests(io::FileSystem& files, const std::string& path, const std::string& ns,
                            std::vector<Finding>& findings) {
  if (is_overlay(files, path)) {
    const auto tree = OverlayTree::open(files, path);
    if (tree) {
      RenderSpec spec;
      spec.path = tree->directory;
      spec.ns = ns;
      return check_rendered(
          render::KustomizeRenderer().render(*tree->snapshot, spec, {}), path,
          [&](const std::string& place) { return tree->from_here(place); }, findings);
    }
  }
  const auto snapshot = source::DirectorySnapshot::open(files, path);
  if (!snapshot) {
    findings.push_back({path, true, snapshot.error().message(), snapshot.error().hint()});
    return 0;
  }
  const std::string& root = (*snapshot)->root();
  const bool chart = files.stat(path + "/Chart.yaml").has_value();
  return check_rendered(
      chart ? render_chart(**snapshot, ns) : render(**snapshot, ns), path,
      [&](const std::string& place) { return from_here(root, place); }, findings);
}

}  // namespace rumbo::app
