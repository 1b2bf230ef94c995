// Stuck pods: a StatefulSet that starts its pods in order waits for ever for one of an older
// template that never gets ready, even after its template was put right. Kubernetes leaves it to
// people to delete that pod ("Forced rollback" in its documentation of StatefulSets); whoever
// writes the template does it here.
//
// Threads: any.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "target/kubernetes/api_client.h"

namespace rumbo::target::kubernetes {

/// Which pods count: in an undo those that are not ready, as their template was just taken back;
/// otherwise only those that will not get over their trouble by themselves.
enum class Stuck { not_ready, for_good };

/// The pods of `set`, a StatefulSet as live, that keep it from its template: of another revision
/// than `status.updateRevision`, stuck, and not being deleted. Empty unless its pods start in order
/// and roll out by themselves. Pure.
std::vector<Value> pods_in_the_way(const Value& set, const std::vector<Value>& pods, Stuck which);

/// Waits until the controller has seen what was written to this set, for 10 s at most, and deletes
/// the pods in its way. Returns their names. What is no StatefulSet is left alone.
Result<std::vector<std::string>> remove_stuck_pods(ApiClient& client, const Resource& resource,
                                                   const Value& written, Stuck which, Clock& clock,
                                                   const std::function<void(Duration)>& sleep,
                                                   const Cancel& cancel);

}  // namespace rumbo::target::kubernetes
