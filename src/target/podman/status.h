// Status: an object as a Kubernetes API would show it, from the record and the pods' state. Pure.
//
// Threads: pure functions.
#pragma once

#include <string>
#include <vector>

#include "target/podman/live.h"
#include "target/podman/record.h"
#include "target/podman/routes.h"

namespace rumbo::target::podman {

/// One pod of a workload: what it is called and how it is.
struct PodSeen {
  std::string name;
  PodStatus status;
};

struct StatusInput {
  const Record& record;
  const Thing& thing;
  bool staged = false;  ///< its own progress deadline runs
  bool serving = true;  ///< the nftables table is in the kernel
  WallTime now;
  std::vector<PodSeen> pods;
  ReadyTest ready;
};

/// The object with metadata.uid, resourceVersion, generation and status.
Value with_status(const StatusInput& input);

/// Of these pods the one whose container's last words tell most; empty names if all is well.
struct Culprit {
  std::string pod, container;
};
Culprit culprit_of(const std::vector<PodSeen>& pods);

}  // namespace rumbo::target::podman
