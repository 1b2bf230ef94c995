// Pods: makes, starts, stops and removes the Podman pods of recorded replicas. Every call may be
// repeated; what is there already is left alone.
//
// Threads: any; two calls for one pod are kept apart by Busy, which callers hold.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "io/env.h"
#include "target/podman/client.h"
#include "target/podman/record.h"
#include "target/podman/shape.h"
#include "target/podman/sight.h"

namespace rumbo::target::podman {

/// Where pods keep files, and what they are named after.
struct PodPlaces {
  std::string disk;    ///< a folder per pod below it
  std::string memory;  ///< the same in memory, for Secrets
  InstallationId install;
  bool cgroup_limits = true;
};

/// "rumbo-<install>-<namespace>-": a claim's named volume is this and its name.
std::string volume_prefix(const InstallationId& install, const std::string& ns);

class Pods {
 public:
  Pods(const io::Env& env, const Client& client, PodPlaces places);

  /// Creates the pod and all its containers; nothing is started. A half made pod is made anew.
  Result<> create(const Record& record, const Replica& replica, const Cancel& cancel) const;
  /// Starts what may start now: init containers one after another, sidecars in their order, each of
  /// the next once `ready(sidecar)`; then all others that never ran or, with `again`, that stopped.
  /// True if it started something.
  using SidecarTest = std::function<bool(const std::string& container)>;
  Result<bool> advance(const Record& record, const Replica& replica, const PodShape& shape,
                       const PodSight& sight, bool again, const SidecarTest& ready,
                       const Cancel& cancel) const;
  /// SIGTERM, and SIGKILL after `grace`: its sidecars after the others, in reverse order.
  Result<> stop(const std::string& pod, const PodShape& shape, Duration grace,
                const Cancel& cancel) const;
  /// Removes the pod and its files; success if there is none.
  Result<> remove(const std::string& pod, const Cancel& cancel) const;
  /// Which volume of the pod holds more than its limit, in words; nullopt if none does.
  std::optional<std::string> overfull(const std::string& pod, const PodShape& shape) const;
  /// True if every container of the shape exists.
  static bool complete(const PodShape& shape, const PodSight& sight);
  /// Removes the files of pods that are not in the record.
  Result<> sweep_files(const Record& record) const;

 private:
  Result<PodPlan> plan(const Record& record, const Replica& replica) const;
  Result<> write_files(const PodPlan& plan) const;
  Result<bool> has_run(const std::string& pod, const std::string& container,
                       const Cancel& cancel) const;
  Result<> give_volume(const std::string& volume, std::uint32_t group, const Cancel& cancel) const;
  Result<> claims_are_there(const Record& record, const PodPlan& plan, const Replica& replica,
                            const Cancel& cancel) const;
  Result<std::string> create_container(const ContainerPlan& container, const Cancel& cancel) const;

  io::Env env_;
  const Client& client_;
  PodPlaces places_;
};

}  // namespace rumbo::target::podman
