#include "engine/rules.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/strings.h"

namespace rumbo::engine {
namespace {

// Kinds not named here rank between configuration and workloads.
constexpr std::array<std::string_view, 22> kBeforeWorkloads{"Namespace",
                                                            "NetworkPolicy",
                                                            "ResourceQuota",
                                                            "LimitRange",
                                                            "PodDisruptionBudget",
                                                            "ServiceAccount",
                                                            "Secret",
                                                            "ConfigMap",
                                                            "StorageClass",
                                                            "PersistentVolume",
                                                            "PersistentVolumeClaim",
                                                            "CustomResourceDefinition",
                                                            "ClusterRole",
                                                            "ClusterRoleBinding",
                                                            "Role",
                                                            "RoleBinding",
                                                            "PriorityClass",
                                                            "RuntimeClass",
                                                            "IngressClass",
                                                            "VolumeAttributesClass",
                                                            "Endpoints",
                                                            "Service"};
constexpr std::array<std::string_view, 7> kWorkloads{
    "DaemonSet", "Pod", "ReplicaSet", "Deployment", "StatefulSet", "Job", "CronJob"};
constexpr std::array<std::string_view, 5> kAfterWorkloads{
    "HorizontalPodAutoscaler", "Ingress", "APIService", "MutatingWebhookConfiguration",
    "ValidatingWebhookConfiguration"};

template <std::size_t N>
int position(const std::array<std::string_view, N>& kinds, std::string_view kind) {
  const auto it = std::find(kinds.begin(), kinds.end(), kind);
  return it == kinds.end() ? -1 : static_cast<int>(it - kinds.begin());
}

std::string_view first_annotation(const Value& object,
                                  std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    if (const std::string_view value = annotation(object, name); !value.empty()) return value;
  }
  return {};
}

void add_reference(std::vector<ObjectKey>& out, std::string_view kind, const std::string& ns,
                   const Value& name) {
  if (!name.is_string()) return;
  ObjectKey key{"", std::string(kind), ns, name.str()};
  if (std::find(out.begin(), out.end(), key) == out.end()) out.push_back(std::move(key));
}

void add_env_references(std::vector<ObjectKey>& out, const std::string& ns,
                        const Value& container) {
  for (const Value& source : container["envFrom"].items()) {
    add_reference(out, "ConfigMap", ns, source["configMapRef"]["name"]);
    add_reference(out, "Secret", ns, source["secretRef"]["name"]);
  }
  for (const Value& variable : container["env"].items()) {
    add_reference(out, "ConfigMap", ns, variable["valueFrom"]["configMapKeyRef"]["name"]);
    add_reference(out, "Secret", ns, variable["valueFrom"]["secretKeyRef"]["name"]);
  }
}

/// True if any container mounts the volume so that it can write.
bool mounted_writable(const Value& spec, std::string_view volume) {
  for (const std::string_view list : {"containers", "initContainers"}) {
    for (const Value& container : spec[list].items()) {
      for (const Value& mount : container["volumeMounts"].items()) {
        if (mount["name"].as_string() == volume && !mount["readOnly"].as_bool()) return true;
      }
    }
  }
  return false;
}

std::string writable_volume(const Value& object, const std::vector<Object>& claims) {
  const Value& spec = pod_spec(object);
  for (const Value& volume : spec["volumes"].items()) {
    const std::string_view name = volume["name"].as_string();
    if (!mounted_writable(spec, name)) continue;
    if (volume["hostPath"].is_object()) {
      return "mounts hostPath " + volume["hostPath"]["path"].str() + " writable";
    }
    const Value& claim = volume["persistentVolumeClaim"];
    if (!claim.is_object() || claim["readOnly"].as_bool()) continue;
    const std::string_view claim_name = claim["claimName"].as_string();
    const auto declared = std::find_if(claims.begin(), claims.end(), [&](const Object& candidate) {
      return candidate.key.kind == "PersistentVolumeClaim" && candidate.key.name == claim_name;
    });
    if (declared != claims.end() && is_shared_claim(declared->value)) continue;
    return "writes volume claim " + std::string(claim_name);
  }
  return {};
}

std::string host_port(const Value& spec) {
  for (const Value& container : spec["containers"].items()) {
    for (const Value& port : container["ports"].items()) {
      if (port["hostPort"].as_int() > 0) {
        return "holds host port " + std::to_string(port["hostPort"].as_int());
      }
    }
  }
  return {};
}

}  // namespace

