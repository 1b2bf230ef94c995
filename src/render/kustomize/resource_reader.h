// Reads resources from YAML text: checks that they have a kind and a name, and takes lists apart.
//
// Threads: pure functions over a build.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "render/kustomize/resource.h"

namespace rumbo::render::kustomize {

/// The objects of a text, in Kustomize's order. `file` is for messages and provenance.
Result<std::vector<Resource*>> read_resources(Build& build, std::string_view text,
                                              std::string_view file);

/// True if the error says that the text is no YAML, rather than that an object is incomplete.
bool is_malformed(const Error& error);

}  // namespace rumbo::render::kustomize
