// Rules between fields, each with the place of the field to change.
#include "target/podman/check_rules.h"

#include <algorithm>
#include <fmt/core.h>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "base/cron.h"
#include "base/strings.h"
#include "base/time_zone.h"
#include "codec/base64.h"
#include "target/podman/identity.h"
#include "target/podman/image_reference.h"
#include "target/podman/pod_env.h"
#include "target/podman/pod_volumes.h"
#include "target/podman/probe_spec.h"

namespace rumbo::target::podman {
namespace {

class Rules {
 public:
  explicit Rules(std::vector<FieldFinding>& findings) : findings_(findings) {}

  void add(std::string pointer, std::string message, std::string hint = {}) {
    findings_.push_back({std::move(pointer), std::move(message), std::move(hint), false});
  }
  void note(std::string pointer, std::string message) {
    findings_.push_back({std::move(pointer), std::move(message), {}, true});
  }

  void needs_ipv6(const std::string& pointer, const Ipv6Support& ipv6, std::string hint) {
    using State = Ipv6Support::State;
    if (ipv6.state == State::on) return;
    if (ipv6.state == State::unknown) {
      note(pointer, "needs a Podman host with `ipv6: true`");
    } else {
      add(pointer, "this host has no IPv6 for Services: " + ipv6.why, std::move(hint));
    }
  }

  void label(const Value& name, const std::string& pointer, std::string_view what) {
    if (name.is_string() && !is_dns_label(name.as_string())) {
      add(pointer, fmt::format("`{}` is no {}", printable(name.as_string(), 128), what),
          "use up to 63 lower-case letters, digits and '-', a letter or digit at both ends");
    }
  }

  void port(const Value& port, const std::string& pointer) {
    if (port.is_integer() && (port.as_int() < 1 || port.as_int() > 65535)) {
      add(pointer, fmt::format("port {} is not in 1-65535", port.as_int()));
    }
  }

  void protocol(const Value& value, const std::string& pointer) {
    if (value.as_string() == "SCTP") {
      add(pointer, "SCTP is not supported on a Podman host", "use TCP or UDP");
    }
  }

  /// Reports the second of two equal texts.
  void unique(std::set<std::string>& seen, const std::string& text, const std::string& pointer,
              std::string_view what) {
    if (!text.empty() && !seen.insert(text).second) {
      add(pointer, fmt::format("{} `{}` is declared twice", what, printable(text, 128)));
    }
  }

