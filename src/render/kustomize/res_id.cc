#include "render/kustomize/res_id.h"

#include <algorithm>
#include <array>

namespace rumbo::render::kustomize {
namespace {

constexpr std::array<std::string_view, 22> kFirst = {"Namespace",
                                                     "ResourceQuota",
                                                     "StorageClass",
                                                     "CustomResourceDefinition",
                                                     "ServiceAccount",
                                                     "PodSecurityPolicy",
                                                     "Role",
                                                     "ClusterRole",
                                                     "RoleBinding",
                                                     "ClusterRoleBinding",
                                                     "ConfigMap",
                                                     "Secret",
                                                     "Endpoints",
                                                     "Service",
                                                     "LimitRange",
                                                     "PriorityClass",
                                                     "PersistentVolume",
                                                     "PersistentVolumeClaim",
                                                     "Deployment",
                                                     "StatefulSet",
                                                     "CronJob",
                                                     "PodDisruptionBudget"};
constexpr std::array<std::string_view, 2> kLast = {"MutatingWebhookConfiguration",
                                                   "ValidatingWebhookConfiguration"};

std::string or_else(std::string_view text, std::string_view missing) {
  return std::string(text.empty() ? missing : text);
}

}  // namespace

bool Gvk::is_selected(const Gvk& selector) const {
  return (selector.group.empty() || selector.group == group) &&
         (selector.version.empty() || selector.version == version) &&
         (selector.kind.empty() || selector.kind == kind);
}

std::string Gvk::to_string() const {
  return or_else(kind, "[noKind]") + "." + or_else(version, "[noVer]") + "." +
         or_else(group, "[noGrp]");
}

std::string Gvk::sort_text() const {
  return or_else(group, "~G") + "_" + or_else(version, "~V") + "_" + or_else(kind, "~K");
}

Gvk parse_api_version(std::string_view api_version) {
  const std::size_t slash = api_version.find('/');
  if (slash == api_version.npos) return {"", api_version, ""};
  return {api_version.substr(0, slash), api_version.substr(slash + 1), ""};
}

int kind_order(std::string_view kind) {
  const auto first = std::find(kFirst.begin(), kFirst.end(), kind);
  if (first != kFirst.end()) return static_cast<int>(first - kFirst.end());
  const auto last = std::find(kLast.begin(), kLast.end(), kind);
  return last == kLast.end() ? 0 : static_cast<int>(last - kLast.begin()) + 1;
}

std::string_view ResId::effective_namespace() const {
  if (cluster_scoped) return "_non_namespaceable_";
  return ns.empty() ? std::string_view("default") : ns;
}

bool ResId::is_selected_by(const ResId& selector) const {
  return (selector.name.empty() || selector.name == name) &&
         (selector.ns.empty() || selector.same_namespace(*this)) && gvk.is_selected(selector.gvk);
}

std::string ResId::to_string() const {
  return gvk.to_string() + "/" + or_else(name, "[noName]") + "." + or_else(ns, "[noNs]");
}

}  // namespace rumbo::render::kustomize
