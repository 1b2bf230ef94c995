// Origin: the annotations that tell which file and which kustomization made an object.
//
// Threads: as any value.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "render/kustomize/resource.h"

namespace rumbo::render::kustomize {

inline constexpr std::string_view kOriginAnnotation = "config.kubernetes.io/origin";
inline constexpr std::string_view kTransformationsAnnotation =
    "alpha.config.kubernetes.io/transformations";

struct Origin {
  std::string path, repo, ref, configured_in;
  std::string api_version, kind, name, ns;  ///< of the generator or transformer

  /// One level further: a directory, a file, or a remote repository.
  Origin append(std::string_view path) const;
  /// As YAML; fields without a value are left out.
  std::string to_yaml() const;
};

/// Sets the annotation where there is none.
Result<> add_origin(Build& build, ResMap& map, const Origin& origin);
/// Adds to the list of transformations; an object without origin gets this one.
Result<> add_transformation(Build& build, ResMap& map, const Origin& origin);

/// Joins and cleans as Go's path.Join: "a/b" + "../c" is "a/c".
std::string join_path(std::string_view base, std::string_view path);

}  // namespace rumbo::render::kustomize
