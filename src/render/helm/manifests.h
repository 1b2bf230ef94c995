// Manifests: rendered text cut into documents, told apart as objects and hooks, and sorted.
//
// Threads: pure functions.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "render/helm/warnings.h"

namespace rumbo::render::helm {

struct RenderedDocument {
  std::string path;  ///< "chart/templates/a.yaml"
  std::string text;
  std::string kind;
  std::string name;
  std::map<std::string, std::string> annotations;
};

struct SortedManifests {
  std::vector<RenderedDocument> objects, hooks;
};

/// The documents of a rendered file, with the white space that the profile's Helm leaves on them.
std::vector<std::string_view> split_manifests(std::string_view text, Profile profile);

/// All documents of all files (by path) in Helm's order for installing. Fails with "YAML parse
/// error on …" where a document cannot be read. Hooks of unknown events are left out.
Result<SortedManifests> sort_manifests(const std::map<std::string, std::string>& files,
                                       Warnings& warnings);

/// True for hooks that `helm test` runs.
bool is_test_hook(const RenderedDocument& hook);

}  // namespace rumbo::render::helm
