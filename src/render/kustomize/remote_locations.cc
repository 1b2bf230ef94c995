#include "render/kustomize/remote_locations.h"

#include "render/kustomize/kustomization.h"
#include "render/kustomize/remote.h"

namespace rumbo::render::kustomize {
namespace {

void add_files(const std::vector<std::string>& paths, std::set<std::string>& found) {
  for (const std::string& path : paths) {
    if (is_remote_file(path)) found.insert(path);
  }
}

void add_generators(const std::vector<GeneratorArgs>& generators, std::set<std::string>& found) {
  for (const GeneratorArgs& args : generators) {
    add_files(args.envs, found);
    for (const std::string& source : args.files) {
      const std::string path = source.substr(source.find('=') + 1);
      if (is_remote_file(path)) found.insert(path);
    }
  }
}

}  // namespace

Result<> find_remote_locations(Build& build, const std::shared_ptr<const Loader>& loader,
                               std::set<std::string>& found) {
  const auto file = loader->kustomization();
  if (!file) return {};
  std::vector<std::string> warnings;
  const auto read = read_kustomization(file->text, file->name, loader->shown(), warnings);
  if (!read) return {};
  for (const auto* paths : {&read->crds, &read->configurations, &read->strategic_patches}) {
    add_files(*paths, found);
  }
  for (const Patch& patch : read->patches) add_files({patch.path}, found);
  for (const Patch& patch : read->json_patches) add_files({patch.path}, found);
  for (const Replacement& replacement : read->replacements) add_files({replacement.path}, found);
  add_generators(read->config_maps, found);
  add_generators(read->secrets, found);
  for (const auto* paths : {&read->resources, &read->components, &read->generators,
                            &read->transformers, &read->validators}) {
    for (const std::string& path : *paths) {
      if (is_remote_file(path) || parse_remote(path)) {
        // Lines of an inline object are no location.
        if (path.find('\n') == path.npos) found.insert(path);
        continue;
      }
      auto opened = loader->open(path);
      if (opened) {
        TRY(find_remote_locations(build, *opened, found));
      } else if (opened.error().code() == Code::too_large) {
        return fail(std::move(opened).error());
      }
    }
  }
  return {};
}

}  // namespace rumbo::render::kustomize
