// Capabilities: what a chart is told about the cluster and about Helm.
//
// Threads: as any value.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "render/helm/profile.h"

namespace rumbo::render::helm {

struct KubeVersion {
  std::string version;     ///< "v1.29.3-gke.100"; Helm 3 drops what stands behind the numbers
  std::string normalized;  ///< "v1.29.3"
  std::string major_number, minor_number;

  /// Reads what `--kube-version` takes; "1.29" and "v1.29.3+k3s1" are fine.
  static Result<KubeVersion> parse(std::string_view text, Profile profile);
};

struct Capabilities {
  KubeVersion kube_version;
  std::vector<std::string> api_versions;
  std::string helm_version;
  std::string go_version = "go1.26.8";
  std::string kube_client_version;

  /// What Helm assumes without a cluster.
  static Capabilities defaults(Profile profile);
};

}  // namespace rumbo::render::helm