 private:
  std::vector<FieldFinding>& findings_;
};

// ---- pods

void check_volumes(const Value& spec, const std::string& pointer, Rules& rules,
                   std::set<std::string>& names, std::set<std::string>& claims) {
  for (std::size_t i = 0; i < spec["volumes"].size(); ++i) {
    const Value& volume = spec["volumes"][i];
    const std::string place = below(below(pointer, "volumes"), i);
    const std::string name = volume["name"].str();
    rules.label(volume["name"], below(place, "name"), "volume name");
    rules.unique(names, name, below(place, "name"), "volume");
    if (volume["persistentVolumeClaim"].is_object()) claims.insert(name);
    int sources = 0;
    for (const Member& member : volume.members()) sources += member.key() != "name" ? 1 : 0;
    if (sources != 1) {
      rules.add(place, fmt::format("volume `{}` has {} sources, not one", name, sources),
                "for an empty directory write `emptyDir: {}`");
    }
    const std::string path = volume["hostPath"]["path"].str("/");
    if (path.empty() || path[0] != '/') {
      rules.add(below(below(place, "hostPath"), "path"), "must be an absolute path");
    }
    const std::string_view type = volume["hostPath"]["type"].as_string();
    if (type == "FileOrCreate" || type == "CharDevice" || type == "BlockDevice") {
      rules.add(below(below(place, "hostPath"), "type"),
                fmt::format("{} is not supported on a Podman host", type));
    }
    for (const char* source : {"configMap", "secret"}) {
      const Value& items = volume[source]["items"];
      for (std::size_t at = 0; at < items.size(); ++at) {
        if (is_inner_path(items[at]["path"].as_string())) continue;
        rules.add(below(below(below(below(place, source), "items"), at), "path"),
                  "must be a relative path without `..`");
      }
    }
  }
}

void check_mounts(const Value& container, const std::string& pointer, Rules& rules,
                  const std::set<std::string>& volumes, const std::set<std::string>& claims) {
  std::set<std::string> paths;
  for (std::size_t i = 0; i < container["volumeMounts"].size(); ++i) {
    const Value& mount = container["volumeMounts"][i];
    const std::string place = below(below(pointer, "volumeMounts"), i);
    const std::string name = mount["name"].str();
    if (!volumes.contains(name)) {
      std::vector<std::string_view> names(volumes.begin(), volumes.end());
      const std::string_view near = closest(name, names);
      rules.add(below(place, "name"),
                fmt::format("volume `{}` is mounted but not declared", printable(name, 128)),
                near.empty() ? "" : fmt::format("did you mean `{}`?", near));
    }
    const std::string path = mount["mountPath"].str();
    if (path.empty() || path[0] != '/') {
      rules.add(below(place, "mountPath"), "must be an absolute path");
    }
    rules.unique(paths, path, below(place, "mountPath"), "mount path");
    const std::string_view inner = mount["subPath"].as_string();
    if (!inner.empty() && !is_inner_path(inner)) {
      rules.add(below(place, "subPath"), "must be a relative path without `..`");
    } else if (!inner.empty() && claims.contains(name)) {
      rules.add(below(place, "subPath"), "subPath of a claim is not supported on a Podman host",
                "use a claim of its own");
    }
  }
}

void check_env(const Value& container, const std::string& pointer, Rules& rules) {
  for (std::size_t i = 0; i < container["env"].size(); ++i) {
    const Value& variable = container["env"][i];
    const std::string place = below(below(pointer, "env"), i);
    const std::string_view name = variable["name"].as_string();
    if (name.empty() || name.find('=') != std::string_view::npos) {
      rules.add(below(place, "name"),
                fmt::format("`{}` is no variable name", printable(name, 128)));
    }
    const Value& from = variable["valueFrom"];
    if (from.is_null()) continue;
    if (variable["value"].is_string() && !variable["value"].as_string().empty()) {
      rules.add(place, "has both value and valueFrom");
    }
    if (from.size() != 1) {
      rules.add(below(place, "valueFrom"),
                "needs exactly one of configMapKeyRef, secretKeyRef, fieldRef");
    }
    const std::string_view field = from["fieldRef"]["fieldPath"].as_string();
    if (field.empty() || is_pod_field(field)) continue;
    rules.add(below(below(below(place, "valueFrom"), "fieldRef"), "fieldPath"),
              fmt::format("field `{}` is not known on a Podman host", printable(field, 128)));
  }
  for (std::size_t i = 0; i < container["envFrom"].size(); ++i) {
    const Value& source = container["envFrom"][i];
    if (source.contains("configMapRef") != source.contains("secretRef")) continue;
    rules.add(below(below(pointer, "envFrom"), i), "needs exactly one of configMapRef, secretRef");
  }
}

void check_probes(const Value& container, const std::string& pointer, Rules& rules) {
  for (const char* name : {"readinessProbe", "livenessProbe", "startupProbe"}) {
    if (container[name].is_null()) continue;
    const Value alone = Value::object(
        {{"name", container["name"]}, {"ports", container["ports"]}, {name, container[name]}});
    if (const auto read = probes_of(alone); !read) {
      rules.add(below(pointer, name), read.error().message());
    }
  }
  if (const auto read = pre_stop_of(container); !read) {
    rules.add(below(below(pointer, "lifecycle"), "preStop"), read.error().message());
  }
  if (const auto read = post_start_of(container); !read) {
    rules.add(below(below(pointer, "lifecycle"), "postStart"), read.error().message());
  }
}

void check_security(const Value& container, const Value& spec, const std::string& pointer,
                    Rules& rules) {
  const Value& own = container["securityContext"];
  const auto setting = [&](const char* name) {
    return own[name].is_null() ? spec["securityContext"][name] : own[name];
  };
  if (setting("runAsNonRoot").as_bool() && setting("runAsUser").as_int(0) == 0) {
    rules.add(pointer, "runAsNonRoot needs a runAsUser other than 0 on a Podman host",
              "set securityContext.runAsUser to the user of the image");
  }
  if (setting("seccompProfile")["type"].as_string() == "Localhost") {
    rules.add(pointer, "seccomp profiles of type Localhost are not supported on a Podman host");
  }
  for (const char* list : {"limits", "requests"}) {
    for (const Member& resource : container["resources"][list].members()) {
      if (resource.key() == "cpu" || resource.key() == "memory") continue;
      const std::string place = below(below(below(pointer, "resources"), list), resource.key());
      if (resource.key() == "ephemeral-storage") {
        rules.note(place, "`ephemeral-storage` changes nothing on a Podman host");
      } else {
        rules.add(place, fmt::format("resource `{}` is not supported on a Podman host",
                                     printable(resource.key(), 128)));
      }
    }
  }
}

void check_pod(const Value& spec, const std::string& pointer, Rules& rules) {
  std::set<std::string> volumes, claims, names, port_names, host_ports;
  check_volumes(spec, pointer, rules, volumes, claims);
  rules.label(spec["hostname"], below(pointer, "hostname"), "host name");
  if (spec["containers"].empty()) rules.add(below(pointer, "containers"), "is empty");
  for (const char* list : {"initContainers", "containers"}) {
    const bool init = std::string_view(list) == "initContainers";
    for (std::size_t i = 0; i < spec[list].size(); ++i) {
      const Value& container = spec[list][i];
      const std::string place = below(below(pointer, list), i);
      rules.label(container["name"], below(place, "name"), "container name");
      rules.unique(names, container["name"].str(), below(place, "name"), "container");
      if (const auto image = parse_image(container["image"].as_string()); !image) {
        rules.add(below(place, "image"), image.error().message());
      }
      for (std::size_t at = 0; at < container["ports"].size(); ++at) {
        const Value& port = container["ports"][at];
        const std::string where = below(below(place, "ports"), at);
        rules.port(port["containerPort"], below(where, "containerPort"));
        if (port["hostPort"].as_int() != 0) rules.port(port["hostPort"], below(where, "hostPort"));
        rules.protocol(port["protocol"], below(where, "protocol"));
        rules.unique(port_names, port["name"].str(), below(where, "name"), "port");
        if (port["hostPort"].as_int() != 0) {
          rules.unique(
              host_ports,
              fmt::format("{}/{}", port["hostPort"].as_int(), port["protocol"].as_string("TCP")),
              below(where, "hostPort"), "host port");
        }
      }
      check_mounts(container, place, rules, volumes, claims);
      check_env(container, place, rules);
      check_security(container, spec, place, rules);
      check_probes(container, place, rules);
      for (const char* name : {"readinessProbe", "livenessProbe", "startupProbe", "lifecycle"}) {
        if (!init || container[name].is_null() || is_sidecar(container)) continue;
        rules.add(below(place, name), fmt::format("an init container has no {}", name),
                  "with restartPolicy: Always it is a sidecar, and has them");
      }
      if (!init && container["restartPolicy"].is_string()) {
        rules.add(below(place, "restartPolicy"), "is for init containers", "leave it out");
      }
    }
  }
}

// ---- other kinds

void check_workload(const Value& object, Rules& rules) {
  const Value& spec = object["spec"];
  if (spec["replicas"].as_int(1) < 0) rules.add("/spec/replicas", "must not be negative");
  const Value& labels = spec["template"]["metadata"]["labels"];
  const Value& wanted = spec["selector"]["matchLabels"];
  if (wanted.empty()) rules.add("/spec/selector/matchLabels", "must name at least one label");
  for (const Member& label : wanted.members()) {
    if (labels[label.key()] == label.value) continue;
    rules.add(below("/spec/selector/matchLabels", label.key()),
              fmt::format("the template's labels do not have `{}: {}`", printable(label.key(), 128),
                          printable(label.value.as_string(), 128)),
              "the selector must match spec.template.metadata.labels");
  }
  if (spec["template"]["spec"]["restartPolicy"].as_string("Always") != "Always") {
    rules.add("/spec/template/spec/restartPolicy",
              fmt::format("must be Always in a {}", object["kind"].as_string()));
  }
}

void check_claim_spec(const Value& spec, const std::string& pointer, Rules& rules) {
  const std::string place = below(pointer, "accessModes");
  if (spec["accessModes"].empty()) rules.add(place, "must name at least one access mode");
  for (std::size_t i = 0; i < spec["accessModes"].size(); ++i) {
    const std::string_view mode = spec["accessModes"][i].as_string();
    if (mode == "ReadWriteOnce" || mode == "ReadOnlyMany" || mode == "ReadWriteMany" ||
        mode == "ReadWriteOncePod") {
      continue;
    }
    rules.add(below(place, i), fmt::format("`{}` is no access mode", printable(mode, 128)),
              "ReadWriteOnce, ReadWriteOncePod, ReadWriteMany and ReadOnlyMany are");
  }
}

/// Templates become volumes of the pods: no volume may have the same name.
void check_claim_templates(const Value& object, Rules& rules) {
  std::set<std::string> names;
  for (const Value& volume : object["spec"]["template"]["spec"]["volumes"].items()) {
    names.insert(volume["name"].str());
  }
  const Value& templates = object["spec"]["volumeClaimTemplates"];
  for (std::size_t i = 0; i < templates.size(); ++i) {
    const std::string place = below("/spec/volumeClaimTemplates", i);
    const Value& name = templates[i]["metadata"]["name"];
    if (name.as_string().empty()) rules.add(place + "/metadata", "field `name` is missing");
    rules.label(name, place + "/metadata/name", "claim name");
    rules.unique(names, name.str(), place + "/metadata/name", "volume");
    check_claim_spec(templates[i]["spec"], place + "/spec", rules);
  }
}

bool has_pod_template(std::string_view kind) {
  return kind == "Deployment" || kind == "DaemonSet" || kind == "StatefulSet" || kind == "Job";
}

void check_job(const Value& spec, const std::string& pointer, Rules& rules) {
  for (const char* name : {"completions", "parallelism"}) {
    if (spec[name].as_int(1) == 1) continue;
    rules.add(below(pointer, name), fmt::format("{} other than 1 is not supported", name));
  }
  if (spec["template"]["spec"]["restartPolicy"].as_string("Always") == "Always") {
    rules.add(pointer + "/template/spec/restartPolicy", "must be Never or OnFailure in a Job");
  }
}

void check_cron(const Value& object, Rules& rules) {
  const Value& spec = object["spec"];
  if (const auto schedule = CronSchedule::parse(spec["schedule"].as_string()); !schedule) {
    rules.add("/spec/schedule", schedule.error().message(),
              "as in crontab(5): \"30 2 * * *\" is every day at 02:30, in UTC without a timeZone");
  }
  const std::string_view zone = spec["timeZone"].as_string("UTC");
  if (!is_zone_name(zone) || zone == "Local") {
    rules.add("/spec/timeZone", fmt::format("`{}` is no time zone", printable(zone, 64)),
              "as in the IANA list: Europe/Berlin, Etc/UTC");
  }
  // Its runs are named after it, with the minute.
  if (object["metadata"]["name"].as_string().size() > 52) {
    rules.add("/metadata/name", "a CronJob's name has at most 52 characters");
  }
  check_job(spec["jobTemplate"]["spec"], "/spec/jobTemplate/spec", rules);
  check_pod(spec["jobTemplate"]["spec"]["template"]["spec"], "/spec/jobTemplate/spec/template/spec",
            rules);
}

/// It has a name that is looked up, and nothing behind it.
void check_external(const Value& spec, Rules& rules) {
  std::string_view host = spec["externalName"].as_string();
  if (host.ends_with('.')) host.remove_suffix(1);
  const auto labels = split(host, '.');
  const bool name = host.size() <= 253 && std::ranges::all_of(labels, is_dns_label);
  const bool number = labels.back().find_first_not_of("0123456789") == std::string_view::npos;
  if (!name || number) {
    rules.add("/spec/externalName", "is no name of a host",
              number ? "for an address, use `hostAliases` in the pods"
                     : "write a name like db.example.org");
  }
  if (!spec["selector"].empty()) {
    rules.add("/spec/selector", "a service of type ExternalName has no pods");
  }
}

/// As the API server has it: two families need a policy that says so, and each must be there.
void check_families(const Value& spec, const Ipv6Support& ipv6, Rules& rules) {
  const Value& families = spec["ipFamilies"];
  const std::string_view policy = spec["ipFamilyPolicy"].as_string("SingleStack");
  std::set<std::string> names;
  for (std::size_t i = 0; i < families.size(); ++i) {
    const std::string name = families[i].str();
    const std::string place = below("/spec/ipFamilies", i);
    if (!name.empty() && name != "IPv4" && name != "IPv6") {
      rules.add(place, "is neither IPv4 nor IPv6");
    }
    rules.unique(names, name, place, "family");
    if (name == "IPv6") rules.needs_ipv6(place, ipv6, "write [IPv4], or leave ipFamilies out");
  }
  if (policy == "SingleStack" && families.size() > 1) {
    rules.add("/spec/ipFamilyPolicy",
              "must be RequireDualStack or PreferDualStack when multiple ipFamilies are specified");
  }
  if (policy == "RequireDualStack") {
    rules.needs_ipv6("/spec/ipFamilyPolicy", ipv6,
                     "PreferDualStack takes what there is: IPv4 here");
  }
}

void check_service(const Value& object, const Ipv6Support& ipv6, Rules& rules) {
  const Value& spec = object["spec"];
  const std::string_view type = spec["type"].as_string("ClusterIP");
  if (type == "ExternalName") return check_external(spec, rules);
  if (!spec["externalName"].as_string().empty()) {
    rules.add("/spec/externalName", "is for services of type ExternalName");
  }
  check_families(spec, ipv6, rules);
  const bool headless = spec["clusterIP"].as_string() == "None";
  if (headless && type != "ClusterIP") {
    rules.add("/spec/clusterIP", fmt::format("a service of type {} needs an address", type),
              "leave clusterIP out");
  }
  if (spec["selector"].empty()) {
    rules.add("/spec/selector", "a service without a selector has no endpoints here");
  }
  if (spec["ports"].empty() && !headless) rules.add("/spec/ports", "is empty");
  std::set<std::string> names, numbers, node_ports;
  for (std::size_t i = 0; i < spec["ports"].size(); ++i) {
    const Value& port = spec["ports"][i];
    const std::string place = below("/spec/ports", i);
    const std::string protocol = port["protocol"].str("TCP");
    rules.label(port["name"], below(place, "name"), "port name");
    rules.unique(names, port["name"].str(), below(place, "name"), "port");
    rules.port(port["port"], below(place, "port"));
    rules.protocol(port["protocol"], below(place, "protocol"));
    rules.unique(numbers, fmt::format("{}/{}", port["port"].as_int(), protocol),
                 below(place, "port"), "port");
    if (spec["ports"].size() > 1 && port["name"].as_string().empty()) {
      rules.add(place, "needs a name, as one of several ports");
    }
    if (port["nodePort"].as_int() == 0) continue;
    rules.port(port["nodePort"], below(place, "nodePort"));
    rules.unique(node_ports, fmt::format("{}/{}", port["nodePort"].as_int(), protocol),
                 below(place, "nodePort"), "node port");
    if (type == "ClusterIP") {
      rules.add(below(place, "nodePort"), "a service of type ClusterIP has no node port",
                "set `type: NodePort`");
    }
  }
}

void check_data(const Value& object, Rules& rules) {
  const bool secret = object["kind"].as_string() == "Secret";
  for (const char* member : {"data", "stringData", "binaryData"}) {
    const std::string place = below("", member);
    const bool encoded =
        std::string_view(member) == "binaryData" || (secret && std::string_view(member) == "data");
    for (const Member& entry : object[member].members()) {
      const std::string_view key = entry.key();
      const bool valid = !key.empty() && key.size() <= 253 && key != "." && key != ".." &&
                         key.find_first_not_of(
                             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWX"
                             "YZ0123456789._-") == std::string_view::npos;
      if (!valid) {
        rules.add(below(place, key), fmt::format("`{}` is no key", printable(key, 128)),
                  "use letters, digits, '-', '_' and '.'");
      }
      if (encoded && !codec::base64_decode(trim(entry.value.as_string()))) {
        rules.add(below(place, key), "is not base64",
                  secret ? "write plain text under stringData" : "write text under data");
      }
    }
  }
}

}  // namespace

std::string below(const std::string& pointer, std::string_view part) {
  return pointer + "/" + replace_all(replace_all(part, "~", "~0"), "/", "~1");
}

std::string below(const std::string& pointer, std::size_t index) {
  return pointer + "/" + std::to_string(index);
}

void check_rules(const Value& object, const Ipv6Support& ipv6,
                 std::vector<FieldFinding>& findings) {
  Rules rules(findings);
  const std::string_view kind = object["kind"].as_string();
  const std::string_view name = object["metadata"]["name"].as_string();
  if (name.empty()) rules.add("/metadata", "field `name` is missing");
  const auto labels = split(name, '.');
  // The name of a StatefulSet is the beginning of host names.
  const bool dotted = kind == "ConfigMap" || kind == "Secret" || kind == "Pod" ||
                      kind == "PersistentVolumeClaim" ||
                      (has_pod_template(kind) && kind != "StatefulSet");
  if (!dotted) {
    rules.label(object["metadata"]["name"], "/metadata/name", "name of this kind");
  } else if (!name.empty() &&
             (name.size() > 253 || !std::all_of(labels.begin(), labels.end(), is_dns_label))) {
    rules.add("/metadata/name", fmt::format("`{}` is no DNS name", printable(name, 128)));
  }
  rules.label(object["metadata"]["namespace"], "/metadata/namespace", "namespace");
  if (has_pod_template(kind) && kind != "Job") check_workload(object, rules);
  if (kind == "StatefulSet") check_claim_templates(object, rules);
  if (kind == "PersistentVolumeClaim") check_claim_spec(object["spec"], "/spec", rules);
  if (kind == "Job") check_job(object["spec"], "/spec", rules);
  if (kind == "CronJob") check_cron(object, rules);
  if (kind == "Service") check_service(object, ipv6, rules);
  if (kind == "ConfigMap" || kind == "Secret") check_data(object, rules);
  if (kind == "Pod") check_pod(object["spec"], "/spec", rules);
  if (has_pod_template(kind)) {
    check_pod(pod_template_of(object, 0)["spec"], "/spec/template/spec", rules);
  }
}

}  // namespace rumbo::target::podman
