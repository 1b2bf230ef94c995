// Which remote locations a kustomization names: what must be fetched before it can be built.
//
// Threads: pure functions over a build.
#pragma once

#include <set>
#include <string>

#include "base/result.h"
#include "render/kustomize/loader.h"

namespace rumbo::render::kustomize {

/// Remote bases, components and files of this kustomization and of those it includes. What cannot
/// be read is passed over: building it will say why.
Result<> find_remote_locations(Build& build, const std::shared_ptr<const Loader>& loader,
                               std::set<std::string>& found);

}  // namespace rumbo::render::kustomize
