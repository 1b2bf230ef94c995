// Sight: what Podman shows of this installation's containers, in one call.
//
// Threads: plain values; look() may be called from any thread.
#pragma once

#include <map>
#include <string>

#include "base/cancel.h"
#include "base/result.h"
#include "base/time.h"
#include "model/ids.h"
#include "target/podman/client.h"

namespace rumbo::target::podman {

// Labels by which pods, containers, networks and volumes are known to be ours.
constexpr const char* kInstallLabel = "rumbo.dev/install";
constexpr const char* kApplicationLabel = "rumbo.dev/application";
constexpr const char* kEnvironmentLabel = "rumbo.dev/environment";
constexpr const char* kTxnLabel = "rumbo.dev/txn";
constexpr const char* kWorkloadLabel = "rumbo.dev/workload";  ///< the key as JSON
constexpr const char* kRevisionLabel = "rumbo.dev/revision";

enum class RunState { created, running, exited };

struct ContainerSight {
  std::string id;
  RunState state = RunState::created;
  int exit_code = 0;
  int pid = 0;
  WallTime started, finished;
  friend bool operator==(const ContainerSight&, const ContainerSight&) = default;
};

struct PodSight {
  std::string id;
  bool network_up = false;                           ///< its infra container runs
  std::map<std::string, ContainerSight> containers;  ///< by the name in the template
  friend bool operator==(const PodSight&, const PodSight&) = default;
};

/// By pod name.
using Sight = std::map<std::string, PodSight>;

/// Everything of this installation or, if `revision` is not empty, the pods of that revision alone.
Result<Sight> look(const Client& client, const InstallationId& install, const Cancel& cancel,
                   const std::string& revision = "");

/// Podman's name of a pod's container.
std::string container_name(const std::string& pod, const std::string& container);

}  // namespace rumbo::target::podman
