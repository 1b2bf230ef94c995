// Which remote locations a kustomization names: what must be fetched before it can be built.
//
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/value.h"
#include "model/renderer.h"

namespace rumbo::render::kustomize {

/// The remote bases, components and files that the kustomization in a directory, those it includes,
/// and the application's overrides name, and that are not among the inputs yet; sorted. Remote
/// bases among the inputs are looked into. What cannot be read is passed over: building it will say
/// why. Code::too_large beyond the bounds of a build.
Result<std::vector<std::string>> remote_locations(const Snapshot& tree, std::string_view directory,
                                                  const RenderInputs& inputs,
                                                  const Value& overrides);

}  // namespace rumbo::render::kustomize
