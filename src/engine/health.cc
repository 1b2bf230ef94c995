#include "engine/health.h"

#include <array>

#include "engine/health/rules.h"

namespace rumbo::engine {
namespace health {
namespace {

struct Row {
  std::string_view group, kind;
  Rule rule;
};

constexpr std::array kRows{
    Row{"apps", "Deployment", deployment},
    Row{"apps", "ReplicaSet", replica_set},
    Row{"apps", "StatefulSet", stateful_set},
    Row{"apps", "DaemonSet", daemon_set},
    Row{"batch", "Job", job},
    Row{"", "Pod", pod},
    Row{"", "ReplicationController", replica_set},
    Row{"", "PersistentVolumeClaim", claim},
    Row{"", "PersistentVolume", volume},
    Row{"", "Service", service},
    Row{"", "Namespace", name_space},
    Row{"networking.k8s.io", "Ingress", ingress},
    Row{"extensions", "Ingress", ingress},
    Row{"autoscaling", "HorizontalPodAutoscaler", autoscaler},
    Row{"policy", "PodDisruptionBudget", disruption_budget},
    Row{"apiextensions.k8s.io", "CustomResourceDefinition", custom_resource_definition},
    Row{"apiregistration.k8s.io", "APIService", api_service},
    Row{"certificates.k8s.io", "CertificateSigningRequest", signing_request},
};

}  // namespace

Rule rule_of(std::string_view group, std::string_view kind) {
  for (const Row& row : kRows) {
    if (row.group == group && row.kind == kind) return row.rule;
  }
  return nullptr;
}

}  // namespace health

namespace {

Health deleting(const Value& object) {
  std::string holders;
  for (const Value& finalizer : object["metadata"]["finalizers"].items()) {
    holders += (holders.empty() ? ", held by " : ", ") + finalizer.str();
  }
  return health::progressing("terminating" + holders);
}

Health by_kind(const Observation& observation) {
  if (!observation.exists) return {HealthStatus::missing, "does not exist"};
  const Value& object = observation.object;
  if (object["metadata"]["deletionTimestamp"].is_string()) return deleting(object);
  const Value& observed = object["status"]["observedGeneration"];
  const Value& generation = object["metadata"]["generation"];
  if (observed.is_integer() && generation.is_integer() && observed != generation) {
    return health::progressing("the newest specification is not acted on yet");
  }
  if (observation.verdict) return *observation.verdict;
  if (health::condition_is(object, "Stalled", "True")) {
    return health::failed(health::reason_of(*health::condition(object, "Stalled")));
  }
  if (health::condition_is(object, "Reconciling", "True")) {
    return health::progressing(health::reason_of(*health::condition(object, "Reconciling")));
  }
  const health::Rule rule = health::rule_of(observation.key.group, observation.key.kind);
  return rule == nullptr ? health::by_conditions(object) : rule(object);
}

}  // namespace

Health assess(const Observation& observation) {
  Health verdict = by_kind(observation);
  if (verdict.status == HealthStatus::progressing && !observation.failing.empty()) {
    return health::failed(observation.failing);
  }
  if (verdict.status == HealthStatus::progressing && !observation.waiting.empty()) {
    return health::progressing(verdict.reason + " (" + observation.waiting + ")");
  }
  return verdict;
}

Health worst(const std::vector<Health>& verdicts) {
  Health out = health::ready();
  for (const Health& verdict : verdicts) {
    if (no_less_healthy(out.status, verdict.status) && out.status != verdict.status) out = verdict;
  }
  return out;
}

}  // namespace rumbo::engine
