// StoredRelease: what Helm 3 and 4 keep of a release in a Secret (or ConfigMap) of the cluster.
//
// Threads: pure functions.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "base/value.h"
#include "model/object.h"

namespace rumbo::render::helm {

struct StoredRelease {
  std::string name, ns, status;
  std::int64_t revision = 0;
  std::string chart, chart_version, app_version;
  Value values;          ///< what the user set
  std::string manifest;  ///< all objects but hooks, as YAML
};

/// Reads the object that Helm wrote: kind Secret or ConfigMap, type helm.sh/release.v1.
Result<StoredRelease> read_stored_release(const Value& object);

/// An Application (YAML) that takes it over: the same release name, values, and objects.
/// `repo`: where the chart comes from; empty: a place to fill in.
std::string application_of(const StoredRelease& release, const std::string& repo,
                           const std::string& environment);

}  // namespace rumbo::render::helm
