// Built-in plugins configured by objects of their own, as `generators` and `transformers` list
// them.
//
// Threads: pure functions over a build.
#pragma once

#include <functional>

#include "base/result.h"
#include "render/kustomize/loader.h"
#include "render/kustomize/resource.h"
#include "render/kustomize/transformer.h"

namespace rumbo::render::kustomize {

using Generator = std::function<Result<>(Build&, ResMap& made)>;

/// Code::unsupported for what would run a program.
Result<Generator> load_generator(Build& build, std::shared_ptr<const Loader> loader,
                                 const Resource& configuration);
Result<Transformer> load_transformer(Build& build, const Loader& loader,
                                     const Resource& configuration);

}  // namespace rumbo::render::kustomize
