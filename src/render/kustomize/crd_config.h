// Field specs from OpenAPI definitions of custom resources, as `crds` lists them.
//
// Threads: pure functions.
#pragma once

#include "base/result.h"
#include "render/kustomize/field_spec.h"
#include "render/kustomize/loader.h"

namespace rumbo::render::kustomize {

/// nullptr without any files.
Result<ConfigPtr> load_crds(Arena& arena, const Loader& loader,
                            const std::vector<std::string>& paths);

}  // namespace rumbo::render::kustomize
