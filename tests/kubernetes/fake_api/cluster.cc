#include "cluster.h"

#include <algorithm>

#include "base/strings.h"
#include "codec/json.h"

namespace rumbo::fake_api {
namespace {

using target::kubernetes::ApiResponse;

Value metadata_only(const Value& object) {
  return Value::object({{"kind", "PartialObjectMetadata"},
                        {"apiVersion", "meta.k8s.io/v1"},
                        {"metadata", object["metadata"]}});
}

}  // namespace

Cluster::Cluster(const Clock& clock, ClusterOptions options)
    : clock_(clock),
      options_(std::move(options)),
      types_(*TypeTable::load(options_.types.empty() ? RUMBO_SOURCE_DIR
                                  "/testdata/kubernetes/types.json"
                                                     : options_.types)),
      kinds_(built_in_kinds(types_)) {
  const Kind& kind = *kind_named("", "Namespace");
  for (const char* name : {"default", "kube-system", "kube-public"}) {
    (void)make(kind,
               Value::object({{"apiVersion", "v1"},
                              {"kind", "Namespace"},
                              {"metadata", Value::object({{"name", name}})}}),
               "kube-apiserver");
  }
}

std::string Cluster::now() const {
  return to_rfc3339(clock_.wall()).substr(0, 19) + "Z";
}

std::string Cluster::new_uid() {
  constexpr std::size_t kDigits = 12;
  std::string number = std::to_string(++uids_);
  number.insert(0, kDigits - std::min(kDigits, number.size()), '0');
  return "00000000-0000-4000-8000-" + number;
}

const Kind* Cluster::find_kind(const std::string& group, const std::string& version,
                               const std::string& plural) const {
  for (const Kind& kind : kinds_) {
    if (kind.group == group && kind.version == version && kind.plural == plural) return &kind;
  }
  for (const auto& custom : customs_) {
    const Kind& kind = custom->kind;
    if (kind.group == group && kind.version == version && kind.plural == plural &&
        clock_.mono() >= custom->served_from) {
      return &kind;
    }
  }
  return nullptr;
}

const Kind* Cluster::kind_named(const std::string& group, const std::string& name) const {
  for (const Kind& kind : kinds_) {
    if (kind.group == group && kind.kind == name) return &kind;
  }
  for (const auto& custom : customs_) {
    if (custom->kind.group == group && custom->kind.kind == name) return &custom->kind;
  }
  return nullptr;
}

const Kind* Cluster::kind_stored(const std::string& storage) const {
  for (const Kind& kind : kinds_) {
    if (kind.storage() == storage) return &kind;
  }
  for (const auto& custom : customs_) {
    if (custom->kind.storage() == storage) return &custom->kind;
  }
  return nullptr;
}

Value Cluster::versioned(const Kind& kind, const Value& object) const {
  return object.is_null() || object["apiVersion"].as_string() == kind.api_version()
             ? object
             : object.with("apiVersion", kind.api_version());
}

Outcome<const Kind*> Cluster::kind_of(const Call& call) const {
  const Kind* kind = find_kind(call.group, call.version, call.plural);
  if (kind == nullptr || (!kind->namespaced && !call.ns.empty())) {
    return problem({404, "NotFound", "the server could not find the requested resource", {}});
  }
  return kind;
}

ApiResponse Cluster::handle(const Call& call) {
  return call.is_resource ? handle_resource(call) : handle_path(call);
}

ApiResponse Cluster::handle_path(const Call& call) {
  if (call.path == "/version") {
    return response_of(200, Value::object({{"major", "1"},
                                           {"minor", "36"},
                                           {"gitVersion", "v1.36.1"},
                                           {"platform", "linux/amd64"}}));
  }
  if (call.path == "/readyz" || call.path == "/livez" || call.path == "/healthz") {
    return {200, {{"content-type", "text/plain; charset=utf-8"}}, "ok"};
  }
  if (call.path == "/openapi/v3") {
    return response_of(200, Value::object({{"paths", Value::object()}}));
  }
  if (call.path == "/api" || call.path == "/apis" || call.path.starts_with("/api/") ||
      call.path.starts_with("/apis/")) {
    return discovery(call);
  }
  return page_not_found();
}

ApiResponse Cluster::handle_resource(const Call& call) {
  const bool review = call.group == "authorization.k8s.io" && call.verb == "create";
  const auto body = codec::parse_json(call.body);
  if (review && call.plural == "selfsubjectaccessreviews") {
    if (!body) return response_of(bad_request(body.error().message()));
    return response_of(201, access_review(*body));
  }
  const auto kind = kind_of(call);
  if (!kind) {
    // An unserved group is no resource path at all; a group that is served answers with a Status.
    const bool group_known =
        std::ranges::any_of(kinds_, [&](const Kind& k) { return k.group == call.group; });
    return group_known ? response_of(kind.error()) : page_not_found();
  }
  if (authorizer && !authorizer(call.verb, call.group, call.plural, call.ns)) {
    const std::string where =
        call.ns.empty() ? "at the cluster scope" : "in the namespace \"" + call.ns + "\"";
    return response_of(forbidden(**kind, call.name,
                                 "User \"system:serviceaccount:rumbo:rumbo\" cannot " + call.verb +
                                     " resource \"" + call.plural + "\" in API group \"" +
                                     call.group + "\" " + where));
  }
  if (call.verb == "list") {
    auto found = list(**kind, call);
    return found ? response_of(200, *found) : response_of(found.error());
  }
  if (call.verb == "get") {
    const Value object = versioned(**kind, store_.find((*kind)->storage(), {call.ns, call.name}));
    if (object.is_null()) return response_of(not_found(**kind, call.name));
    auto found = read_subresource(**kind, call, object);
    if (!found) return response_of(found.error());
    return response_of(200, call.wants_metadata_only() ? metadata_only(*found) : *found);
  }
  if (call.verb == "delete") {
    auto gone = erase(**kind, call);
    return gone ? response_of(200, *gone) : response_of(gone.error());
  }
  if (call.verb == "deletecollection") {
    for (const auto& [name, object] : std::map(store_.all((*kind)->storage()))) {
      if (!call.ns.empty() && name.first != call.ns) continue;
      Call one = call;
      one.name = name.second;
      one.ns = name.first;
      (void)erase(**kind, one);
    }
    return response_of(200, Value::object({{"kind", "Status"}, {"status", "Success"}}));
  }
  Outcome<Written> written = problem(bad_request("unknown verb"));
  if (call.verb == "patch") {
    written = patch(**kind, call);
  } else {
    auto object = body_of(**kind, call, true);
    if (!object) return response_of(object.error());
    written = call.verb == "create" ? create(**kind, call, *object) : update(**kind, call, *object);
  }
  if (!written) return response_of(written.error());
  return response_of(written->created ? 201 : 200,
                     call.wants_metadata_only() ? metadata_only(written->object) : written->object);
}

Outcome<Value> Cluster::list(const Kind& kind, const Call& call) {
  const auto selector = Selector::read(call.option("labelSelector"), call.option("fieldSelector"));
  if (!selector) return problem(selector.error());
  const std::string version = call.option("resourceVersion");
  if (const auto wanted = parse_int(version);
      wanted && static_cast<std::uint64_t>(*wanted) > store_.version()) {
    Problem late{
        504,
        "Timeout",
        "Too large resource version: " + version + ", current: " + std::to_string(store_.version()),
        {},
        1};
    late.details = Value::object(
        {{"causes", Value::array({Value::object({{"reason", "ResourceVersionTooLarge"},
                                                 {"message", "Too large resource version"}})})}});
    return problem(late);
  }
  // A continue token is "version/namespace/name of the last one": pages read one snapshot, as far
  // as the log still reaches.
  std::uint64_t snapshot = store_.version();
  Name after;
  const std::string token = call.option("continue");
  if (!token.empty()) {
    const auto parts = split(token, '/');
    const auto at = parts.size() == 3 ? parse_int(parts[0]) : std::nullopt;
    if (!at) return problem(bad_request("continue key is not valid"));
    snapshot = static_cast<std::uint64_t>(*at);
    after = {std::string(parts[1]), std::string(parts[2])};
    if (snapshot < store_.forgotten()) {
      return problem(
          expired("The provided continue parameter is too old to display a consistent "
                  "list result."));
    }
  }
  std::map<Name, Value> objects = store_.all(kind.storage());
  for (auto change = store_.changes().rbegin(); change != store_.changes().rend(); ++change) {
    if (change->version <= snapshot) break;
    if (change->storage != kind.storage()) continue;
    if (change->before.is_null()) {
      objects.erase(change->name);
    } else {
      objects[change->name] = change->before;
    }
  }
  const std::size_t limit = static_cast<std::size_t>(parse_int(call.option("limit")).value_or(0));
  const bool partial = call.accept.find("as=PartialObjectMetadata") != std::string::npos;
  std::vector<Value> items;
  Value metadata = Value::object({{"resourceVersion", std::to_string(snapshot)}});
  for (auto entry = token.empty() ? objects.begin() : objects.upper_bound(after);
       entry != objects.end(); ++entry) {
    if (!call.ns.empty() && entry->first.first != call.ns) continue;
    if (!call.name.empty() && entry->first.second != call.name) continue;
    if (!selector->matches(entry->second)) continue;
    if (limit > 0 && items.size() == limit) {
      metadata = metadata.with("continue",
                               std::to_string(snapshot) + "/" + after.first + "/" + after.second);
      break;
    }
    const Value object = versioned(kind, entry->second);
    items.push_back(partial
                        ? metadata_only(object)
                        : (kind.custom ? object : object.without("kind").without("apiVersion")));
    after = entry->first;
  }
  return Value::object({{"kind", partial ? "PartialObjectMetadataList" : kind.kind + "List"},
                        {"apiVersion", partial ? "meta.k8s.io/v1" : kind.api_version()},
                        {"metadata", metadata},
                        {"items", Value::array(std::move(items))}});
}

Outcome<Value> Cluster::read_subresource(const Kind& kind, const Call& call, const Value& object) {
  if (call.subresource.empty() || (call.subresource == "status" && kind.has_status)) return object;
  if (call.subresource == "scale" && kind.has_scale) {
    const Value& meta = object["metadata"];
    Value metadata = Value::object();
    for (const char* name : {"name", "namespace", "uid", "resourceVersion", "creationTimestamp"}) {
      if (const Value* value = meta.find(name)) metadata = metadata.with(name, *value);
    }
    return Value::object(
        {{"kind", "Scale"},
         {"apiVersion", "autoscaling/v1"},
         {"metadata", metadata},
         {"spec", Value::object({{"replicas", object["spec"]["replicas"]}})},
         {"status", Value::object({{"replicas", object["status"]["replicas"].as_int()}})}});
  }
  return problem({404, "NotFound", "the server could not find the requested resource", {}});
}

Value Cluster::access_review(const Value& review) const {
  const Value& asked = review["spec"]["resourceAttributes"];
  const std::string group = asked["group"].str();
  const std::string resource = asked["resource"].str();
  const bool allowed =
      !authorizer || authorizer(asked["verb"].str(), group, resource, asked["namespace"].str());
  return review.with("status", allowed ? Value::object({{"allowed", true}, {"reason", "fake"}})
                                       : Value::object({{"allowed", false}}));
}

}  // namespace rumbo::fake_api
