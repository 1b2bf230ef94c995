// Strays: pods that carry this installation's label and that its record does not know. With a whole
// record there are none, since a pod is recorded before it is made and forgotten after it is gone.
// They tell that the state directory is older than the host (a restored backup), was lost, or that
// a copy of it works here too: then nothing may be done before a person decides.
//
// Threads: any.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/result.h"
#include "target/podman/client.h"
#include "target/podman/record.h"

namespace rumbo::target::podman {

struct StrayContainer {
  std::string name;   ///< in the template
  std::string image;  ///< as Podman names it
  std::vector<std::string> volumes;
};

/// One pod, from its labels.
struct Stray {
  std::string pod;
  Owner owner;
  ObjectKey workload;
  std::string revision;
  std::string infra;                          ///< id of the container that holds the network
  std::map<std::string, std::string> labels;  ///< of the template
  std::vector<StrayContainer> containers;
};

/// Pods of the installation that are not in the record, in order of their names.
Result<std::vector<Stray>> find_strays(const Client& client, const InstallationId& install,
                                       const Record& record, const Cancel& cancel);

/// What is said while there are strays.
Error ahead_error(const std::vector<Stray>& strays);

/// Takes strays into the record as the current pods of their workloads, as far as labels and Podman
/// tell: a workload that the record knew otherwise is replaced by what runs. Networks, addresses
/// and volumes in use are recorded too. Services leave no trace in containers: the next sync
/// declares them again. Returns what was taken in.
Result<std::vector<Owned>> take_in(const Client& client, const InstallationId& install,
                                   const std::vector<Stray>& strays, Record& record, WallTime now,
                                   const Cancel& cancel);

}  // namespace rumbo::target::podman
