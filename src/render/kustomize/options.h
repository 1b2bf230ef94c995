// Options of a build, as the command line of `kustomize build` and an application's `kustomize:`
// section have them.
//
// Threads: as any value.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/value.h"

namespace rumbo::render::kustomize {

struct Options {
  bool files_from_anywhere = false;  ///< LoadRestrictionsNone: files above their kustomization
  std::optional<bool> legacy_order;  ///< --reorder; unset: legacy
  bool managed_by_label = false;
  Value overrides;  ///< fields laid over the root kustomization
  /// Variables of the process, for lines of env files without `=`.
  std::function<std::string(const std::string&)> environment;
};

/// Reads an application's `kustomize:` section; unknown fields are errors.
Result<Options> read_options(const Value& section);

}  // namespace rumbo::render::kustomize
