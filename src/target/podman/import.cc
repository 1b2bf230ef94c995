#include "target/podman/import.h"

#include <algorithm>
#include <array>
#include <fmt/core.h>
#include <map>
#include <set>

#include "base/strings.h"
#include "target/podman/import_container.h"
#include "target/podman/sight.h"

namespace rumbo::target::podman {
namespace {

struct Group {
  std::string name;
  std::vector<const Value*> containers;
  const Value* pod = nullptr;
};

/// As podman-compose and docker-compose label what they make.
std::string compose_service(const Value& labels) {
  for (const char* label : {"com.docker.compose.service", "io.podman.compose.service"}) {
    if (labels[label].is_string()) return labels[label].str();
  }
  return {};
}

/// Deployments of `podman kube play` run in a pod "NAME-pod".
std::string workload_name(const std::string& pod) {
  constexpr std::string_view kSuffix = "-pod";
  const bool made = pod.size() > kSuffix.size() && pod.ends_with(kSuffix);
  return dns_label(made ? pod.substr(0, pod.size() - kSuffix.size()) : pod);
}

std::vector<Group> groups_of(const ImportInput& input) {
  std::map<std::string, const Value*> pods;
  for (const Value& pod : input.pods.items()) pods[pod["Id"].str()] = &pod;
  std::map<std::string, Group> groups;
  for (const Value& container : input.containers.items()) {
    const Value& labels = container["Config"]["Labels"];
    if (container["IsInfra"].as_bool() || labels.contains(kInstallLabel)) continue;
    const auto pod = pods.find(container["Pod"].str());
    const std::string service = compose_service(labels);
    std::string name = service.empty() ? container["Name"].str() : service;
    const Value* in = nullptr;
    if (service.empty() && pod != pods.end()) {
      in = pod->second;
      name = workload_name((*in)["Name"].str());
    }
    Group& group = groups[dns_label(name)];
    group.name = dns_label(name);
    group.pod = in;
    group.containers.push_back(&container);
  }
  std::vector<Group> out;
  for (auto& [name, group] : groups) out.push_back(std::move(group));
  return out;
}

const Value& image_of(const ImportInput& input, const Value& container) {
  static const Value none;
  for (const Value& image : input.images.items()) {
    if (image["Id"].as_string() == container["Image"].as_string()) return image;
  }
  return none;
}

Value service(const std::string& name, const std::string& app, std::string_view type,
              std::vector<Value> ports) {
  Value spec = Value::object(
      {{"selector", Value::object({{"app", app}})}, {"ports", Value::array(std::move(ports))}});
  if (!type.empty()) spec = spec.with("type", type);
  return Value::object({{"apiVersion", "v1"},
                        {"kind", "Service"},
                        {"metadata", Value::object({{"name", name}})},
                        {"spec", spec}});
}

Value service_port(const std::string& name, std::int64_t port, std::int64_t target,
                   const std::string& protocol) {
  Value out = Value::object({{"name", name}, {"port", port}, {"targetPort", target}});
  return protocol == "UDP" ? out.with("protocol", "UDP") : out;
}

/// Names inside lead to the container's own ports, as in a compose network; what was published is
/// a second Service, open on the host.
void add_services(const std::string& app, const std::vector<ImportedPort>& ports, Imported& out) {
  std::vector<Value> inside, outside;
  std::set<std::pair<int, std::string>> told;
  std::set<std::pair<int, std::string>> open;
  for (const ImportedPort& port : ports) {
    const std::string tail = port.protocol == "UDP" ? "-udp" : "";
    if (told.insert({port.container, port.protocol}).second) {
      inside.push_back(service_port(fmt::format("p{}{}", port.container, tail), port.container,
                                    port.container, port.protocol));
    }
    if (port.host == 0 || !open.insert({port.host, port.protocol}).second) continue;
    outside.push_back(service_port(fmt::format("p{}{}", port.host, tail), port.host, port.container,
                                   port.protocol));
    if (!port.address.empty() && port.address != "0.0.0.0" && port.address != "::") {
      out.remarks.push_back(
          fmt::format("port {} was published on {} only; a Service opens it on every address: use "
                      "containers[].ports[].hostPort with hostIP for that",
                      port.host, port.address));
    }
  }
  if (!inside.empty()) out.objects.push_back(service(app, app, "", std::move(inside)));
  if (!outside.empty()) {
    out.objects.push_back(service(app + "-host", app, "LoadBalancer", std::move(outside)));
  }
}

Value claim(const std::string& name) {
  return Value::object(
      {{"apiVersion", "v1"},
       {"kind", "PersistentVolumeClaim"},
       {"metadata", Value::object({{"name", name}})},
       {"spec",
        Value::object(
            {{"accessModes", Value::array({"ReadWriteOnce"})},
             {"resources", Value::object({{"requests", Value::object({{"storage", "1Gi"}})}})}})}});
}

Imported import_group(const ImportInput& input, const Group& group) {
  Imported out;
  out.name = group.name;
  ImportedPod pod;
  pod.name = group.name;
  for (const Value* container : group.containers) {
    out.sources.push_back((*container)["Name"].str());
    import_container(*container, image_of(input, *container), pod, out.remarks);
  }
  if (group.pod != nullptr) {
    add_port_bindings((*group.pod)["InfraConfig"]["PortBindings"], pod.ports);
    if ((*group.pod)["InfraConfig"]["HostNetwork"].as_bool()) {
      out.remarks.emplace_back(
          "the pod used the host's network: here it has an address of its own; "
          "its ports are reached by Services");
    }
  }
  const Value labels = Value::object({{"app", group.name}});
  const Value deployment = Value::object(
      {{"apiVersion", "apps/v1"},
       {"kind", "Deployment"},
       {"metadata", Value::object({{"name", group.name}})},
       {"spec", Value::object(
                    {{"selector", Value::object({{"matchLabels", labels}})},
                     {"template", Value::object({{"metadata", Value::object({{"labels", labels}})},
                                                 {"spec", pod.spec()}})}})}});
  out.objects.push_back(deployment);
  for (const auto& [volume, claim_name] : pod.claims) {
    out.objects.push_back(claim(claim_name));
    out.remarks.push_back(fmt::format(
        "volume {} is not moved: stop its container, sync, then copy it with `podman volume export "
        "{} | podman volume import VOLUME -`, VOLUME being the name that `podman volume ls` shows "
        "for the claim {}",
        volume, volume, claim_name));
  }
  add_services(group.name, pod.ports, out);
  if (!pod.secret_values.empty()) {
    std::vector<Member> values;
    for (const auto& [name, value] : pod.secret_values) values.emplace_back(name, value);
    out.secrets.push_back(
        Value::object({{"apiVersion", "v1"},
                       {"kind", "Secret"},
                       {"metadata", Value::object({{"name", group.name + "-env"}})},
                       {"stringData", Value::object(std::move(values))}}));
    out.remarks.emplace_back(
        "variables that look like secrets are in a Secret of their own: do not "
        "commit its file in clear");
  }
  return out;
}

}  // namespace

std::vector<Imported> import_containers(const ImportInput& input) {
  std::vector<Imported> out;
  for (const Group& group : groups_of(input)) out.push_back(import_group(input, group));
  return out;
}

}  // namespace rumbo::target::podman
