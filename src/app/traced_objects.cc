#include "app/traced_objects.h"

#include "app/manifest_files.h"
#include "app/render_helm.h"
#include "app/render_kind.h"
#include "app/render_kustomize.h"
#include "source/directory_snapshot.h"

namespace rumbo::app {

std::vector<Layer> TracedObjects::layers(const Object& object, std::string_view pointer) const {
  std::vector<Layer> found = object.layers(pointer);
  for (Layer& layer : found) {
    if (!layer.place.file.empty()) layer.place.file = shown(layer.place.file);
  }
  return found;
}

Result<TracedObjects> trace_objects(Session& session, const std::string& path) {
  switch (TRY(render_kind(session.env().files, session.invocation(), path))) {
    case RendererKind::helm:
      return trace_chart(session, path);
    case RendererKind::kustomize:
      return trace_overlay(session, path);
    case RendererKind::detect:
    case RendererKind::plain:
      break;
  }
  auto rendered =
      TRY(render_files(session.env().files, path, session.invocation().value("namespace")));
  const auto snapshot = TRY(source::DirectorySnapshot::open(session.env().files, path));
  const std::string root = snapshot->root();
  TracedObjects traced{std::move(rendered.manifest.objects), std::move(rendered.warnings), {}};
  traced.shown = [root](const std::string& file) {
    if (root == ".") return file;
    return root.ends_with('/') ? root + file : root + "/" + file;
  };
  return traced;
}

std::string place_of(const Layer& layer) {
  return layer.place.file.empty() ? layer.what : layer.place.to_string();
}

}  // namespace rumbo::app
