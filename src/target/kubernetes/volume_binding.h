// Whether a claim waits for the first pod that uses it: its StorageClass says so, the claim does
// not, and health must know.
//
// Threads: any.
#pragma once

#include "target/kubernetes/discovery.h"

namespace rumbo::target::kubernetes {

/// True for a PersistentVolumeClaim that may wait for ever: pending, of a class that binds with the
/// first consumer, and no pod that uses it was scheduled yet.
bool may_wait_for_consumer(const Value& claim);

/// The claim with status.rumbo.waitsForConsumer set if its class says so; else, and where the class
/// cannot be read, as it is.
Value with_binding(Value claim, ApiClient& client, Discovery& discovery, const Cancel& cancel);

}  // namespace rumbo::target::kubernetes
