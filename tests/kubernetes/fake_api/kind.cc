#include "kind.h"

#include <algorithm>

#include "base/strings.h"

namespace rumbo::fake_api {
namespace {

struct Row {
  const char* group;
  const char* version;
  const char* kind;
  const char* plural;
  const char* flags;  ///< c cluster-scoped, s status, r scale, g generation, d returns deleted
  const char* shorts = "";
};

constexpr Row kRows[] = {
    {"", "v1", "Namespace", "namespaces", "cs", "ns"},
    {"", "v1", "ConfigMap", "configmaps", "", "cm"},
    {"", "v1", "Secret", "secrets", ""},
    {"", "v1", "Service", "services", "sd", "svc"},
    {"", "v1", "ServiceAccount", "serviceaccounts", "d", "sa"},
    {"", "v1", "Pod", "pods", "sgd", "po"},
    {"", "v1", "PersistentVolumeClaim", "persistentvolumeclaims", "sd", "pvc"},
    {"", "v1", "PersistentVolume", "persistentvolumes", "csd", "pv"},
    {"", "v1", "Event", "events", "", "ev"},
    {"", "v1", "Endpoints", "endpoints", "", "ep"},
    {"", "v1", "LimitRange", "limitranges", "", "limits"},
    {"", "v1", "ResourceQuota", "resourcequotas", "sd", "quota"},
    {"", "v1", "Node", "nodes", "cs", "no"},
    {"apps", "v1", "Deployment", "deployments", "srg", "deploy"},
    {"apps", "v1", "StatefulSet", "statefulsets", "srg", "sts"},
    {"apps", "v1", "DaemonSet", "daemonsets", "sg", "ds"},
    {"apps", "v1", "ReplicaSet", "replicasets", "srg", "rs"},
    {"apps", "v1", "ControllerRevision", "controllerrevisions", ""},
    {"batch", "v1", "Job", "jobs", "sg"},
    {"batch", "v1", "CronJob", "cronjobs", "sg", "cj"},
    {"networking.k8s.io", "v1", "Ingress", "ingresses", "sg", "ing"},
    {"networking.k8s.io", "v1", "IngressClass", "ingressclasses", "cg"},
    {"networking.k8s.io", "v1", "NetworkPolicy", "networkpolicies", "g", "netpol"},
    {"policy", "v1", "PodDisruptionBudget", "poddisruptionbudgets", "sg", "pdb"},
    {"autoscaling", "v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers", "s", "hpa"},
    {"rbac.authorization.k8s.io", "v1", "Role", "roles", ""},
    {"rbac.authorization.k8s.io", "v1", "RoleBinding", "rolebindings", ""},
    {"rbac.authorization.k8s.io", "v1", "ClusterRole", "clusterroles", "c"},
    {"rbac.authorization.k8s.io", "v1", "ClusterRoleBinding", "clusterrolebindings", "c"},
    {"storage.k8s.io", "v1", "StorageClass", "storageclasses", "cd", "sc"},
    {"scheduling.k8s.io", "v1", "PriorityClass", "priorityclasses", "cg", "pc"},
    {"coordination.k8s.io", "v1", "Lease", "leases", ""},
    {"discovery.k8s.io", "v1", "EndpointSlice", "endpointslices", "g"},
    {"admissionregistration.k8s.io", "v1", "ValidatingWebhookConfiguration",
     "validatingwebhookconfigurations", "cg"},
    {"admissionregistration.k8s.io", "v1", "MutatingWebhookConfiguration",
     "mutatingwebhookconfigurations", "cg"},
    {"admissionregistration.k8s.io", "v1", "ValidatingAdmissionPolicy",
     "validatingadmissionpolicies", "csg"},
    {"admissionregistration.k8s.io", "v1", "ValidatingAdmissionPolicyBinding",
     "validatingadmissionpolicybindings", "cg"},
    {"apiregistration.k8s.io", "v1", "APIService", "apiservices", "cs"},
    {"apiextensions.k8s.io", "v1", "CustomResourceDefinition", "customresourcedefinitions", "csg",
     "crd"},
};

std::string type_name(const Row& row) {
  std::string package =
      split(row.group, '.')[0].empty() ? "core" : std::string(split(row.group, '.')[0]);
  return "io.k8s.api." + package + "." + row.version + "." + row.kind;
}

}  // namespace

std::vector<Kind> built_in_kinds(const TypeTable& types) {
  std::vector<Kind> kinds;
  for (const Row& row : kRows) {
    const std::string_view flags = row.flags;
    const auto has = [&](char flag) { return flags.find(flag) != std::string_view::npos; };
    Kind& kind = kinds.emplace_back();
    kind.group = row.group;
    kind.version = row.version;
    kind.kind = row.kind;
    kind.plural = row.plural;
    kind.singular = to_lower(row.kind);
    kind.namespaced = !has('c');
    kind.has_status = has('s');
    kind.has_scale = has('r');
    kind.counts_generation = has('g');
    kind.returns_deleted = has('d');
    if (*row.shorts != '\0') kind.short_names = {row.shorts};
    kind.type = types.find(type_name(row));
    if (kind.type == nullptr) kind.type = types.deduced();
  }
  return kinds;
}

std::vector<Kind> kinds_of_crd(const Value& crd, TypeTable& types) {
  std::vector<Kind> kinds;
  const Value& spec = crd["spec"];
  const Value& names = spec["names"];
  for (const Value& version : spec["versions"].items()) {
    if (!version["served"].as_bool()) continue;
    Kind& kind = kinds.emplace_back();
    kind.group = spec["group"].str();
    kind.version = version["name"].str();
    kind.kind = names["kind"].str();
    kind.plural = names["plural"].str();
    kind.singular = names["singular"].str(to_lower(kind.kind));
    kind.namespaced = spec["scope"].as_string() != "Cluster";
    kind.has_status = version["subresources"].contains("status");
    kind.has_scale = version["subresources"].contains("scale");
    kind.counts_generation = true;
    kind.custom = true;
    for (const Value& name : names["shortNames"].items()) kind.short_names.push_back(name.str());
    for (const Value& name : names["categories"].items()) kind.categories.push_back(name.str());
    kind.type = types.add_custom(version["schema"]["openAPIV3Schema"]);
  }
  return kinds;
}

}  // namespace rumbo::fake_api
