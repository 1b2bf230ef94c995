#include "target/podman/status.h"

#include <algorithm>

#include "target/podman/families.h"
#include "target/podman/shape.h"

namespace rumbo::target::podman {
namespace {

Value condition(std::string_view type, bool yes, std::string_view reason,
                const std::string& message) {
  return Value::object({{"message", message},
                        {"reason", reason},
                        {"status", yes ? "True" : "False"},
                        {"type", type}});
}

/// Why the first pod that is not ready is not: "pod web-…: container app: …".
std::string trouble_of(const std::vector<PodSeen>& pods) {
  // A crash says more than a pod that merely waits.
  const PodSeen* worst = nullptr;
  for (const PodSeen& pod : pods) {
    if (pod.status.ready) continue;
    const bool crashed = std::any_of(pod.status.containers.begin(), pod.status.containers.end(),
                                     [](const auto& one) { return !one.reason.empty(); });
    if (worst == nullptr || crashed) worst = &pod;
    if (crashed) break;
  }
  if (worst == nullptr) return {};
  return "pod " + worst->name + ": " +
         (worst->status.trouble.empty() ? "is not ready yet" : worst->status.trouble);
}

struct Counts {
  int there = 0, ready = 0, available = 0;
};

Counts count(const std::vector<PodSeen>& pods) {
  Counts out;
  for (const PodSeen& pod : pods) {
    out.there += pod.status.exists ? 1 : 0;
    out.ready += pod.status.ready ? 1 : 0;
    out.available += pod.status.ready && pod.status.available ? 1 : 0;
  }
  return out;
}

Value deployment_status(const StatusInput& input) {
  const int want = wanted_replicas(input.thing.object);
  const auto [there, ready, available] = count(input.pods);
  const bool good = available >= want;
  std::string message = good ? "all replicas are available" : trouble_of(input.pods);
  if (message.empty()) {
    message = std::to_string(available) + " of " + std::to_string(want) + " replicas available";
  }
  const Duration deadline = std::chrono::seconds(std::clamp<std::int64_t>(
      input.thing.object["spec"]["progressDeadlineSeconds"].as_int(600), 1, 1'000'000));
  const bool late =
      input.staged && !good && input.now.since_epoch - input.thing.since.since_epoch > deadline;
  std::vector<Value> conditions;
  conditions.push_back(condition("Available", good,
                                 good ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
                                 message));
  conditions.push_back(late ? condition("Progressing", false, "ProgressDeadlineExceeded", message)
                            : condition("Progressing", true,
                                        good ? "NewReplicaSetAvailable" : "ReplicaSetUpdated",
                                        message));
  return Value::object({{"availableReplicas", available},
                        {"conditions", Value::array(std::move(conditions))},
                        {"observedGeneration", input.thing.generation},
                        {"readyReplicas", ready},
                        {"replicas", there},
                        {"unavailableReplicas", std::max(0, want - available)},
                        {"updatedReplicas", there}});
}

/// As a controller tells it, with the trouble of the first pod that is not ready as a condition.
Value counted_status(const StatusInput& input) {
  const int want = wanted_replicas(input.thing.object);
  const auto [there, ready, available] = count(input.pods);
  std::vector<Member> out;
  if (input.thing.object["kind"].as_string() == "DaemonSet") {
    out.emplace_back("currentNumberScheduled", there);
    out.emplace_back("desiredNumberScheduled", want);
    out.emplace_back("numberAvailable", available);
    out.emplace_back("numberMisscheduled", 0);
    out.emplace_back("numberReady", ready);
    out.emplace_back("updatedNumberScheduled", there);
  } else {
    out.emplace_back("availableReplicas", available);
    out.emplace_back("currentReplicas", there);
    out.emplace_back("currentRevision", input.thing.revision);
    out.emplace_back("readyReplicas", ready);
    out.emplace_back("replicas", there);
    out.emplace_back("updateRevision", input.thing.revision);
    out.emplace_back("updatedReplicas", there);
  }
  out.emplace_back("observedGeneration", input.thing.generation);
  if (available < want) {
    out.emplace_back("conditions",
                     Value::array({condition("Available", false, "MinimumReplicasUnavailable",
                                             trouble_of(input.pods))}));
  }
  return Value::object(std::move(out));
}

Value container_value(const ContainerStatus& one) {
  std::vector<Member> state;
  const std::string started = to_rfc3339(one.started);
  if (one.state == RunState::running) {
    state.emplace_back("running", Value::object({{"startedAt", started}}));
  } else if (one.state == RunState::exited && one.reason != "CrashLoopBackOff") {
    state.emplace_back("terminated", Value::object({{"exitCode", one.exit_code},
                                                    {"finishedAt", to_rfc3339(one.finished)},
                                                    {"startedAt", started}}));
  } else {
    state.emplace_back(
        "waiting",
        Value::object({{"message", one.message},
                       {"reason", one.reason.empty() ? "ContainerCreating" : one.reason}}));
  }
  return Value::object({{"containerID", one.id},
                        {"name", one.name},
                        {"ready", one.ready},
                        {"restartCount", one.restarts},
                        {"state", Value::object(std::move(state))}});
}

Value pod_status(const StatusInput& input) {
  const PodStatus status = input.pods.empty() ? PodStatus{} : input.pods[0].status;
  std::vector<Value> init, containers;
  bool started = false;
  for (const ContainerStatus& one : status.containers) {
    started = started || (!one.init && one.exists && one.state != RunState::created);
    (one.init ? init : containers).push_back(container_value(one));
  }
  std::string_view phase = started ? "Running" : "Pending";
  if (status.finished) phase = status.succeeded ? "Succeeded" : "Failed";
  std::string message = status.trouble;
  // A hook that ended stays what it was, also when its containers are gone.
  if (const auto& outcome = input.thing.outcome) {
    phase = outcome->complete ? "Succeeded" : "Failed";
    message = outcome->complete ? "" : outcome->message;
  }
  std::vector<Member> out;
  out.emplace_back("conditions",
                   Value::array({condition("Ready", status.ready, "", status.trouble)}));
  out.emplace_back("containerStatuses", Value::array(std::move(containers)));
  if (!init.empty()) out.emplace_back("initContainerStatuses", Value::array(std::move(init)));
  if (!message.empty()) out.emplace_back("message", message);
  out.emplace_back("phase", phase);
  const auto replicas = input.record.replicas_of(input.thing.revision);
  if (!replicas.empty()) {
    out.emplace_back("podIP", replicas[0]->address);
    std::vector<Value> addresses;
    for (const std::string& one : addresses_of(input.record, *replicas[0])) {
      addresses.push_back(Value::object({{"ip", one}}));
    }
    out.emplace_back("podIPs", Value::array(std::move(addresses)));
  }
  return Value::object(std::move(out));
}

Value job_status(const StatusInput& input) {
  const Thing& thing = input.thing;
  std::vector<Member> out;
  out.emplace_back("startTime", to_rfc3339(thing.since));
  if (!thing.outcome) {
    out.emplace_back("active", 1);
    const std::string trouble = trouble_of(input.pods);
    if (!trouble.empty()) {
      out.emplace_back("conditions",
                       Value::array({condition("Running", true, "Running", trouble)}));
    }
    return Value::object(std::move(out));
  }
  const JobOutcome& outcome = *thing.outcome;
  out.emplace_back("active", 0);
  out.emplace_back(outcome.complete ? "succeeded" : "failed", 1);
  if (outcome.complete) out.emplace_back("completionTime", to_rfc3339(outcome.at));
  out.emplace_back(
      "conditions",
      Value::array({condition(
          outcome.complete ? "Complete" : "Failed", true,
          outcome.complete ? "Completed" : outcome.reason,
          outcome.message.empty() ? outcome.reason : outcome.reason + ": " + outcome.message)}));
  return Value::object(std::move(out));
}

/// Reachable: its table is in the kernel and, if it selects pods, one of them serves.
Value service_status(const StatusInput& input) {
  const Value& service = input.thing.object;
  const auto addresses = service_addresses(input.record, service_name(service));
  std::vector<Member> own;
  if (!addresses.empty()) own.emplace_back("address", addresses[0]);
  if (addresses.size() > 1) {
    own.emplace_back("addresses", Value::array({addresses.begin(), addresses.end()}));
  }
  std::vector<Member> ports;
  for (const std::string& route : route_names(service)) {
    const auto port = input.record.addresses.node_ports.find(route);
    if (port == input.record.addresses.node_ports.end()) continue;
    ports.emplace_back(route.substr(route.rfind(':') + 1), port->second);
  }
  if (!ports.empty()) own.emplace_back("nodePorts", Value::object(std::move(ports)));
  const Selected selected = selected_by(input.record, service, input.ready);
  const bool reachable =
      input.staged || (input.serving && (selected.pods == 0 || selected.ready > 0));
  own.emplace_back("reachable", reachable);
  own.emplace_back("backends", selected.ready);
  if (!reachable) {
    own.emplace_back("message", input.serving ? "none of " + std::to_string(selected.pods) +
                                                    " selected pods is ready"
                                              : "the nftables table is not in the kernel");
  }
  return Value::object(
      {{"loadBalancer", Value::object()}, {"rumbo", Value::object(std::move(own))}});
}

}  // namespace

Value with_status(const StatusInput& input) {
  const Thing& thing = input.thing;
  Value metadata = thing.object["metadata"]
                       .with("uid", thing.uid)
                       .with("resourceVersion", std::to_string(thing.version))
                       .with("generation", thing.generation);
  Value out = thing.object.with("metadata", std::move(metadata));
  const std::string_view kind = thing.object["kind"].as_string();
  if (kind == "Deployment") return out.with("status", deployment_status(input));
  if (kind == "DaemonSet" || kind == "StatefulSet") {
    return out.with("status", counted_status(input));
  }
  if (kind == "Pod") return out.with("status", pod_status(input));
  if (kind == "CronJob") {
    const auto until = input.record.crons.find(key_of(thing.object));
    if (until == input.record.crons.end()) return out.with("status", Value::object());
    return out.with("status", Value::object({{"lastScheduleTime", to_rfc3339(until->second)}}));
  }
  if (kind == "Job") return out.with("status", job_status(input));
  if (kind == "Service") return out.with("status", service_status(input));
  if (kind == "Namespace") return out.with("status", Value::object({{"phase", "Active"}}));
  if (kind == "PersistentVolumeClaim") {
    return out.with("status", Value::object({{"phase", "Bound"}}));
  }
  return out;
}

Culprit culprit_of(const std::vector<PodSeen>& pods) {
  for (const PodSeen& pod : pods) {
    if (!pod.status.ready && !pod.status.troubled_container.empty()) {
      return {pod.name, pod.status.troubled_container};
    }
  }
  return {};
}

}  // namespace rumbo::target::podman
