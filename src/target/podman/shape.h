// Shape: what the agent must know of a workload's pods to keep them: containers, probes, restart
// rule, grace. Derived from the object alone, so that it is there after any restart. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "base/value.h"
#include "target/podman/pod_spec.h"
#include "target/podman/probe_spec.h"

namespace rumbo::target::podman {

struct ContainerShape {
  std::string name;
  bool init = false;     ///< runs to its end before those behind it
  bool sidecar = false;  ///< runs on; those behind it wait until it has started
  Probes probes;
  std::optional<PreStop> pre_stop, post_start;
};

/// An emptyDir with a sizeLimit whose medium is the disk.
struct LimitedVolume {
  std::string name;
  std::uint64_t bytes = 0;
};

struct PodShape {
  std::vector<ContainerShape> containers;  ///< init containers first, in their order
  RestartPolicy restart = RestartPolicy::always;
  Duration grace = 30s;
  Duration min_ready{0};   ///< spec.minReadySeconds
  int most_restarts = -1;  ///< a Job's backoffLimit; -1: no limit
  std::vector<LimitedVolume> limited;
  bool keeps_data = false;  ///< on a claim or a path of the host: never killed without a warning
};

/// The shape of a workload's pods; errors name the field.
Result<PodShape> shape_of(const Value& workload);

/// How many pods the workload wants: spec.replicas, 1 without one, for a DaemonSet and a bare Pod.
int wanted_replicas(const Value& workload);

}  // namespace rumbo::target::podman
