// Which remote locations a kustomization names: what must be fetched before it can be built.
//
// Threads: pure functions.
#pragma once

#include <string_view>

#include "base/result.h"
#include "model/renderer.h"
#include "render/kustomize/options.h"

namespace rumbo::render::kustomize {

/// The remote bases, components and files, and the charts of repositories, that the kustomization
/// in a directory, those it includes, and the options' overrides name, and that are not among the
/// inputs yet; sorted. Remote bases among the inputs are looked into. Charts only if the options
/// enable them. What cannot be read is passed over: building it will say why. Code::too_large
/// beyond the bounds of a build.
Result<InputsNeeded> remote_locations(const Snapshot& tree, std::string_view directory,
                                      const RenderInputs& inputs, Options options);

}  // namespace rumbo::render::kustomize
