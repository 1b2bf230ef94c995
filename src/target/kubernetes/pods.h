// The pods behind a workload, found by owner references, and what is wrong with them in words.
//
// Threads: any; the client and the discovery are.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "target/kubernetes/api_client.h"
#include "target/kubernetes/discovery.h"

namespace rumbo::target::kubernetes {

/// Pods of a Pod, Deployment, ReplicaSet, StatefulSet, DaemonSet, Job or CronJob (as live), by
/// name; of a workload that rolls out only those of its newest revision. Empty for other kinds.
ApiResult<std::vector<Value>> pods_of(ApiClient& client, Discovery& discovery, const Value& object,
                                      const Cancel& cancel);

/// Pods that this object owns itself, of whatever revision; not those of a Deployment's
/// ReplicaSets.
ApiResult<std::vector<Value>> owned_pods(ApiClient& client, const Value& object,
                                         const Cancel& cancel);

/// True if this is a workload that is not all there yet, or something else that waits and of which
/// only events tell why: worth a look at its pods and events.
bool pods_matter(const Value& object);

struct PodReport {
  std::string failing;             ///< as Observation::failing
  std::string waiting;             ///< as Observation::waiting
  std::vector<std::string> lines;  ///< evidence, oldest first
};
/// Looks at the pods of a workload: what their containers wait for, their events, and the last
/// lines of one that failed. What cannot be read is left out.
PodReport look_at_pods(ApiClient& client, Discovery& discovery, const Value& object,
                       const Cancel& cancel);

/// What is wrong with one pod: `words` is empty if nothing is.
struct PodTrouble {
  std::string words;       ///< "container web: ImagePullBackOff: …"
  std::string container;   ///< whose log tells more; empty without one
  bool lasting = false;    ///< it will not get over it by itself
  bool restarted = false;  ///< the log that tells it is the last run's
};
PodTrouble trouble_of(const Value& pod);

}  // namespace rumbo::target::kubernetes
