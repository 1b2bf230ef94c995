#include "render/kustomize/remote_locations.h"

#include <set>

#include "render/kustomize/kustomization.h"
#include "render/kustomize/loader.h"
#include "render/kustomize/remote.h"

namespace rumbo::render::kustomize {
namespace {

/// Walks kustomizations and gathers what they name.
class Finder {
 public:
  explicit Finder(const RenderInputs& inputs) : inputs_(inputs) {}

  /// `overrides` are laid over this kustomization alone.
  Result<> look(const std::shared_ptr<const Loader>& loader, const Value& overrides) {
    const auto file = loader->kustomization();
    if (!file) return {};
    std::vector<std::string> warnings;
    auto read = read_kustomization(file->text, file->name, loader->shown(), warnings);
    if (!read) return {};
    if (!overrides.is_null() && !apply_overrides(*read, overrides)) return {};
    add_all_files(*read);
    for (const auto* paths : {&read->resources, &read->components, &read->generators,
                              &read->transformers, &read->validators}) {
      for (const std::string& path : *paths) TRY(enter(*loader, path));
    }
    return {};
  }

  std::vector<std::string> missing() const { return {missing_.begin(), missing_.end()}; }

 private:
  void add_file(const std::string& path) {
    if (is_remote_file(path) && !inputs_.snapshots.contains(path)) missing_.insert(path);
  }

  void add_files(const std::vector<std::string>& paths) {
    for (const std::string& path : paths) add_file(path);
  }

  void add_generators(const std::vector<GeneratorArgs>& generators) {
    for (const GeneratorArgs& args : generators) {
      add_files(args.envs);
      add_file(args.env);
      for (const std::string& source : args.files) {
        add_file(source.substr(source.find('=') + 1));
      }
    }
  }

  void add_all_files(const Kustomization& k) {
    add_files(k.crds);
    add_files(k.configurations);
    add_files(k.strategic_patches);
    for (const Patch& patch : k.patches) add_file(patch.path);
    for (const Patch& patch : k.json_patches) add_file(patch.path);
    for (const Replacement& replacement : k.replacements) add_file(replacement.path);
    if (const auto path = k.openapi.find("path"); path != k.openapi.end()) add_file(path->second);
    add_generators(k.config_maps);
    add_generators(k.secrets);
  }

  /// What `resources` and its like name: a file or a directory, here or elsewhere.
  Result<> enter(const Loader& loader, const std::string& path) {
    // Lines of an inline object are no location.
    if (path.find('\n') != path.npos) return {};
    if (is_remote(path)) {
      if (!inputs_.snapshots.contains(path)) {
        missing_.insert(path);
        return {};
      }
      if (is_remote_file(path) && is_one_file(*inputs_.snapshots.at(path))) return {};
    }
    auto opened = loader.open(path);
    if (opened) return look(*opened, {});
    if (opened.error().code() == Code::too_large) return fail(std::move(opened).error());
    return {};
  }

  const RenderInputs& inputs_;
  std::set<std::string> missing_;
};

}  // namespace

Result<std::vector<std::string>> remote_locations(const Snapshot& tree, std::string_view directory,
                                                  const RenderInputs& inputs,
                                                  const Value& overrides) {
  Options options;
  options.generates_missing = true;
  Build build(tree, inputs, std::move(options));
  Finder finder(inputs);
  const auto loader = TRY(Loader::start(build, directory));
  TRY(finder.look(loader, overrides));
  return finder.missing();
}

}  // namespace rumbo::render::kustomize
