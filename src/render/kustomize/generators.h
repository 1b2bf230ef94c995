// Generators: ConfigMaps and Secrets from literals, files and env files, and the hash of their
// content that becomes part of their names.
//
// Threads: pure functions over a build.
#pragma once

#include <string>

#include "base/result.h"
#include "render/kustomize/kustomization.h"
#include "render/kustomize/loader.h"
#include "render/kustomize/resource.h"

namespace rumbo::render::kustomize {

Result<Resource*> generate_config_map(Build& build, const Loader& loader,
                                      const GeneratorArgs& args);
Result<Resource*> generate_secret(Build& build, const Loader& loader, const GeneratorArgs& args);

/// Fills what an entry leaves out from the kustomization's generatorOptions.
GeneratorArgs with_options(GeneratorArgs args, const std::optional<GeneratorOptions>& global);

/// The ten characters that Kustomize puts behind a generated name.
Result<std::string> content_hash(const Node& object);

}  // namespace rumbo::render::kustomize
