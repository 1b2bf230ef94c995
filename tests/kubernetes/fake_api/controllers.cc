#include "controllers.h"

#include <algorithm>

#include "base/strings.h"

namespace rumbo::fake_api {
namespace {

Value condition(const char* type, bool holds, const std::string& reason, const std::string& message,
                const std::string& at) {
  return Value::object({{"type", type},
                        {"status", holds ? "True" : "False"},
                        {"reason", reason},
                        {"message", message},
                        {"lastTransitionTime", at},
                        {"lastUpdateTime", at}});
}

std::string hash_of(const Value& work) {
  std::uint64_t hash = 1469598103934665603ULL;
  const std::function<void(const Value&)> mix = [&](const Value& value) {
    const std::string text = value.str() + std::to_string(value.as_int());
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
    for (const Value& item : value.items()) mix(item);
    for (const Member& member : value.members()) {
      for (const char c : member.key())
        hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
      mix(member.value);
    }
  };
  mix(work);
  std::string out;
  for (int i = 0; i < 10; ++i, hash /= 26) out += static_cast<char>('a' + hash % 26);
  return out;
}

}  // namespace

Behaviour Controllers::behaviour(const Value& object) const {
  if (script) return script(object);
  Behaviour how;
  for (const Value& container : object["spec"]["template"]["spec"]["containers"].items()) {
    if (container["image"].str().find("broken") != std::string::npos) how.fails = true;
  }
  return how;
}

std::string Controllers::stamp(MonoTime at) const {
  const Duration ago = cluster_.clock().mono() - at;
  return to_rfc3339({cluster_.clock().wall().since_epoch - ago}).substr(0, 19) + "Z";
}

Value Controllers::workload_status(const Kind& kind, const Value& object, const Seen& seen,
                                   const Behaviour& how) const {
  const Value& spec = object["spec"];
  const std::int64_t replicas = kind.kind == "DaemonSet" ? 1 : spec["replicas"].as_int(1);
  const Duration age = cluster_.clock().mono() - seen.changed;
  bool ready = !how.fails && age >= how.ready_after;
  const bool broke = how.breaks_after > Duration(0) && age >= how.ready_after + how.breaks_after;
  if (broke) ready = false;
  const std::int64_t up = ready ? replicas : 0;
  Value status = Value::object({{"observedGeneration", seen.generation}});
  const std::string hash = hash_of(seen.work);
  if (kind.kind == "DaemonSet") {
    return status.with("desiredNumberScheduled", 1)
        .with("currentNumberScheduled", 1)
        .with("numberMisscheduled", 0)
        .with("updatedNumberScheduled", 1)
        .with("numberReady", up)
        .with("numberAvailable", up);
  }
  status = status.with("replicas", replicas).with("updatedReplicas", replicas);
  if (kind.kind == "StatefulSet") {
    return status.with("readyReplicas", up)
        .with("availableReplicas", up)
        .with("currentReplicas", ready ? replicas : 0)
        .with("currentRevision", object["metadata"]["name"].str() + "-" + (ready ? hash : "old"))
        .with("updateRevision", object["metadata"]["name"].str() + "-" + hash);
  }
  status = status.with("readyReplicas", up).with("availableReplicas", up);
  if (!ready) status = status.with("unavailableReplicas", replicas);
  const auto deadline = std::chrono::seconds(spec["progressDeadlineSeconds"].as_int(600));
  const bool late = !ready && !broke && age >= deadline;
  const std::string since = stamp(seen.changed);
  const std::string then = ready ? stamp(seen.changed + how.ready_after) : since;
  const Value available =
      condition("Available", ready || replicas == 0,
                ready ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
                ready ? "Deployment has minimum availability."
                      : "Deployment does not have minimum availability.",
                then);
  const std::string set = "ReplicaSet \"" + object["metadata"]["name"].str() + "-" + hash + "\"";
  const Value progressing =
      late ? condition("Progressing", false, "ProgressDeadlineExceeded",
                       set + " has timed out progressing.", stamp(seen.changed + deadline))
           : condition("Progressing", true,
                       ready || broke ? "NewReplicaSetAvailable" : "ReplicaSetUpdated",
                       set + (ready ? " has successfully progressed." : " is progressing."), then);
  return status.with("conditions", Value::array({available, progressing}));
}

Value Controllers::job_status(const Value& object, const Seen& seen, const Behaviour& how) const {
  const Duration age = cluster_.clock().mono() - seen.changed;
  Value status = Value::object({{"startTime", stamp(seen.changed)}});
  if (object["spec"]["suspend"].as_bool()) {
    return Value::object(
        {{"conditions", Value::array({condition("Suspended", true, "JobSuspended", "Job suspended",
                                                stamp(seen.changed))})}});
  }
  if (age < how.ready_after) return status.with("active", 1).with("ready", 1);
  const std::string at = stamp(seen.changed + how.ready_after);
  if (how.fails) {
    return status.with("failed", 1)
        .with("conditions",
              Value::array({condition("Failed", true, "BackoffLimitExceeded",
                                      "Job has reached the specified backoff limit", at)}));
  }
  return status.with("succeeded", 1)
      .with("completionTime", at)
      .with("conditions",
            Value::array({condition("Complete", true, "CompletionsReached",
                                    "Reached expected number of succeeded pods", at)}));
}

bool Controllers::tend(const Kind& kind, const Name& name, const Value& object) {
  if (object["metadata"].contains("deletionTimestamp")) return false;
  const Behaviour how = behaviour(object);
  Seen& seen = seen_[object["metadata"]["uid"].str()];
  const std::int64_t generation = object["metadata"]["generation"].as_int();
  const MonoTime now = cluster_.clock().mono();
  if (seen.generation != generation) {
    if (seen.noticed != generation) {
      seen.noticed = generation;
      seen.noticed_at = now;
    }
    if (now - seen.noticed_at < how.observed_after) return false;
    seen.generation = generation;
    const Value work = kind.kind == "Job"
                           ? object["spec"]["suspend"]
                           : Value::object({{"template", object["spec"]["template"]},
                                            {"replicas", object["spec"]["replicas"]}});
    if (work != seen.work) seen.changed = now;
    seen.work = work;
  }
  const Value status =
      kind.kind == "Job" ? job_status(object, seen, how) : workload_status(kind, object, seen, how);
  if (status == object["status"]) return false;
  return cluster_.set_status(kind, name, status, "kube-controller-manager").has_value();
}

bool Controllers::tend_claim(const Kind& kind, const Name& name, const Value& object) {
  if (object["status"]["phase"].as_string() == "Bound") return false;
  return cluster_
      .set_status(kind, name,
                  Value::object({{"phase", "Bound"},
                                 {"accessModes", object["spec"]["accessModes"]},
                                 {"capacity", object["spec"]["resources"]["requests"]}}),
                  "kube-controller-manager")
      .has_value();
}

bool Controllers::step() {
  if (!enabled) return false;
  bool changed = false;
  for (const char* name : {"Deployment", "StatefulSet", "DaemonSet"}) {
    const Kind& kind = *cluster_.kind_named("apps", name);
    for (const auto& [key, object] : std::map(cluster_.store().all(kind.storage()))) {
      changed |= tend(kind, key, object);
    }
  }
  const Kind& jobs = *cluster_.kind_named("batch", "Job");
  for (const auto& [key, object] : std::map(cluster_.store().all(jobs.storage()))) {
    changed |= tend(jobs, key, object);
  }
  const Kind& claims = *cluster_.kind_named("", "PersistentVolumeClaim");
  for (const auto& [key, object] : std::map(cluster_.store().all(claims.storage()))) {
    changed |= tend_claim(claims, key, object);
  }
  return changed;
}

}  // namespace rumbo::fake_api
