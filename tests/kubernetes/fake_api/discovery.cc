// Discovery: the aggregated documents, and the older ones for clients that do not ask for them.
// Rules: k8s.io/apiserver pkg/endpoints/discovery.
#include <map>

#include "base/strings.h"
#include "cluster.h"
#include "codec/json.h"

namespace rumbo::fake_api {
namespace {

Value texts(const std::vector<std::string>& all) {
  std::vector<Value> items(all.begin(), all.end());
  return Value::array(std::move(items));
}

const std::vector<std::string> kVerbs = {"create", "delete", "deletecollection", "get",
                                         "list",   "patch",  "update",           "watch"};

Value response_kind(const Kind& kind) {
  return Value::object({{"group", kind.group}, {"version", kind.version}, {"kind", kind.kind}});
}

Value aggregated(const Kind& kind) {
  Value resource = Value::object({{"resource", kind.plural},
                                  {"responseKind", response_kind(kind)},
                                  {"scope", kind.namespaced ? "Namespaced" : "Cluster"},
                                  {"singularResource", kind.singular},
                                  {"verbs", texts(kVerbs)}});
  if (!kind.short_names.empty()) resource = resource.with("shortNames", texts(kind.short_names));
  std::vector<Value> below;
  if (kind.has_scale) {
    below.push_back(Value::object(
        {{"subresource", "scale"},
         {"responseKind",
          Value::object({{"group", "autoscaling"}, {"version", "v1"}, {"kind", "Scale"}})},
         {"verbs", texts({"get", "patch", "update"})}}));
  }
  if (kind.has_status) {
    below.push_back(Value::object({{"subresource", "status"},
                                   {"responseKind", response_kind(kind)},
                                   {"verbs", texts({"get", "patch", "update"})}}));
  }
  return below.empty() ? resource : resource.with("subresources", Value::array(std::move(below)));
}

Value access_review_kind() {
  const Value kind = Value::object(
      {{"group", "authorization.k8s.io"}, {"version", "v1"}, {"kind", "SelfSubjectAccessReview"}});
  return Value::object({{"resource", "selfsubjectaccessreviews"},
                        {"responseKind", kind},
                        {"scope", "Cluster"},
                        {"singularResource", "selfsubjectaccessreview"},
                        {"verbs", texts({"create"})}});
}

}  // namespace

target::kubernetes::ApiResponse Cluster::discovery(const Call& call) {
  using Versions = std::vector<std::pair<std::string, std::vector<Value>>>;
  std::map<std::string, Versions> groups;
  const auto add = [&](const std::string& group, const std::string& version, Value resource) {
    Versions& versions = groups[group];
    for (auto& [name, resources] : versions) {
      if (name == version) {
        resources.push_back(std::move(resource));
        return;
      }
    }
    versions.emplace_back(version, std::vector<Value>{std::move(resource)});
  };
  for (const Kind& kind : kinds_) add(kind.group, kind.version, aggregated(kind));
  add("authorization.k8s.io", "v1", access_review_kind());
  for (const auto& custom : customs_) {
    if (clock_.mono() < custom->discovered_from) continue;
    add(custom->kind.group, custom->kind.version, aggregated(custom->kind));
  }
  const bool core = call.path == "/api";
  if (!core && call.path != "/apis") return page_not_found();
  if (call.accept.find("as=APIGroupDiscoveryList") == std::string::npos) {
    return {406, {{"content-type", "text/plain"}}, "only aggregated discovery is served\n"};
  }
  std::vector<Value> items;
  for (const auto& [group, versions] : groups) {
    if (group.empty() != core) continue;
    std::vector<Value> all;
    for (const auto& [version, resources] : versions) {
      const bool is_stale = stale_groups.contains(group);
      all.push_back(
          Value::object({{"version", version},
                         {"resources", Value::array(is_stale ? std::vector<Value>{} : resources)},
                         {"freshness", is_stale ? "Stale" : "Current"}}));
    }
    items.push_back(
        Value::object({{"metadata", core ? Value::object() : Value::object({{"name", group}})},
                       {"versions", Value::array(std::move(all))}}));
  }
  const Value document = Value::object({{"kind", "APIGroupDiscoveryList"},
                                        {"apiVersion", "apidiscovery.k8s.io/v2"},
                                        {"metadata", Value::object()},
                                        {"items", Value::array(std::move(items))}});
  auto response = response_of(200, document);
  const std::string tag = "\"" + std::to_string(std::hash<std::string>()(response.body)) + "\"";
  response.headers["etag"] = tag;
  response.headers["content-type"] =
      "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
  if (call.if_none_match == tag) return {304, response.headers, ""};
  return response;
}

}  // namespace rumbo::fake_api
