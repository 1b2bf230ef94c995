// Pod templates to libpod's create bodies.
#include "target/podman/pod_spec.h"

#include <algorithm>
#include <cmath>
#include <fmt/core.h>
#include <set>
#include <utility>

#include "base/strings.h"
#include "target/podman/net/ipv4.h"
#include "target/podman/pod_env.h"
#include "target/podman/pod_volumes.h"
#include "target/podman/quantity.h"

namespace rumbo::target::podman {
namespace {

using Members = std::vector<Member>;
constexpr std::int64_t kLogBytes = 10 << 20;  // a container's log on disk; older lines go
constexpr std::int64_t kCpuPeriod = 100'000;  // microseconds

Value strings(const std::vector<std::string>& list) {
  return Value::array({list.begin(), list.end()});
}

Value string_map(const std::map<std::string, std::string>& map) {
  Members members;
  for (const auto& [name, value] : map) members.emplace_back(name, value);
  return Value::object(std::move(members));
}

// The pod's own setting, else that of the whole pod.
const Value& security(const Value& container, const Value& spec, const char* name) {
  const Value& own = container["securityContext"][name];
  return own.is_null() ? spec["securityContext"][name] : own;
}

Value capabilities(const Value& list) {
  std::vector<Value> out;
  for (const Value& item : list.items()) {
    const std::string_view name = item.as_string();
    const bool plain = name == "ALL" || name.starts_with("CAP_");
    out.emplace_back(plain ? std::string(name) : "CAP_" + std::string(name));
  }
  return Value::array(std::move(out));
}

Result<> add_security(const Value& container, const Value& spec, Members& body) {
  const Value& own = container["securityContext"];
  const Value& user = security(container, spec, "runAsUser");
  const Value& group = security(container, spec, "runAsGroup");
  if (security(container, spec, "runAsNonRoot").as_bool() && user.as_int(0) == 0) {
    return fail(Code::invalid, fmt::format("container {}: runAsNonRoot needs a runAsUser other "
                                           "than 0",
                                           container["name"].as_string()));
  }
  if (user.is_integer() || group.is_integer()) {
    std::string text = std::to_string(user.as_int());
    if (group.is_integer()) text += ":" + std::to_string(group.as_int());
    body.emplace_back("user", text);
  }
  std::vector<Value> groups;
  for (const Value& id : spec["securityContext"]["supplementalGroups"].items()) {
    groups.emplace_back(std::to_string(id.as_int()));
  }
  if (const Value& id = spec["securityContext"]["fsGroup"]; id.is_integer()) {
    groups.emplace_back(std::to_string(id.as_int()));
  }
  if (!groups.empty()) body.emplace_back("groups", Value::array(std::move(groups)));
  if (own["privileged"].as_bool()) body.emplace_back("privileged", true);
  if (own["readOnlyRootFilesystem"].as_bool()) body.emplace_back("read_only_filesystem", true);
  if (own["allowPrivilegeEscalation"].is_bool() && !own["allowPrivilegeEscalation"].as_bool()) {
    body.emplace_back("no_new_privileges", true);
  }
  const Value& caps = own["capabilities"];
  if (!caps["add"].empty()) body.emplace_back("cap_add", capabilities(caps["add"]));
  if (!caps["drop"].empty()) body.emplace_back("cap_drop", capabilities(caps["drop"]));
  if (security(container, spec, "seccompProfile")["type"].as_string() == "Unconfined") {
    body.emplace_back("seccomp_profile_path", "unconfined");
  }
  return {};
}

Result<std::optional<double>> amount(const Value& container, const char* list, const char* name) {
  const Value& value = container["resources"][list][name];
  if (value.is_null()) return std::optional<double>();
  if (auto found = quantity_of(value)) return found;
  return fail(Code::invalid, fmt::format("container {}: resources.{}.{}: not a quantity",
                                         container["name"].as_string(), list, name));
}

Result<> add_resources(const Value& container, Members& body) {
  const auto cpu = TRY(amount(container, "limits", "cpu"));
  const auto memory = TRY(amount(container, "limits", "memory"));
  const auto asked = TRY(amount(container, "requests", "cpu"));
  Members limits;
  Members processor;
  if (cpu) {
    const auto quota = std::llround(*cpu * static_cast<double>(kCpuPeriod));
    processor.emplace_back("quota", std::max<std::int64_t>(quota, 1000));
    processor.emplace_back("period", kCpuPeriod);
  }
  if (const auto weight = asked ? asked : cpu) {
    const auto shares = std::llround(*weight * 1024);
    processor.emplace_back("shares", std::clamp<std::int64_t>(shares, 2, 262'144));
  }
  if (!processor.empty()) limits.emplace_back("cpu", Value::object(std::move(processor)));
  if (memory && *memory > 0) {
    limits.emplace_back("memory", Value::object({{"limit", static_cast<std::int64_t>(*memory)}}));
  }
  if (!limits.empty()) body.emplace_back("resource_limits", Value::object(std::move(limits)));
  return {};
}

Value expanded(const Value& words, const EnvMap& env) {
  std::vector<Value> out;
  for (const Value& word : words.items()) {
    out.emplace_back(expand_variables(word.as_string(), env));
  }
  return Value::array(std::move(out));
}

std::vector<ContainerPort> ports_of(const Value& container) {
  std::vector<ContainerPort> out;
  for (const Value& port : container["ports"].items()) {
    out.push_back({port["name"].str(), static_cast<int>(port["containerPort"].as_int()),
                   static_cast<int>(port["hostPort"].as_int()), port["protocol"].str("TCP")});
  }
  return out;
}

struct Parts {
  const Value& pod_template;
  const PodContext& context;
  const PodVolumes& volumes;
  std::map<std::string, std::string> labels;
};

Result<ContainerPlan> translate_container(const Value& container, bool init, const Parts& parts,
                                          PodPlan& plan) {
  const PodContext& context = parts.context;
  ContainerPlan out;
  out.name = container["name"].str();
  if (!is_dns_label(out.name)) {
    return fail(Code::invalid,
                fmt::format("container `{}`: its name is no DNS label", printable(out.name, 128)));
  }
  out.container_name = context.pod_name + "-" + out.name;
  const std::string image = container["image"].str();
  if (image.empty()) return fail(Code::invalid, fmt::format("container {}: no image", out.name));
  const auto pin = context.pins.find(image);
  const EnvMap env = TRY(environment_of(container, parts.pod_template, context));

  Members body;
  body.emplace_back("name", out.container_name);
  body.emplace_back("pod", context.pod_name);
  body.emplace_back("image", pin == context.pins.end() ? image : pin->second);
  body.emplace_back("labels", string_map(parts.labels));
  body.emplace_back("env", string_map(env));
  if (!container["command"].empty()) {
    body.emplace_back("entrypoint", expanded(container["command"], env));
  }
  if (!container["args"].empty()) body.emplace_back("command", expanded(container["args"], env));
  if (const Value& directory = container["workingDir"]; directory.is_string()) {
    body.emplace_back("work_dir", directory);
    body.emplace_back("create_working_dir", true);
  }
  const bool sidecar = init && is_sidecar(container);
  const bool restarts = sidecar || (!init && plan.restart == RestartPolicy::always);
  body.emplace_back("restart_policy", restarts ? "unless-stopped" : "no");
  body.emplace_back("stop_timeout",
                    std::chrono::duration_cast<std::chrono::seconds>(plan.grace).count());
  // A program called "init" is not systemd, whatever Podman makes of its name.
  body.emplace_back("systemd", "false");
  body.emplace_back("log_configuration",
                    Value::object({{"driver", "k8s-file"}, {"size", kLogBytes}}));
  TRY(add_security(container, parts.pod_template["spec"], body));
  if (context.cgroup_limits) TRY(add_resources(container, body));
  auto mounts = TRY(parts.volumes.mounts_of(container, plan));
  if (!mounts.mounts.empty()) body.emplace_back("mounts", Value::array(std::move(mounts.mounts)));
  if (!mounts.volumes.empty()) {
    body.emplace_back("volumes", Value::array(std::move(mounts.volumes)));
  }
  out.create = Value::object(std::move(body));
  out.ports = ports_of(container);
  if (!init || sidecar) {
    out.probes = TRY(probes_of(container));
    out.pre_stop = TRY(pre_stop_of(container));
  }
  return out;
}

void add_names(const Value& spec, const PodContext& context, Members& body) {
  const std::string_view policy = spec["dnsPolicy"].as_string("ClusterFirst");
  const Value& own = spec["dnsConfig"];
  std::vector<std::string> servers, search, options;
  if (policy != "None" && policy != "Default") {
    servers = context.dns_servers;
    search = context.dns_search;
  }
  for (const Value& server : own["nameservers"].items()) servers.push_back(server.str());
  for (const Value& domain : own["searches"].items()) search.push_back(domain.str());
  for (const Value& option : own["options"].items()) {
    const std::string name = option["name"].str();
    options.push_back(option["value"].is_string() ? name + ":" + option["value"].str() : name);
  }
  if (!servers.empty()) body.emplace_back("dns_server", strings(servers));
  if (!search.empty()) body.emplace_back("dns_search", strings(search));
  if (!options.empty()) body.emplace_back("dns_option", strings(options));

  std::vector<std::string> hosts;
  for (const auto& [name, address] : context.extra_hosts) hosts.push_back(name + ":" + address);
  for (const Value& alias : spec["hostAliases"].items()) {
    for (const Value& name : alias["hostnames"].items()) {
      hosts.push_back(name.str() + ":" + alias["ip"].str());
    }
  }
  if (!hosts.empty()) body.emplace_back("hostadd", strings(hosts));
}

/// One for each address, as the CNI plugins make them: where a pod is made anew at its address,
/// what the machine and the other pods know of that address stays true. Else they would talk to the
/// one that is gone for up to a minute.
std::string hardware_address(const std::string& address) {
  const std::uint32_t bits = parse_ipv4(address).value_or(0);
  return fmt::format("0a:58:{:02x}:{:02x}:{:02x}:{:02x}", bits >> 24, (bits >> 16) & 255,
                     (bits >> 8) & 255, bits & 255);
}

Value pod_body(const Value& spec, const PodContext& context,
               const std::map<std::string, std::string>& labels) {
  Members body;
  body.emplace_back("name", context.pod_name);
  body.emplace_back("hostname", spec["hostname"].str(context.identity));
  body.emplace_back("labels", string_map(labels));
  body.emplace_back("exit_policy", "continue");
  body.emplace_back("shared_namespaces", Value::array({"ipc", "net", "uts"}));
  if (!context.network.empty()) {
    Members network;
    if (!context.static_ip.empty()) {
      std::vector<Value> addresses{context.static_ip};
      if (!context.static_ip6.empty()) addresses.emplace_back(context.static_ip6);
      network.emplace_back("static_ips", Value::array(std::move(addresses)));
      network.emplace_back("static_mac", hardware_address(context.static_ip));
    }
    body.emplace_back("netns", Value::object({{"nsmode", "bridge"}}));
    body.emplace_back("Networks",
                      Value::object({{context.network, Value::object(std::move(network))}}));
  }
  add_names(spec, context, body);
  return Value::object(std::move(body));
}

Result<RestartPolicy> restart_of(const Value& spec) {
  const std::string_view policy = spec["restartPolicy"].as_string("Always");
  if (policy == "Always") return RestartPolicy::always;
  if (policy == "OnFailure") return RestartPolicy::on_failure;
  if (policy == "Never") return RestartPolicy::never;
  return fail(Code::invalid, fmt::format("restartPolicy: {} is none of Always, OnFailure, Never",
                                         printable(policy, 64)));
}

}  // namespace

Result<PodPlan> translate(const Value& pod_template, const PodContext& context) {
  const Value& spec = pod_template["spec"];
  if (!is_dns_label(context.pod_name)) {
    return fail(Code::invalid,
                fmt::format("pod name `{}` is no DNS label", printable(context.pod_name, 128)));
  }
  if (spec["containers"].empty()) return fail(Code::invalid, "spec.containers: is empty");
  PodPlan plan;
  plan.restart = TRY(restart_of(spec));
  const auto grace = spec["terminationGracePeriodSeconds"].as_int(30);
  plan.grace = Duration(1s) * std::clamp<std::int64_t>(grace, 0, 86'400);

  auto labels = context.labels;  // these win
  for (const Member& label : pod_template["metadata"]["labels"].members()) {
    labels.emplace(label.key(), label.value.str());
  }
  if (const Value& group = spec["securityContext"]["fsGroup"]; group.is_integer()) {
    plan.fs_group = static_cast<std::uint32_t>(group.as_int());
  }
  const PodVolumes volumes = TRY(PodVolumes::read(pod_template, context, plan));
  const Parts parts{pod_template, context, volumes, labels};
  std::set<std::string> names;
  const auto add = [&](const char* list, bool init, std::vector<ContainerPlan>& out) -> Result<> {
    for (const Value& container : spec[list].items()) {
      out.push_back(TRY(translate_container(container, init, parts, plan)));
      if (!names.insert(out.back().name).second) {
        return fail(Code::invalid, fmt::format("container {}: declared twice", out.back().name));
      }
    }
    return {};
  };
  TRY(add("initContainers", true, plan.init));
  TRY(add("containers", false, plan.containers));
  plan.create = pod_body(spec, context, labels);
  return plan;
}

bool is_sidecar(const Value& container) {
  return container["restartPolicy"].as_string() == "Always";
}

Value pod_template_of(const Value& object) {
  const std::string_view kind = object["kind"].as_string();
  if (kind == "Pod") return object;
  if (kind == "CronJob") return object["spec"]["jobTemplate"]["spec"]["template"];
  return object["spec"]["template"];
}

}  // namespace rumbo::target::podman
