#include "target/podman/shape.h"

#include <algorithm>

#include "target/podman/pod_volumes.h"

namespace rumbo::target::podman {
namespace {

constexpr std::int64_t kMostReplicas = 1000;

Result<> add_containers(const Value& spec, std::string_view list, bool init, PodShape& out) {
  for (const Value& container : spec[list].items()) {
    ContainerShape shape;
    shape.name = container["name"].str();
    shape.sidecar = init && is_sidecar(container);
    shape.init = init && !shape.sidecar;
    if (!shape.init) {
      shape.probes = TRY(probes_of(container));
      shape.pre_stop = TRY(pre_stop_of(container));
      shape.post_start = TRY(post_start_of(container));
    }
    out.containers.push_back(std::move(shape));
  }
  return {};
}

RestartPolicy restart_of(const Value& spec) {
  const std::string_view word = spec["restartPolicy"].as_string();
  if (word == "Never") return RestartPolicy::never;
  return word == "OnFailure" ? RestartPolicy::on_failure : RestartPolicy::always;
}

}  // namespace

Result<PodShape> shape_of(const Value& workload) {
  const Value pod_template = pod_template_of(workload);
  const Value& spec = pod_template["spec"];
  PodShape out;
  TRY(add_containers(spec, "initContainers", true, out));
  TRY(add_containers(spec, "containers", false, out));
  out.restart = restart_of(spec);
  if (workload["kind"].as_string() == "Job") {
    // One pod for all attempts, whatever its policy says of its containers.
    out.restart = RestartPolicy::on_failure;
    out.most_restarts = static_cast<int>(
        std::clamp<std::int64_t>(workload["spec"]["backoffLimit"].as_int(6), 0, 1000));
  }
  out.grace = std::chrono::seconds(
      std::clamp<std::int64_t>(spec["terminationGracePeriodSeconds"].as_int(30), 0, 3600));
  out.min_ready = std::chrono::seconds(
      std::clamp<std::int64_t>(workload["spec"]["minReadySeconds"].as_int(), 0, 3600));
  out.keeps_data = !workload["spec"]["volumeClaimTemplates"].empty();
  for (const Value& volume : spec["volumes"].items()) {
    out.keeps_data = out.keeps_data || volume["persistentVolumeClaim"].is_object() ||
                     volume["hostPath"].is_object();
    const Value& empty = volume["emptyDir"];
    const std::uint64_t bytes = size_limit_of(empty);
    if (bytes > 0 && empty["medium"].as_string() != "Memory") {
      out.limited.push_back({volume["name"].str(), bytes});
    }
  }
  return out;
}

int wanted_replicas(const Value& workload) {
  const std::string_view kind = workload["kind"].as_string();
  if (kind == "Pod" || kind == "DaemonSet" || kind == "Job") return 1;
  return static_cast<int>(
      std::clamp<std::int64_t>(workload["spec"]["replicas"].as_int(1), 0, kMostReplicas));
}

}  // namespace rumbo::target::podman
