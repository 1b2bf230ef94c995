// Options of a build, as the command line of `kustomize build` and an application's `kustomize:`
// section have them.
//
// Threads: as any value.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/value.h"

namespace rumbo::script {
class Host;
}

namespace rumbo::render::kustomize {

/// What charts of `helmCharts` are told; without `enabled` and a host there are none.
struct HelmBuild {
  bool enabled = false;
  std::string kube_version;
  std::vector<std::string> api_versions;
  script::Host* host = nullptr;  ///< outlives the build
};

struct Options {
  bool files_from_anywhere = false;  ///< LoadRestrictionsNone: files above their kustomization
  std::optional<bool> legacy_order;  ///< --reorder; unset: legacy
  bool managed_by_label = false;
  bool traces = false;  ///< keep what made each field, for the objects' locators
  /// A root without a kustomization is one of all manifests below it, as with Flux.
  bool generates_missing = false;
  bool ignore_missing_components = false;  ///< of the overrides
  /// Where the tree's root lies, for messages: the command line names whole paths, as Kustomize
  /// does.
  std::string root;
  HelmBuild helm;
  Value overrides;  ///< fields laid over the root kustomization
  /// Variables of the process, for lines of env files without `=`.
  std::function<std::string(const std::string&)> environment;
};

/// Reads an application's `kustomize:` section; unknown fields are errors.
Result<Options> read_options(const Value& section);

}  // namespace rumbo::render::kustomize
