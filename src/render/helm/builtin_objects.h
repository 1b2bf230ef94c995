// The objects that templates find beside `.Values` and `.Files`: `.Chart`, `.Capabilities`,
// `.Release`.
//
// Threads: pure functions; the objects belong to one thread at a time.
#pragma once

#include <string>

#include "render/helm/capabilities.h"
#include "render/helm/metadata.h"
#include "script/any.h"

namespace rumbo::render::helm {

struct ReleaseFacts {
  std::string name = "release-name";
  std::string ns = "default";
  bool is_upgrade = false;
};

/// Helm 4 makes a map of it, Helm 3 gives the struct.
script::Any chart_object(const Metadata& metadata, bool is_root, Profile profile);
/// Chart.yaml as Go's encoding/json prints what was read of it: empty fields are left out.
Value metadata_json(const Metadata& metadata);
script::Any capabilities_object(const Capabilities& capabilities, Profile profile);
script::Any release_object(const ReleaseFacts& release);

}  // namespace rumbo::render::helm
