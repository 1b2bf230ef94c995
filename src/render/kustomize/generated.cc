#include "render/kustomize/generated.h"

#include <set>

#include "codec/yaml.h"
#include "render/ignore.h"

namespace rumbo::render::kustomize {
namespace {

constexpr std::string_view kIgnoreFile = ".rumboignore";

std::string_view name_of(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

bool is_manifest(std::string_view path) {
  return path.ends_with(".yaml") || path.ends_with(".yml") || path.ends_with(".json");
}

bool is_kustomization(std::string_view name) {
  return name == "kustomization.yaml" || name == "kustomization.yml" || name == "Kustomization";
}

/// The topmost of the directories that holds the path; empty if none does.
std::string holder_of(const std::set<std::string>& directories, std::string_view path) {
  for (std::size_t at = path.find('/'); at != path.npos; at = path.find('/', at + 1)) {
    std::string directory(path.substr(0, at));
    if (directories.contains(directory)) return directory;
  }
  return {};
}

}  // namespace

Result<std::string> generate_kustomization(const Snapshot& tree, const std::string& directory) {
  const std::string prefix = directory.empty() ? "" : directory + "/";
  const auto files = TRY(tree.list(directory));
  IgnoreRules ignored;
  std::set<std::string> kustomizations;
  for (const SnapshotFile& file : files) {
    const std::string_view path = std::string_view(file.path).substr(prefix.size());
    if (path == kIgnoreFile) {
      const std::string text = TRY(tree.read(file.path));
      ignored = TRY(IgnoreRules::parse(text, file.path));
    }
    const std::size_t slash = path.rfind('/');
    if (slash != path.npos && is_kustomization(name_of(path))) {
      kustomizations.emplace(path.substr(0, slash));
    }
  }
  std::set<std::string> resources;
  for (const SnapshotFile& file : files) {
    const std::string_view path = std::string_view(file.path).substr(prefix.size());
    if (ignored.leaves_out(path)) continue;
    if (std::string holder = holder_of(kustomizations, path); !holder.empty()) {
      resources.insert(std::move(holder));
    } else if (is_manifest(path) && name_of(path) != "rumbo.yaml") {
      resources.emplace(path);
    }
  }
  const std::vector<Value> list(resources.begin(), resources.end());
  return codec::emit_yaml(Value::object({{"apiVersion", "kustomize.config.k8s.io/v1beta1"},
                                         {"kind", "Kustomization"},
                                         {"resources", Value::array(list)}}));
}

}  // namespace rumbo::render::kustomize
