#include "target/podman/import_container.h"

#include <algorithm>
#include <fmt/core.h>
#include <set>

#include "base/strings.h"

namespace rumbo::target::podman {
namespace {

constexpr std::size_t kMostName = 50;
constexpr std::int64_t kNanoseconds = 1'000'000'000;
constexpr std::int64_t kDefaultStop = 10;  // seconds; Podman's own

std::vector<std::string> words_of(const Value& list) {
  std::vector<std::string> out;
  if (list.is_string() && !list.as_string().empty()) out.push_back(list.str());
  for (const Value& word : list.items()) out.push_back(word.str());
  return out;
}

Value array_of(const std::vector<std::string>& words) {
  return Value::array(std::vector<Value>(words.begin(), words.end()));
}

bool looks_secret(std::string_view name) {
  const std::string lower = to_lower(name);
  for (const char* word : {"password", "passwd", "secret", "token", "apikey", "api_key",
                           "private_key", "credential"}) {
    if (lower.find(word) != std::string::npos) return true;
  }
  return false;
}

/// What the image would run by itself is not repeated.
void add_command(const Value& container, const Value& image, std::vector<Member>& out) {
  std::vector<std::string> ran = words_of(container["Path"]);
  for (const std::string& word : words_of(container["Args"])) ran.push_back(word);
  const std::vector<std::string> entry = words_of(image["Config"]["Entrypoint"]);
  std::vector<std::string> own = entry;
  for (const std::string& word : words_of(image["Config"]["Cmd"])) own.push_back(word);
  if (ran.empty() || ran == own) return;
  const bool same_entry = !entry.empty() && ran.size() >= entry.size() &&
                          std::equal(entry.begin(), entry.end(), ran.begin());
  if (same_entry) {
    const auto rest = ran.begin() + static_cast<std::ptrdiff_t>(entry.size());
    out.emplace_back("args", array_of({rest, ran.end()}));
  } else {
    out.emplace_back("command", array_of(ran));
  }
}

void add_environment(const Value& container, const Value& image, ImportedPod& pod,
                     std::vector<Member>& out) {
  std::set<std::string> known;
  for (const std::string& entry : words_of(image["Config"]["Env"])) known.insert(entry);
  std::vector<Value> env;
  for (const std::string& entry : words_of(container["Config"]["Env"])) {
    const std::size_t at = entry.find('=');
    const std::string name = entry.substr(0, at);
    const std::string value = at == std::string::npos ? "" : entry.substr(at + 1);
    // What Podman sets in every container.
    const bool podmans = name == "container" || name == "HOSTNAME" || name == "TERM" ||
                         name == "HOME" ||
                         (name == "PATH" && value.find("/usr/bin") != std::string::npos);
    if (podmans || known.contains(entry)) continue;
    if (!looks_secret(name)) {
      // "$(" would be a reference here.
      env.push_back(Value::object({{"name", name}, {"value", replace_all(value, "$(", "$$(")}}));
      continue;
    }
    std::string key = name;
    if (const auto other = pod.secret_values.find(key);
        other != pod.secret_values.end() && other->second != value) {
      key = container["Name"].str() + "." + name;
    }
    pod.secret_values[key] = value;
    env.push_back(Value::object(
        {{"name", name},
         {"valueFrom", Value::object({{"secretKeyRef", Value::object({{"name", pod.name + "-env"},
                                                                      {"key", key}})}})}}));
  }
  if (!env.empty()) out.emplace_back("env", Value::array(std::move(env)));
}

std::string volume_name(const std::string& wanted, const Value& volume, ImportedPod& pod) {
  std::string name = dns_label(wanted);
  for (int next = 2;; ++next) {
    const auto same = std::find_if(pod.volumes.begin(), pod.volumes.end(), [&](const Value& one) {
      return one["name"].as_string() == name;
    });
    if (same == pod.volumes.end()) {
      pod.volumes.push_back(volume.with("name", name));
      return name;
    }
    if (*same == volume.with("name", name)) return name;
    name = dns_label(wanted) + "-" + std::to_string(next);
  }
}

void add_mounts(const Value& container, ImportedPod& pod, std::vector<Member>& out,
                std::vector<std::string>& remarks) {
  std::vector<Value> mounts;
  const std::string who = container["Name"].str();
  for (const Value& mount : container["Mounts"].items()) {
    const std::string_view type = mount["Type"].as_string();
    const std::string path = mount["Destination"].str();
    Value volume;
    std::string name;
    if (type == "bind") {
      const std::string source = mount["Source"].str();
      name = volume_name(source.substr(source.rfind('/') + 1),
                         Value::object({{"hostPath", Value::object({{"path", source}})}}), pod);
    } else if (type == "volume") {
      const std::string podmans = mount["Name"].str();
      const bool anonymous = podmans.size() == 64 && from_hex(podmans);
      const std::string claim = anonymous
                                    ? dns_label(pod.name + "-" + path.substr(path.rfind('/') + 1))
                                    : dns_label(podmans);
      pod.claims[podmans] = claim;
      name = volume_name(
          claim, Value::object({{"persistentVolumeClaim", Value::object({{"claimName", claim}})}}),
          pod);
    } else {
      remarks.push_back(fmt::format("{}: the {} mount at {} is not carried over", who, type, path));
      continue;
    }
    Value entry = Value::object({{"name", name}, {"mountPath", path}});
    if (!mount["RW"].as_bool(true)) entry = entry.with("readOnly", true);
    mounts.push_back(std::move(entry));
  }
  for (const Member& tmpfs : container["HostConfig"]["Tmpfs"].members()) {
    const std::string path(tmpfs.key());
    const std::string name =
        volume_name("tmp-" + path.substr(path.rfind('/') + 1),
                    Value::object({{"emptyDir", Value::object({{"medium", "Memory"}})}}), pod);
    mounts.push_back(Value::object({{"name", name}, {"mountPath", path}}));
  }
  if (!mounts.empty()) out.emplace_back("volumeMounts", Value::array(std::move(mounts)));
}

void add_health(const Value& container, std::vector<Member>& out,
                std::vector<std::string>& remarks) {
  const Value& check = container["Config"]["Healthcheck"];
  const std::vector<std::string> test = words_of(check["Test"]);
  if (test.empty() || test[0] == "NONE") {
    remarks.push_back(container["Name"].str() +
                      ": no health check: a pod that runs counts as ready; a readinessProbe lets "
                      "Rumbo tell a good version from a bad one");
    return;
  }
  std::vector<std::string> command(test.begin() + 1, test.end());
  if (test[0] == "CMD-SHELL") command = {"/bin/sh", "-c", test.size() > 1 ? test[1] : "true"};
  if (test[0] != "CMD-SHELL" && test[0] != "CMD") command = test;
  const auto seconds = [&](const char* field, std::int64_t fallback) {
    const std::int64_t value = check[field].as_int() / kNanoseconds;
    return value > 0 ? value : fallback;
  };
  Value probe =
      Value::object({{"exec", Value::object({{"command", array_of(command)}})},
                     {"periodSeconds", seconds("Interval", 30)},
                     {"timeoutSeconds", seconds("Timeout", 30)},
                     {"failureThreshold", std::max<std::int64_t>(check["Retries"].as_int(3), 1)}});
  if (const std::int64_t start = seconds("StartPeriod", 0); start > 0) {
    probe = probe.with("initialDelaySeconds", start);
  }
  out.emplace_back("readinessProbe", std::move(probe));
}

void add_limits(const Value& container, std::vector<Member>& out) {
  const Value& host = container["HostConfig"];
  std::vector<Member> limits;
  if (const std::int64_t cpus = host["NanoCpus"].as_int(); cpus > 0) {
    limits.emplace_back("cpu", fmt::format("{}m", cpus / 1'000'000));
  }
  if (const std::int64_t memory = host["Memory"].as_int(); memory > 0) {
    limits.emplace_back("memory", std::to_string(memory));
  }
  if (limits.empty()) return;
  out.emplace_back("resources", Value::object({{"limits", Value::object(std::move(limits))}}));
}

Value capabilities_of(const Value& list) {
  std::vector<Value> out;
  for (const std::string& name : words_of(list)) {
    out.emplace_back(name.starts_with("CAP_") ? name.substr(4) : name);
  }
  return Value::array(std::move(out));
}

void add_security(const Value& container, std::vector<Member>& out,
                  std::vector<std::string>& remarks) {
  const Value& host = container["HostConfig"];
  std::vector<Member> security;
  const std::string user = container["Config"]["User"].str();
  if (!user.empty()) {
    const auto id = parse_int(user.substr(0, user.find(':')));
    const std::size_t colon = user.find(':');
    const auto group =
        colon == std::string::npos ? std::nullopt : parse_int(user.substr(colon + 1));
    if (id) security.emplace_back("runAsUser", *id);
    if (group) security.emplace_back("runAsGroup", *group);
    if (!id) {
      remarks.push_back(
          fmt::format("{}: user `{}` is a name: the image's own user is used; for "
                      "another set securityContext.runAsUser to its number",
                      container["Name"].as_string(), user));
    }
  }
  if (host["Privileged"].as_bool()) security.emplace_back("privileged", true);
  if (host["ReadonlyRootfs"].as_bool()) security.emplace_back("readOnlyRootFilesystem", true);
  std::vector<Member> caps;
  if (!host["CapAdd"].empty()) caps.emplace_back("add", capabilities_of(host["CapAdd"]));
  if (!host["CapDrop"].empty()) caps.emplace_back("drop", capabilities_of(host["CapDrop"]));
  if (!caps.empty()) security.emplace_back("capabilities", Value::object(std::move(caps)));
  if (!security.empty()) out.emplace_back("securityContext", Value::object(std::move(security)));
}

/// What no field here says.
void remark_on_the_rest(const Value& container, std::vector<std::string>& remarks) {
  const Value& host = container["HostConfig"];
  const std::string who = container["Name"].str();
  const auto lost = [&](const std::string& what) {
    remarks.push_back(who + ": " + what + " is not carried over");
  };
  if (host["NetworkMode"].as_string() == "host") {
    remarks.push_back(who +
                      ": it used the host's network: here it has an address of its own; "
                      "declare its ports and a Service");
  }
  for (const char* mode : {"PidMode", "IpcMode", "UTSMode"}) {
    if (host[mode].as_string() == "host") lost(std::string(mode) + " host");
  }
  if (!host["Devices"].empty()) lost("a device");
  for (const std::string& option : words_of(host["SecurityOpt"])) {
    lost("the security option " + option);
  }
  const std::string_view policy = host["RestartPolicy"]["Name"].as_string();
  if (policy == "no" || policy == "on-failure" || policy.empty()) {
    remarks.push_back(
        fmt::format("{}: its restart policy was `{}`; a Deployment always starts it "
                    "again: for work that ends declare a Job",
                    who, policy.empty() ? "no" : policy));
  }
}

}  // namespace

Value ImportedPod::spec() const {
  std::vector<Member> members{{"containers", Value::array(std::vector<Value>(containers))}};
  if (!volumes.empty()) members.emplace_back("volumes", Value::array(std::vector<Value>(volumes)));
  if (grace > 0) members.emplace_back("terminationGracePeriodSeconds", grace);
  if (!host_aliases.empty()) {
    members.emplace_back("hostAliases", Value::array(std::vector<Value>(host_aliases)));
  }
  return Value::object(std::move(members));
}

std::string dns_label(std::string_view text) {
  std::string out;
  for (const char c : to_lower(text)) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (plain) {
      out += c;
    } else if (!out.empty() && out.back() != '-') {
      out += '-';
    }
    if (out.size() == kMostName) break;
  }
  while (!out.empty() && out.back() == '-') out.pop_back();
  if (out.empty()) return "x";
  return out.front() >= '0' && out.front() <= '9' ? "x" + out : out;
}

