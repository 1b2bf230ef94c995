// `replacements` from outside over a fixed object: field paths, delimiters and selectors never
// crash the build.
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "model/memory_snapshot.h"
#include "render/kustomize/kustomize.h"

using namespace rumbo;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::map<std::string, std::string> files;
  files["kustomization.yaml"] = "resources: [o.yaml]\nreplacements: [{path: r.yaml}]\n";
  files["r.yaml"] = std::string_view(reinterpret_cast<const char*>(data), size);
  files["o.yaml"] =
      "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d, labels: {a.b/c: x}}\nspec:\n"
      "  template: {spec: {containers: [{name: a, image: 'r/a:1', env: [{name: E, value: v}]}]}}\n"
      "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {k: a-b-c, y: 'q: [1]'}\n";
  const MemorySnapshot tree(std::move(files));
  static_cast<void>(render::kustomize::build(tree, "", {}, {}));
  return 0;
}
