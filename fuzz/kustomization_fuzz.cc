// A tree of kustomizations from outside: never crashes, never reads what is not there, ends within
// its bounds; and what it prints is YAML. The same text goes through substitution.
//
// The input is files, each after a line `=== NAME`.
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>

#include "codec/yaml.h"
#include "model/memory_snapshot.h"
#include "render/kustomize/kustomize.h"
#include "render/substitute.h"

using namespace rumbo;

namespace {

std::map<std::string, std::string> files_of(std::string_view text) {
  std::map<std::string, std::string> files;
  std::string name = "kustomization.yaml";
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    if (line.starts_with("=== ")) {
      name = line.substr(4);
    } else {
      files[name] += std::string(line) + "\n";
    }
  }
  return files;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const MemorySnapshot tree(files_of(text));
  const auto built = render::kustomize::build(tree, "", {}, {});
  if (built) {
    codec::YamlOptions options;
    options.strict = false;
    for (const auto& object : built->objects) {
      const auto printed = codec::marshal_yaml(object.value);
      if (printed && !codec::parse_yaml_value(*printed, "", options)) std::abort();
    }
  }
  render::Substitution substitution;
  substitution.variables = {{"a", "b"}, {"path", "/usr/local/bin"}};
  static_cast<void>(render::substitute_text(text, substitution));
  return 0;
}
