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

/// True for the only kind whose pods can be stuck like this.
bool keeps_order(const ObjectKey& key);

/// The pods of `set`, a StatefulSet as live, that keep it from its template: of another revision
/// than `status.updateRevision`, not ready and not being deleted. After an undo, where `before` is
/// what was there before the template that was taken back, these are the pods of that template;
/// after an update, where `before` is null, those that will not get over their trouble by
/// themselves. Empty unless the set's pods start in order and roll out by themselves. Pure.
std::vector<Value> pods_in_the_way(const Value& set, const std::vector<Value>& pods,
                                   const Value& before);

/// Waits until the controller has seen what was written to this set, for 10 s at most, and deletes
/// the pods in its way. Returns their names.
Result<std::vector<std::string>> remove_stuck_pods(ApiClient& client, const Resource& resource,
                                                   const Value& written, const Value& before,
                                                   Clock& clock,
                                                   const std::function<void(Duration)>& sleep,
                                                   const Cancel& cancel);

}  // namespace rumbo::target::kubernetes