Result<int> wave_of(const Value& object) {
  const std::string_view text = first_annotation(
      object, {"rumbo.dev/wave", "argocd.argoproj.io/sync-wave", "helm.sh/hook-weight"});
  if (text.empty()) return 0;
  const auto number = parse_int(text);
  if (!number || *number < -10'000 || *number > 10'000) {
    return fail(Code::invalid, key_of(object).to_string() + ": sync wave `" + printable(text, 40) +
                                   "` is no integer between -10000 and 10000");
  }
  return static_cast<int>(*number);
}

int kind_rank(const ObjectKey& key) {
  if (const int at = position(kBeforeWorkloads, key.kind); at >= 0) return at;
  if (const int at = position(kWorkloads, key.kind); at >= 0) return 200 + at;
  if (const int at = position(kAfterWorkloads, key.kind); at >= 0) return 300 + at;
  return 100;
}

bool is_workload(const ObjectKey& key) {
  return position(kWorkloads, key.kind) >= 0;
}

bool is_scaffold(const ObjectKey& key) {
  return key.kind == "Namespace" || key.kind == "CustomResourceDefinition";
}

bool is_destructive_to_delete(const ObjectKey& key) {
  return is_scaffold(key) || key.kind == "PersistentVolumeClaim" || key.kind == "PersistentVolume";
}

const Value& pod_spec(const Value& workload) {
  const std::string_view kind = workload["kind"].as_string();
  if (kind == "Pod") return workload["spec"];
  if (kind == "CronJob") return workload["spec"]["jobTemplate"]["spec"]["template"]["spec"];
  return workload["spec"]["template"]["spec"];
}

bool is_shared_claim(const Value& claim) {
  const auto modes = claim["spec"]["accessModes"].items();
  return std::any_of(modes.begin(), modes.end(), [](const Value& mode) {
    return mode.as_string() == "ReadWriteMany" || mode.as_string() == "ReadOnlyMany";
  });
}

std::vector<std::string> written_claims(const Value& workload) {
  std::vector<std::string> out;
  const Value& spec = pod_spec(workload);
  for (const Value& volume : spec["volumes"].items()) {
    const Value& claim = volume["persistentVolumeClaim"];
    if (!claim.is_object() || claim["readOnly"].as_bool()) continue;
    if (mounted_writable(spec, volume["name"].as_string())) {
      out.push_back(claim["claimName"].str());
    }
  }
  return out;
}

std::string cannot_overlap(const Value& object, const std::vector<Object>& claims) {
  const ObjectKey key = key_of(object);
  if (!is_workload(key)) return {};
  if (key.kind == "StatefulSet") return "is a StatefulSet: one pod per identity";
  if (object["spec"]["strategy"]["type"].as_string() == "Recreate") return "strategy is Recreate";
  if (std::string port = host_port(pod_spec(object)); !port.empty()) return port;
  if (annotation(object, "rumbo.dev/overlap") == "allow") return {};
  return writable_volume(object, claims);
}

std::vector<ObjectKey> config_references(const Value& workload) {
  std::vector<ObjectKey> out;
  const Value& spec = pod_spec(workload);
  const std::string ns = workload["metadata"]["namespace"].str();
  for (const std::string_view list : {"containers", "initContainers"}) {
    for (const Value& container : spec[list].items()) add_env_references(out, ns, container);
  }
  for (const Value& volume : spec["volumes"].items()) {
    add_reference(out, "ConfigMap", ns, volume["configMap"]["name"]);
    add_reference(out, "Secret", ns, volume["secret"]["secretName"]);
    for (const Value& source : volume["projected"]["sources"].items()) {
      add_reference(out, "ConfigMap", ns, source["configMap"]["name"]);
      add_reference(out, "Secret", ns, source["secret"]["name"]);
    }
  }
  return out;
}

bool covers(const Value& live, const Value& want) {
  if (want.is_object()) {
    return std::all_of(want.members().begin(), want.members().end(), [&](const Member& member) {
      const Value* found = live.find(member.key());
      return found != nullptr && covers(*found, member.value);
    });
  }
  if (want.is_array()) {
    const auto a = live.items();
    const auto b = want.items();
    return live.is_array() && std::equal(a.begin(), a.end(), b.begin(), b.end(), covers);
  }
  return live == want;
}

}  // namespace rumbo::engine
