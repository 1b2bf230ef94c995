#include "engine/health.h"

#include <string>
#include <string_view>

namespace rumbo::engine {
namespace {

Health ready() {
  return {HealthStatus::ready, {}};
}
Health progressing(std::string reason) {
  return {HealthStatus::progressing, std::move(reason)};
}
Health failed(std::string reason) {
  return {HealthStatus::failed, std::move(reason)};
}

const Value* condition(const Value& object, std::string_view type) {
  for (const Value& one : object["status"]["conditions"].items()) {
    if (one["type"].as_string() == type) return &one;
  }
  return nullptr;
}

bool condition_is(const Value& object, std::string_view type, std::string_view status) {
  const Value* found = condition(object, type);
  return found != nullptr && (*found)["status"].as_string() == status;
}

std::string reason_of(const Value& condition) {
  const std::string message = condition["message"].str();
  return message.empty() ? condition["reason"].str() : message;
}

std::string counted(std::int64_t have, std::int64_t want, std::string_view what) {
  return std::to_string(have) + " of " + std::to_string(want) + " " + std::string(what);
}

/// What the target says of the pod that is not ready beats a bare count.
std::string told_by(const Value& object) {
  const Value* available = condition(object, "Available");
  return available != nullptr && (*available)["status"].as_string() != "True"
             ? reason_of(*available)
             : std::string();
}

Health waiting_for(const Value& object, const std::string& counts) {
  const std::string told = told_by(object);
  return progressing(told.empty() ? counts : told);
}

Health deployment(const Value& object) {
  if (object["spec"]["paused"].as_bool()) return {HealthStatus::suspended, "paused"};
  const Value* progress = condition(object, "Progressing");
  if (progress != nullptr && (*progress)["reason"].as_string() == "ProgressDeadlineExceeded") {
    return failed(reason_of(*progress));
  }
  const Value* failure = condition(object, "ReplicaFailure");
  if (failure != nullptr && (*failure)["status"].as_string() == "True") {
    return failed(reason_of(*failure));
  }
  const Value& status = object["status"];
  const std::int64_t want = object["spec"]["replicas"].as_int(1);
  const Value* available = condition(object, "Available");
  const auto waiting = [&](const std::string& counts) { return waiting_for(object, counts); };
  if (status["updatedReplicas"].as_int() < want) {
    return waiting(counted(status["updatedReplicas"].as_int(), want, "replicas updated"));
  }
  if (status["replicas"].as_int() > status["updatedReplicas"].as_int()) {
    return waiting("old replicas are still there");
  }
  if (status["availableReplicas"].as_int() < want) {
    return waiting(counted(status["availableReplicas"].as_int(), want, "replicas available"));
  }
  if (status["readyReplicas"].as_int() < want) {
    return waiting(counted(status["readyReplicas"].as_int(), want, "replicas ready"));
  }
  if (available != nullptr && (*available)["status"].as_string() != "True" && want > 0) {
    return progressing(told_by(object));
  }
  return ready();
}

Health stateful_set(const Value& object) {
  if (object["spec"]["updateStrategy"]["type"].as_string() == "OnDelete") return ready();
  const Value& status = object["status"];
  const std::int64_t want = object["spec"]["replicas"].as_int(1);
  if (status["readyReplicas"].as_int() < want) {
    return waiting_for(object, counted(status["readyReplicas"].as_int(), want, "replicas ready"));
  }
  const std::int64_t partition =
      object["spec"]["updateStrategy"]["rollingUpdate"]["partition"].as_int();
  if (partition > 0) {
    return status["updatedReplicas"].as_int() >= want - partition
               ? ready()
               : progressing("partition is rolling out");
  }
  if (status["currentRevision"] != status["updateRevision"]) {
    return progressing("the new revision is rolling out");
  }
  return ready();
}

Health daemon_set(const Value& object) {
  if (object["spec"]["updateStrategy"]["type"].as_string() == "OnDelete") return ready();
  const Value& status = object["status"];
  const std::int64_t want = status["desiredNumberScheduled"].as_int();
  for (const std::string_view field :
       {"currentNumberScheduled", "updatedNumberScheduled", "numberAvailable", "numberReady"}) {
    if (status[field].as_int() < want) {
      return waiting_for(object, counted(status[field].as_int(), want, field));
    }
  }
  return ready();
}

/// A container that waits for a reason it will not get over by itself.
std::string stuck_container(const Value& pod) {
  for (const std::string_view list : {"initContainerStatuses", "containerStatuses"}) {
    for (const Value& status : pod["status"][list].items()) {
      const Value& waiting = status["state"]["waiting"];
      const std::string_view reason = waiting["reason"].as_string();
      if (reason.starts_with("Err") || reason.ends_with("Error") || reason.ends_with("BackOff")) {
        return "container " + status["name"].str() + ": " + std::string(reason) +
               (waiting["message"].is_string() ? ": " + waiting["message"].str() : "");
      }
    }
  }
  return {};
}

Health pod(const Value& object) {
  const std::string_view phase = object["status"]["phase"].as_string();
  if (phase == "Succeeded") return ready();
  if (phase == "Failed") return failed(object["status"]["message"].str("the pod failed"));
  if (std::string stuck = stuck_container(object); !stuck.empty()) return failed(stuck);
  if (phase == "Running" && condition_is(object, "Ready", "True")) return ready();
  return progressing(phase.empty() ? "no status yet" : std::string(phase) + ", not ready");
}

Health job(const Value& object) {
  if (condition_is(object, "Complete", "True")) return ready();
  if (const Value* broken = condition(object, "Failed");
      broken != nullptr && (*broken)["status"].as_string() == "True") {
    return failed(reason_of(*broken));
  }
  // A Suspended condition alone says nothing: a resumed Job keeps it with status False.
  if (object["spec"]["suspend"].as_bool()) return {HealthStatus::suspended, "suspended"};
  return progressing("running");
}

Health claim(const Value& object) {
  const std::string_view phase = object["status"]["phase"].as_string();
  if (phase == "Bound") return ready();
  if (phase == "Lost") return failed("the volume is lost");
  return progressing(phase.empty() ? "no status yet" : std::string(phase));
}

Health service(const Value& object) {
  // A host target says whether the Service answers at its virtual address.
  const Value& own = object["status"]["rumbo"];
  if (own.is_object() && !own["reachable"].as_bool()) {
    return progressing(own["message"].str("not reachable at its address"));
  }
  return ready();
}

Health definition(const Value& object) {
  if (condition_is(object, "NamesAccepted", "False")) return failed("names not accepted");
  if (condition_is(object, "Established", "True")) return ready();
  return progressing("not established yet");
}

Health generic(const Value& object) {
  if (const Value* state = condition(object, "Ready")) {
    return condition_is(object, "Ready", "True") ? ready() : progressing(reason_of(*state));
  }
  return ready();
}

Health by_kind(const Observation& observation) {
  if (!observation.exists) return {HealthStatus::missing, "does not exist"};
  const Value& object = observation.object;
  if (object["metadata"]["deletionTimestamp"].is_string()) return progressing("terminating");
  const Value& observed = object["status"]["observedGeneration"];
  const Value& generation = object["metadata"]["generation"];
  if (observed.is_integer() && generation.is_integer() && observed != generation) {
    return progressing("the newest specification is not acted on yet");
  }
  if (condition_is(object, "Stalled", "True")) {
    return failed(reason_of(*condition(object, "Stalled")));
  }
  if (condition_is(object, "Reconciling", "True")) {
    return progressing(reason_of(*condition(object, "Reconciling")));
  }
  const std::string& kind = observation.key.kind;
  if (kind == "Deployment" || kind == "ReplicaSet") return deployment(object);
  if (kind == "StatefulSet") return stateful_set(object);
  if (kind == "DaemonSet") return daemon_set(object);
  if (kind == "Pod") return pod(object);
  if (kind == "Job") return job(object);
  if (kind == "PersistentVolumeClaim") return claim(object);
  if (kind == "Service") return service(object);
  if (kind == "CustomResourceDefinition") return definition(object);
  return generic(object);
}

}  // namespace

Health assess(const Observation& observation) {
  Health health = by_kind(observation);
  if (health.status == HealthStatus::progressing && !observation.failing.empty()) {
    return failed(observation.failing);
  }
  return health;
}

Health worst(const std::vector<Health>& verdicts) {
  Health out = ready();
  for (const Health& verdict : verdicts) {
    if (no_less_healthy(out.status, verdict.status) && out.status != verdict.status) out = verdict;
  }
  return out;
}

}  // namespace rumbo::engine
