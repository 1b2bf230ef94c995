// HelmSection: an application's `helm:` section, read and checked.
//
// Threads: as any value.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "base/value.h"
#include "model/object.h"
#include "model/source.h"
#include "render/helm/release.h"

namespace rumbo::render::helm {

enum class CrdPolicy {
  create_replace,  ///< ordinary objects
  create,          ///< what is there already stays as it is
  skip,
};

/// Values out of an object of the namespace.
struct ValuesReference {
  ObjectKey object;  ///< a ConfigMap or a Secret
  std::string key = "values.yaml";
  bool optional = false;
};

/// How to reach a repository that dependencies come from.
struct RepositoryAccess {
  std::string repo;
  std::string credentials_file, ca_file;
  bool plain_http = false;
};

struct HelmSection {
  ReleaseOptions release;
  CrdPolicy crds = CrdPolicy::create_replace;
  bool renew_certificates = false;
  bool lookup = false;
  std::vector<ValuesReference> values_from;
  std::vector<RepositoryAccess> repositories;
};

/// Unknown fields and wrong types are errors that name them. `ns` is the release's namespace.
Result<HelmSection> read_helm_section(const Value& section, const std::string& ns);

}  // namespace rumbo::render::helm