void add_port_bindings(const Value& bindings, std::vector<ImportedPort>& out) {
  for (const Member& binding : bindings.members()) {
    const std::string text(binding.key());
    const auto port = parse_int(text.substr(0, text.find('/')));
    if (!port) continue;
    const std::string protocol = text.ends_with("/udp") ? "UDP" : "TCP";
    if (binding.value.empty()) out.push_back({static_cast<int>(*port), 0, "", protocol});
    for (const Value& host : binding.value.items()) {
      const auto number = parse_int(host["HostPort"].as_string());
      out.push_back({static_cast<int>(*port), static_cast<int>(number.value_or(0)),
                     host["HostIp"].str(), protocol});
    }
  }
}

void import_container(const Value& container, const Value& image, ImportedPod& pod,
                      std::vector<std::string>& remarks) {
  std::vector<Member> out;
  std::string name = dns_label(container["Name"].as_string());
  // "web-pod-app" or "web-app" of `kube play`, "shop_web_1" of compose: the pod says the rest.
  for (const std::string& prefix : {pod.name + "-pod-", pod.name + "-"}) {
    const bool in_pod = !container["Pod"].as_string().empty();
    if (in_pod && name.starts_with(prefix) && name.size() > prefix.size()) {
      name = name.substr(prefix.size());
      break;
    }
  }
  out.emplace_back("name", name);
  out.emplace_back("image", container["ImageName"].str());
  add_command(container, image, out);
  const std::string directory = container["Config"]["WorkingDir"].str();
  const std::string own = image["Config"]["WorkingDir"].str();
  if (!directory.empty() && directory != (own.empty() ? "/" : own)) {
    out.emplace_back("workingDir", directory);
  }
  add_environment(container, image, pod, out);
  std::vector<ImportedPort> ports;
  add_port_bindings(container["HostConfig"]["PortBindings"], ports);
  for (const Member& exposed : image["Config"]["ExposedPorts"].members()) {
    add_port_bindings(Value::object({{exposed.key(), Value()}}), ports);
  }
  std::vector<Value> declared;
  std::set<std::pair<int, std::string>> told;
  for (const ImportedPort& port : ports) {
    if (!told.insert({port.container, port.protocol}).second) continue;
    Value one = Value::object({{"containerPort", port.container}});
    declared.push_back(port.protocol == "UDP" ? one.with("protocol", "UDP") : one);
  }
  if (!declared.empty()) out.emplace_back("ports", Value::array(std::move(declared)));
  pod.ports.insert(pod.ports.end(), ports.begin(), ports.end());
  add_mounts(container, pod, out, remarks);
  add_health(container, out, remarks);
  add_limits(container, out);
  add_security(container, out, remarks);
  remark_on_the_rest(container, remarks);
  const std::int64_t stop = container["Config"]["StopTimeout"].as_int();
  if (stop > 0 && stop != kDefaultStop) pod.grace = std::max(pod.grace, stop);
  for (const std::string& entry : words_of(container["HostConfig"]["ExtraHosts"])) {
    const std::size_t colon = entry.find(':');
    if (colon == std::string::npos) continue;
    pod.host_aliases.push_back(Value::object(
        {{"ip", entry.substr(colon + 1)}, {"hostnames", Value::array({entry.substr(0, colon)})}}));
  }
  pod.containers.push_back(Value::object(std::move(out)));
}

}  // namespace rumbo::target::podman
