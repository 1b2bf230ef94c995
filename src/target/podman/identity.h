// Identity: what the pods of a StatefulSet keep over their generations: their names and claims.
//
// Threads: pure.
#pragma once

#include <string>
#include <vector>

#include "base/value.h"
#include "model/object.h"

namespace rumbo::target::podman {

/// The pod's name as Kubernetes would give it: "db-0" in a StatefulSet, the object's own for a bare
/// Pod; else `pod`, the name at Podman. It is the host name and what metadata.name says in the pod.
std::string identity_of(const ObjectKey& workload, const std::string& pod, int ordinal);

/// The template of this pod: with the volumes that a StatefulSet's claim templates give it.
Value pod_template_of(const Value& workload, int ordinal);

/// Names of all claims that a StatefulSet's templates make: "data-db-0". They stay when it goes.
std::vector<std::string> template_claims(const Value& workload);

/// True if each pod waits until the one before is ready.
bool starts_in_order(const Value& workload);

}  // namespace rumbo::target::podman
