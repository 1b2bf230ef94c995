// What an object's kind and annotations mean for a transaction: its wave,
// whether two generations of it may run side by side, what cannot be undone. Pure.
//
// Annotations of Argo CD and Flux are understood as aliases of rumbo.dev/ ones.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/value.h"
#include "model/object.h"

namespace rumbo::engine {

/// rumbo.dev/wave, argocd.argoproj.io/sync-wave or helm.sh/hook-weight; 0 without one; an error if
/// it is no integer.
Result<int> wave_of(const Value& object);

/// Rank within a wave, lowest first: namespaces, then what others refer to, then workloads, then
/// what sends traffic to them (the order of Argo CD and Helm's install order).
int kind_rank(const ObjectKey& key);

/// Runs pods: Deployment, StatefulSet, DaemonSet, ReplicaSet, Job, CronJob, Pod.
bool is_workload(const ObjectKey& key);

/// Created before everything else because dry-runs need it: Namespace, CustomResourceDefinition.
bool is_scaffold(const ObjectKey& key);

/// Deleting or recreating it destroys what no undo brings back: PersistentVolumeClaim, Namespace,
/// CRD.
bool is_destructive_to_delete(const ObjectKey& key);

/// Why two generations of this workload must not run at the same time, or empty if they may
/// (transaction.md: StatefulSet, Recreate, hostPort, a writable claim that is not ReadWriteMany, a
/// writable hostPath; `rumbo.dev/overlap: allow` permits the volumes, never a StatefulSet).
/// `claims` are the claims of the same manifest, to look their access modes up.
std::string cannot_overlap(const Value& object, const std::vector<Object>& claims);

/// The volume claims that pods of this workload mount so that they can write.
std::vector<std::string> written_claims(const Value& workload);

/// True if several pods may write the claim at once, by its access modes.
bool is_shared_claim(const Value& claim);

/// The ConfigMaps and Secrets a workload's pods read (env, envFrom, volumes, projected volumes).
std::vector<ObjectKey> config_references(const Value& workload);

/// The pod template of a workload (or the pod itself), null for other kinds.
const Value& pod_spec(const Value& workload);

/// True if every field of `want` has the same value in `live` (which may have more, as defaulting
/// makes them); lists must be equal in length.
bool covers(const Value& live, const Value& want);

}  // namespace rumbo::engine
