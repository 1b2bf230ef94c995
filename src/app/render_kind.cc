#include "app/render_kind.h"

#include "app/chart_argument.h"

namespace rumbo::app {

Result<RendererKind> render_kind(io::FileSystem& files, const Invocation& asked,
                                 const std::string& path) {
  const int chosen = int{asked.has("helm")} + int{asked.has("kustomize")} + int{asked.has("plain")};
  if (chosen > 1) {
    return fail(Error(Code::invalid, "only one of --helm, --kustomize and --plain can be meant"));
  }
  if (asked.has("helm")) return RendererKind::helm;
  if (asked.has("kustomize")) return RendererKind::kustomize;
  if (asked.has("plain")) return RendererKind::plain;
  if (is_remote_chart(asked, path)) return RendererKind::helm;
  if (path.ends_with(".tgz") || files.stat(path + "/Chart.yaml")) return RendererKind::helm;
  for (const char* name : {"kustomization.yaml", "kustomization.yml", "Kustomization"}) {
    if (files.stat(path + "/" + name)) return RendererKind::kustomize;
  }
  return RendererKind::plain;
}

}  // namespace rumbo::app
