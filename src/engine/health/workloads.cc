#include <algorithm>

#include "engine/health/rules.h"

namespace rumbo::engine::health {
namespace {

const std::string kNoStatus = "no controller has looked at it yet";

/// What the target says of the pod that is not ready beats a bare count.
Health waiting_for(const Value& object, const std::string& counts) {
  const Value* available = condition(object, "Available");
  const bool told = available != nullptr && (*available)["status"].as_string() != "True";
  return progressing(told ? reason_of(*available) : counts);
}

/// A field of the status that must have come up to `want`.
struct Count {
  const char* field;
  const char* words;
};

/// The first of these that is too low; ready if there is none.
Health reach(const Value& object, std::int64_t want, std::initializer_list<Count> counts) {
  for (const auto& [field, words] : counts) {
    const std::int64_t have = object["status"][field].as_int();
    if (have < want) return waiting_for(object, counted(have, want, words));
  }
  return ready();
}

}  // namespace

Health deployment(const Value& object) {
  if (object["spec"]["paused"].as_bool()) return {HealthStatus::suspended, "paused"};
  const Value* progress = condition(object, "Progressing");
  if (progress != nullptr && (*progress)["reason"].as_string() == "ProgressDeadlineExceeded") {
    return failed(reason_of(*progress));
  }
  if (condition_is(object, "ReplicaFailure", "True")) {
    return failed(reason_of(*condition(object, "ReplicaFailure")));
  }
  if (is_unseen(object)) return progressing(kNoStatus);
  const Value& status = object["status"];
  const std::int64_t want = object["spec"]["replicas"].as_int(1);
  if (Health updated = reach(object, want, {{"updatedReplicas", "replicas updated"}});
      updated.status != HealthStatus::ready) {
    return updated;
  }
  if (status["replicas"].as_int() > status["updatedReplicas"].as_int()) {
    return waiting_for(object, "old replicas are still there");
  }
  Health counts =
      reach(object, want,
            {{"availableReplicas", "replicas available"}, {"readyReplicas", "replicas ready"}});
  if (counts.status != HealthStatus::ready || want == 0) return counts;
  const Value* available = condition(object, "Available");
  if (available != nullptr && (*available)["status"].as_string() != "True") {
    return progressing(reason_of(*available));
  }
  // Right after the counts the controller still has to say that the rollout is over.
  if (progress != nullptr && object["spec"].contains("progressDeadlineSeconds") &&
      (*progress)["reason"].as_string() != "NewReplicaSetAvailable") {
    return progressing(reason_of(*progress));
  }
  return ready();
}

Health replica_set(const Value& object) {
  if (condition_is(object, "ReplicaFailure", "True")) {
    return failed(reason_of(*condition(object, "ReplicaFailure")));
  }
  if (is_unseen(object)) return progressing(kNoStatus);
  const std::int64_t want = object["spec"]["replicas"].as_int(1);
  if (object["status"]["replicas"].as_int() > want) {
    return progressing("replicas that are not wanted any more are still there");
  }
  return reach(object, want,
               {{"fullyLabeledReplicas", "replicas labelled"},
                {"availableReplicas", "replicas available"},
                {"readyReplicas", "replicas ready"}});
}

Health stateful_set(const Value& object) {
  const Value& strategy = object["spec"]["updateStrategy"];
  if (strategy["type"].as_string() == "OnDelete") return ready();
  if (is_unseen(object)) return progressing(kNoStatus);
  const Value& status = object["status"];
  const std::int64_t want = object["spec"]["replicas"].as_int(1);
  if (Health counts = reach(object, want, {{"readyReplicas", "replicas ready"}});
      counts.status != HealthStatus::ready) {
    return counts;
  }
  if (object["spec"]["minReadySeconds"].as_int() > 0) {
    if (Health counts = reach(object, want, {{"availableReplicas", "replicas available"}});
        counts.status != HealthStatus::ready) {
      return counts;
    }
  }
  if (status["replicas"].as_int() > want) {
    return progressing("replicas that are not wanted any more are still there");
  }
  if (const std::int64_t partition = strategy["rollingUpdate"]["partition"].as_int();
      partition > 0) {
    const std::int64_t updated = status["updatedReplicas"].as_int();
    const std::int64_t needed = std::max<std::int64_t>(want - partition, 0);
    return updated >= needed
               ? ready()
               : progressing(counted(updated, needed, "replicas above the partition updated"));
  }
  if (status["currentRevision"] != status["updateRevision"]) {
    return progressing(
        counted(status["updatedReplicas"].as_int(), want, "replicas at the new revision"));
  }
  return ready();
}

Health daemon_set(const Value& object) {
  if (object["spec"]["updateStrategy"]["type"].as_string() == "OnDelete") return ready();
  if (is_unseen(object)) return progressing(kNoStatus);
  return reach(object, object["status"]["desiredNumberScheduled"].as_int(),
               {{"currentNumberScheduled", "pods scheduled"},
                {"updatedNumberScheduled", "pods updated"},
                {"numberAvailable", "pods available"},
                {"numberReady", "pods ready"}});
}

Health job(const Value& object) {
  if (condition_is(object, "Complete", "True")) return ready();
  // FailureTarget comes first, while pods of a failed Job are still ended.
  for (const std::string_view type : {"Failed", "FailureTarget"}) {
    if (condition_is(object, type, "True")) return failed(reason_of(*condition(object, type)));
  }
  // A Suspended condition alone says nothing: a resumed Job keeps it with status False.
  if (object["spec"]["suspend"].as_bool()) return {HealthStatus::suspended, "suspended"};
  const Value& status = object["status"];
  const std::int64_t broken = status["failed"].as_int();
  std::string words = "running";
  if (const std::int64_t want = object["spec"]["completions"].as_int(); want > 1) {
    words = counted(status["succeeded"].as_int(), want, "completions");
  }
  if (broken > 0) words += ", " + std::to_string(broken) + " failed";
  return progressing(words);
}

}  // namespace rumbo::engine::health
