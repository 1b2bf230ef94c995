// Patches of the three kinds from outside, over an object from outside: never crash, and what comes
// out is YAML. The first byte chooses the kind; the patch and the object are parted by a line
// `===`.
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>

#include "codec/yaml.h"
#include "model/memory_snapshot.h"
#include "render/kustomize/kustomize.h"

using namespace rumbo;

namespace {

constexpr const char* kKinds[] = {
    "patchesStrategicMerge: [p.yaml]\n", "patches: [{path: p.yaml, target: {kind: .*}}]\n",
    "patchesJson6902: [{path: p.yaml, target: {version: v1, kind: ConfigMap, name: c}}]\n"};

constexpr const char* kObject =
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {a: b}\n";

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::size_t cut = text.find("\n===\n");
  std::map<std::string, std::string> files;
  files["kustomization.yaml"] = std::string("resources: [o.yaml]\n") + kKinds[data[0] % 3];
  files["p.yaml"] = text.substr(0, cut);
  files["o.yaml"] = cut == text.npos ? kObject : std::string(text.substr(cut + 5));
  const MemorySnapshot tree(std::move(files));
  render::kustomize::Options options;
  options.traces = true;
  const auto built = render::kustomize::build(tree, "", {}, options);
  if (!built) return 0;
  codec::YamlOptions lenient;
  lenient.strict = false;
  for (const auto& object : built->objects) {
    const auto printed = codec::marshal_yaml(object.value);
    if (printed && !codec::parse_yaml_value(*printed, "", lenient)) std::abort();
  }
  return 0;
}
