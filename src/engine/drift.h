// Drift: where live differs from what was committed, on fields Rumbo owns. Pure.
#pragma once

#include <string>
#include <vector>

#include "model/config.h"
#include "model/object.h"
#include "model/target.h"

namespace rumbo::engine {

struct DriftItem {
  enum class Kind {
    missing,    ///< the object is gone, or a part of it that its target does not bring back
    changed,    ///< fields differ
    unhealthy,  ///< as declared, but a workload lost pods and needs its target's help
  };
  ObjectKey key;
  Kind kind = Kind::changed;
  std::vector<std::string> fields;  ///< dotted paths; values of Secrets are never named
  std::string reason;  ///< "changed by kubectl-edit at …", "was deleted"; may be empty
};
std::string_view to_string(DriftItem::Kind kind);

/// `target` is the one they live on. Left out are hooks and Jobs, which run and are not kept,
/// objects whose annotations disable reconciling, and what `ignore` ignores.
std::vector<DriftItem> find_drift(const std::vector<Object>& committed,
                                  const std::vector<Observation>& live, const Capabilities& target,
                                  const std::vector<IgnoreRule>& ignore = {});

}  // namespace rumbo::engine
