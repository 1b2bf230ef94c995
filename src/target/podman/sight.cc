#include "target/podman/sight.h"

namespace rumbo::target::podman {
namespace {

RunState state_of(const Value& container) {
  const std::string_view word = container["State"].as_string();
  if (word == "running" || word == "paused" || word == "stopping") return RunState::running;
  if (word == "created" || word == "configured" || word == "initialized") return RunState::created;
  return RunState::exited;
}

WallTime seconds(const Value& value) {
  const std::int64_t number = value.as_int();
  return {number > 0 ? Duration(std::chrono::seconds(number)) : Duration(0)};
}

}  // namespace

std::string container_name(const std::string& pod, const std::string& container) {
  return pod + "-" + container;
}

Result<Sight> look(const Client& client, const InstallationId& install, const Cancel& cancel,
                   const std::string& revision) {
  Labels labels = {{kInstallLabel, install.value}};
  if (!revision.empty()) labels.emplace(kRevisionLabel, revision);
  const Value list = TRY(client.list_containers(labels, true, cancel));
  Sight out;
  for (const Value& container : list.items()) {
    const std::string pod_name = container["PodName"].str();
    if (pod_name.empty()) continue;
    PodSight& pod = out[pod_name];
    pod.id = container["Pod"].str();
    const RunState state = state_of(container);
    if (container["IsInfra"].as_bool()) {
      pod.network_up = state == RunState::running;
      continue;
    }
    const std::string name = container["Names"][0].str();
    if (!name.starts_with(pod_name + "-")) continue;
    ContainerSight& sight = pod.containers[name.substr(pod_name.size() + 1)];
    sight.id = container["Id"].str();
    sight.state = state;
    sight.exit_code = static_cast<int>(container["ExitCode"].as_int());
    sight.pid = static_cast<int>(container["Pid"].as_int());
    sight.started = seconds(container["StartedAt"]);
    sight.finished = seconds(container["ExitedAt"]);
  }
  return out;
}

}  // namespace rumbo::target::podman
