#include "render/helm/manifests.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "base/strings.h"
#include "codec/go_json.h"
#include "render/helm/go_json.h"
#include "render/helm/go_value.h"

namespace rumbo::render::helm {
namespace {

constexpr std::size_t kMaxDocuments = 100'000;

constexpr std::string_view kHook = "helm.sh/hook";

constexpr std::string_view kInstallOrder[] = {"PriorityClass",
                                              "Namespace",
                                              "NetworkPolicy",
                                              "ResourceQuota",
                                              "LimitRange",
                                              "PodSecurityPolicy",
                                              "PodDisruptionBudget",
                                              "ServiceAccount",
                                              "Secret",
                                              "SecretList",
                                              "ConfigMap",
                                              "StorageClass",
                                              "PersistentVolume",
                                              "PersistentVolumeClaim",
                                              "CustomResourceDefinition",
                                              "ClusterRole",
                                              "ClusterRoleList",
                                              "ClusterRoleBinding",
                                              "ClusterRoleBindingList",
                                              "Role",
                                              "RoleList",
                                              "RoleBinding",
                                              "RoleBindingList",
                                              "Service",
                                              "DaemonSet",
                                              "Pod",
                                              "ReplicationController",
                                              "ReplicaSet",
                                              "Deployment",
                                              "HorizontalPodAutoscaler",
                                              "StatefulSet",
                                              "Job",
                                              "CronJob",
                                              "IngressClass",
                                              "Ingress",
                                              "APIService",
                                              "MutatingWebhookConfiguration",
                                              "ValidatingWebhookConfiguration"};
constexpr std::size_t kWebhooks = 2;  // the last ones, which Helm 3 does not know

constexpr std::array<std::string_view, 10> kEvents = {
    "pre-install",  "post-install", "pre-delete",    "post-delete", "pre-upgrade",
    "post-upgrade", "pre-rollback", "post-rollback", "test",        "test-success"};

bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}
bool is_blank(std::string_view text) {
  return trim(text).find_first_not_of("\v\f") == std::string_view::npos;
}
std::string_view left_trimmed(std::string_view text) {
  while (!text.empty() && is_space(text[0])) text.remove_prefix(1);
  return text;
}
std::string_view trimmed(std::string_view text) {
  text = left_trimmed(text);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

/// Where the next line begins that starts with `---`, from `at` on.
std::size_t find_separator(std::string_view text, std::size_t at) {
  for (std::size_t found = text.find("---", at); found != text.npos;
       found = text.find("---", found + 1)) {
    if (found == 0 || text[found - 1] == '\n') return found;
  }
  return text.npos;
}

std::vector<std::string_view> split_helm4(std::string_view text) {
  std::vector<std::string_view> documents;
  const auto add = [&](std::string_view document) {
    if (!is_blank(document)) documents.push_back(left_trimmed(document));
  };
  std::size_t begin = 0;
  for (std::size_t at = find_separator(text, 0); at != text.npos;
       at = find_separator(text, begin)) {
    add(text.substr(begin, at - begin));
    begin = at + 3;
    while (begin < text.size() && (text[begin] == ' ' || text[begin] == '\t')) ++begin;
  }
  add(text.substr(begin));
  return documents;
}

/// Helm 3 takes the white space around a separator with it, so that of a run of separators with
/// nothing between them the second is text.
std::vector<std::string_view> split_helm3(std::string_view text) {
  text = trimmed(text);
  std::vector<std::string_view> documents;
  const auto add = [&](std::string_view document) {
    document = trimmed(document);
    if (!document.empty()) documents.push_back(document);
  };
  const auto blank = [](char c) { return is_space(c) && c != '\v'; };
  std::size_t begin = 0;
  std::size_t at = text.starts_with("---") ? 0 : text.find("\n---");
  while (at != text.npos) {
    add(text.substr(begin, at - begin));
    begin = at + (text[at] == '\n' ? 4 : 3);
    while (begin < text.size() && blank(text[begin])) ++begin;
    at = text.find("\n---", begin);
  }
  add(text.substr(begin));
  return documents;
}

std::size_t rank(std::string_view kind, Profile profile) {
  const std::size_t known = std::size(kInstallOrder) - (profile == Profile::helm3 ? kWebhooks : 0);
  for (std::size_t i = 0; i < known; ++i) {
    if (kInstallOrder[i] == kind) return i;
  }
  return std::size(kInstallOrder);
}

void sort_by_kind(std::vector<RenderedDocument>& documents, Profile profile) {
  std::vector<std::pair<std::size_t, std::size_t>> order;
  for (std::size_t i = 0; i < documents.size(); ++i) {
    order.emplace_back(rank(documents[i].kind, profile), i);
  }
  std::stable_sort(order.begin(), order.end(), [&](const auto& a, const auto& b) {
    if (a.first != b.first) return a.first < b.first;
    if (a.first < std::size(kInstallOrder)) return false;
    return documents[a.second].kind < documents[b.second].kind;
  });
  std::vector<RenderedDocument> sorted;
  sorted.reserve(documents.size());
  for (const auto& [ignored, index] : order) sorted.push_back(std::move(documents[index]));
  documents = std::move(sorted);
}

/// Reads apiVersion, kind and metadata as Helm's SimpleHead does.
Result<> read_head(RenderedDocument& document, Profile profile) {
  static constexpr std::string_view kHead[] = {"apiversion", "kind", "metadata"};
  const Value object = TRY(yaml_fields_to_json(document.text, kHead));
  if (object.is_null()) return {};
  if (!object.is_object()) {
    return cannot_unmarshal(codec::go_json_type(object),
                            profile == Profile::helm4 ? "value of type util.SimpleHead"
                                                      : "value of type releaseutil.SimpleHead");
  }
  Fields fields(object, "SimpleHead");
  (void)fields.text("apiVersion");
  document.kind = fields.text("kind");
  TRY(std::move(fields).finish());
  const Value* metadata = Fields(object, "").find("metadata");
  if (metadata == nullptr || metadata->is_null()) return {};
  if (!metadata->is_object()) {
    return cannot_unmarshal(
        codec::go_json_type(*metadata),
        "struct field SimpleHead.metadata of type struct { Name string \"json:\\\"name\\\"\"; "
        "Annotations map[string]string \"json:\\\"annotations\\\"\" }");
  }
  Fields inside(*metadata, ".metadata");
  document.name = inside.text("name");
  document.annotations = inside.text_map("annotations");
  return std::move(inside).finish();
}

/// True if every event that the annotation names is known.
bool knows_events(std::string_view annotation) {
  for (const auto word : split(annotation, ',')) {
    const std::string event = to_lower(trim(word));
    if (std::find(kEvents.begin(), kEvents.end(), event) == kEvents.end()) return false;
  }
  return true;
}

}  // namespace

std::vector<std::string_view> split_manifests(std::string_view text, Profile profile) {
  return profile == Profile::helm4 ? split_helm4(text) : split_helm3(text);
}

Result<SortedManifests> sort_manifests(const std::map<std::string, std::string>& files,
                                       Warnings& warnings) {
  const Profile profile = warnings.profile();
  SortedManifests sorted;
  for (const auto& [path, text] : files) {
    if (path.substr(path.rfind('/') + 1).starts_with('_') || is_blank(text)) continue;
    for (const std::string_view part : split_manifests(text, profile)) {
      if (sorted.objects.size() + sorted.hooks.size() >= kMaxDocuments) {
        return fail(Code::too_large,
                    fmt::format("{}: the chart renders more than {} objects", path, kMaxDocuments));
      }
      RenderedDocument document;
      document.path = path;
      document.text = part;
      if (auto read = read_head(document, profile); !read) {
        return fail(read.error().code(),
                    fmt::format("YAML parse error on {}: {}", path, read.error().message()));
      }
      const auto hook = document.annotations.find(std::string(kHook));
      if (hook == document.annotations.end()) {
        sorted.objects.push_back(std::move(document));
      } else if (knows_events(hook->second)) {
        sorted.hooks.push_back(std::move(document));
      } else {
        warnings.line(
            "level=INFO msg=\"skipping unknown hooks\" hookTypes=" + log_value(hook->second),
            "manifest_sorter.go:199: info: skipping unknown hook: " + go_quote(hook->second));
      }
    }
  }
  sort_by_kind(sorted.objects, profile);
  sort_by_kind(sorted.hooks, profile);
  return sorted;
}

bool is_test_hook(const RenderedDocument& hook) {
  const auto found = hook.annotations.find(std::string(kHook));
  if (found == hook.annotations.end()) return false;
  for (const auto word : split(found->second, ',')) {
    const std::string event = to_lower(trim(word));
    if (event == "test" || event == "test-success") return true;
  }
  return false;
}

}  // namespace rumbo::render::helm
