// LiveView: what the targets show of what is committed: health, drift, objects.
//
// Threads: any; the Core outlives it.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "base/guarded.h"
#include "control/core.h"
#include "engine/drift.h"
#include "model/health.h"

namespace rumbo::control {

/// One scope as it is now.
struct ScopeLive {
  std::shared_ptr<const Manifest> manifest;  ///< null if nothing is committed
  std::vector<Observation> observations;     ///< of the manifest's objects but hooks, in its order
  std::vector<engine::DriftItem> drift;
  Health health;               ///< the worst of all objects; Missing if nothing is committed
  std::optional<Error> error;  ///< why the target could not be read
};

class LiveView {
 public:
  explicit LiveView(Core& core) : core_(core) {}

  ScopeLive look(const Scope& scope, Consistency consistency, const Cancel& cancel);
  /// The committed manifest, read from the journal once for each commit; null without one.
  Result<std::shared_ptr<const Manifest>> committed(const Scope& scope);
  /// Which scope committed an object; nullopt if none did.
  std::optional<Scope> owner(const TargetId& target, const ObjectKey& key);

 private:
  struct Cached {
    BlobRef ref;
    std::shared_ptr<const Manifest> manifest;
  };
  Core& core_;
  Guarded<std::map<Scope, Cached>> cache_;
};

}  // namespace rumbo::control
