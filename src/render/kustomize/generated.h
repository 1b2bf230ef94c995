// The kustomization of a directory that has none, as Flux makes it: all manifests below it.
//
// Threads: pure functions.
#pragma once

#include <string>

#include "base/result.h"
#include "model/source.h"

namespace rumbo::render::kustomize {

/// Its text. Every *.yaml, *.yml and *.json is a resource, sorted by path, except what
/// `.rumboignore` in the directory names and `rumbo.yaml`; a directory with a kustomization of its
/// own is one resource.
Result<std::string> generate_kustomization(const Snapshot& tree, const std::string& directory);

}  // namespace rumbo::render::kustomize
