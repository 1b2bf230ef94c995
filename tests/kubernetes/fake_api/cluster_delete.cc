// Deletion: preconditions, finalizers, garbage collection by owner, namespaces and CRDs.
// Rules: k8s.io/apiserver pkg/registry/generic/registry (store.go Delete), kubernetes
// pkg/controller/garbagecollector and namespace.
#include <algorithm>

#include "cluster.h"
#include "codec/json.h"

namespace rumbo::fake_api {
namespace {

constexpr const char* kForeground = "foregroundDeletion";
constexpr const char* kOrphan = "orphan";
constexpr const char* kCleanup = "customresourcecleanup.apiextensions.k8s.io";
constexpr const char* kClaimProtection = "kubernetes.io/pvc-protection";

bool has_finalizer(const Value& object, std::string_view finalizer) {
  return std::ranges::any_of(object["metadata"]["finalizers"].items(),
                             [&](const Value& one) { return one.as_string() == finalizer; });
}

Value with_finalizer(const Value& object, const char* finalizer) {
  if (has_finalizer(object, finalizer)) return object;
  std::vector<Value> all(object["metadata"]["finalizers"].items().begin(),
                         object["metadata"]["finalizers"].items().end());
  all.emplace_back(finalizer);
  return object.with_path({"metadata", "finalizers"}, Value::array(std::move(all)));
}

bool deleting(const Value& object) {
  return object["metadata"].contains("deletionTimestamp");
}

}  // namespace

Outcome<Value> Cluster::erase(const Kind& kind, const Call& call) {
  const Name name{call.ns, call.name};
  Value object = versioned(kind, store_.find(kind.storage(), name));
  if (object.is_null()) return problem(not_found(kind, call.name));
  Value options = Value::object();
  if (!call.body.empty()) {
    auto body = codec::parse_json(call.body);
    if (!body) return problem(bad_request(body.error().message()));
    options = *body;
  }
  const std::string uid = options["preconditions"]["uid"].str();
  const Value& metadata = object["metadata"];
  if (!uid.empty() && uid != metadata["uid"].as_string()) {
    return problem(conflict(kind, call.name,
                            "Precondition failed: UID in precondition: " + uid +
                                ", UID in object meta: " + metadata["uid"].str()));
  }
  const std::string version = options["preconditions"]["resourceVersion"].str();
  if (!version.empty() && version != metadata["resourceVersion"].as_string()) {
    return problem(
        conflict(kind, call.name,
                 "Precondition failed: ResourceVersion in precondition: " + version +
                     ", ResourceVersion in object meta: " + metadata["resourceVersion"].str()));
  }
  auto admitted = admit(kind, call, "DELETE", object, object);
  if (!admitted) return problem(admitted.error());
  const Value success = Value::object({{"kind", "Status"},
                                       {"apiVersion", "v1"},
                                       {"metadata", Value::object()},
                                       {"status", "Success"},
                                       {"details", Value::object({{"name", call.name},
                                                                  {"group", kind.group},
                                                                  {"kind", kind.plural},
                                                                  {"uid", metadata["uid"]}})}});
  // Options in a body count alone; those of the query are then not looked at.
  const bool in_body = !call.body.empty();
  const bool dry = in_body ? options["dryRun"][0].as_string() == "All" : call.dry_run();
  std::string propagation =
      in_body ? options["propagationPolicy"].str() : call.option("propagationPolicy");
  if (propagation.empty())
    propagation = kind.kind == "Job" && !kind.custom ? "Orphan" : "Background";
  if (dry) return kind.returns_deleted ? object : success;
  if (propagation == "Foreground") object = with_finalizer(object, kForeground);
  if (propagation == "Orphan" && !dependents(metadata["uid"].str()).empty()) {
    object = with_finalizer(object, kOrphan);
  }
  const bool crd = kind.kind == "CustomResourceDefinition" && !kind.custom;
  if (crd) object = with_finalizer(object, kCleanup);
  const bool is_namespace = kind.kind == "Namespace" && !kind.custom;
  if (object["metadata"]["finalizers"].empty() && !is_namespace) {
    store_.erase(kind.storage(), name);
    return kind.returns_deleted ? object : success;
  }
  return mark_deleted(kind, name, object);
}

Value Cluster::mark_deleted(const Kind& kind, const Name& name, const Value& object) {
  Value next = object;
  if (!deleting(object)) {
    Value metadata =
        object["metadata"].with("deletionTimestamp", now()).with("deletionGracePeriodSeconds", 0);
    if (metadata.contains("generation")) {
      metadata = metadata.with("generation", metadata["generation"].as_int() + 1);
    }
    next = object.with("metadata", metadata);
    if (kind.kind == "Namespace" && !kind.custom) {
      next = next.with_path({"status", "phase"}, "Terminating");
    }
  }
  if (next == store_.find(kind.storage(), name)) return next;
  return versioned(kind, store_.put(kind.storage(), name, next));
}

void Cluster::remove(const Kind& kind, const Name& name) {
  Call call;
  call.ns = name.first;
  call.name = name.second;
  call.query["propagationPolicy"] = "Background";
  (void)erase(kind, call);
}

std::vector<std::pair<std::string, Name>> Cluster::dependents(const std::string& uid) const {
  std::vector<std::pair<std::string, Name>> found;
  for (const auto& [storage, objects] : store_.everything()) {
    for (const auto& [name, object] : objects) {
      for (const Value& owner : object["metadata"]["ownerReferences"].items()) {
        if (owner["uid"].as_string() == uid) found.emplace_back(storage, name);
      }
    }
  }
  return found;
}

void Cluster::drop_finalizer(const std::string& storage, const Name& name,
                             const std::string& finalizer) {
  const Value object = store_.find(storage, name);
  std::vector<Value> rest;
  for (const Value& one : object["metadata"]["finalizers"].items()) {
    if (one.as_string() != finalizer) rest.push_back(one);
  }
  const bool last = rest.empty();
  Value next = last ? object.with("metadata", object["metadata"].without("finalizers"))
                    : object.with_path({"metadata", "finalizers"}, Value::array(std::move(rest)));
  if (last && deleting(object)) {
    store_.erase(storage, name);
  } else {
    store_.put(storage, name, next);
  }
}

bool Cluster::collect_garbage() {
  std::set<std::string> alive;
  for (const auto& [storage, objects] : store_.everything()) {
    for (const auto& [name, object] : objects) alive.insert(object["metadata"]["uid"].str());
  }
  for (const auto& [storage, objects] : store_.everything()) {
    const Kind* kind = kind_stored(storage);
    if (kind == nullptr) continue;
    for (const auto& [name, object] : objects) {
      const auto owners = object["metadata"]["ownerReferences"].items();
      const bool lost = !owners.empty() && std::ranges::none_of(owners, [&](const Value& owner) {
        return alive.contains(owner["uid"].str());
      });
      if (lost && !deleting(object)) {
        remove(*kind, Name(name));
        return true;
      }
      if (!deleting(object)) continue;
      const std::string uid = object["metadata"]["uid"].str();
      if (has_finalizer(object, kClaimProtection)) {
        drop_finalizer(std::string(storage), Name(name), kClaimProtection);
        return true;
      }
      if (has_finalizer(object, kOrphan)) {
        for (const auto& [below, dependent] : dependents(uid)) {
          const Value child = store_.find(below, dependent);
          std::vector<Value> rest;
          for (const Value& owner : child["metadata"]["ownerReferences"].items()) {
            if (owner["uid"].as_string() != uid) rest.push_back(owner);
          }
          const Value metadata = child["metadata"];
          store_.put(
              below, dependent,
              child.with("metadata", rest.empty() ? metadata.without("ownerReferences")
                                                  : metadata.with("ownerReferences",
                                                                  Value::array(std::move(rest)))));
        }
        drop_finalizer(std::string(storage), Name(name), kOrphan);
        return true;
      }
      if (has_finalizer(object, kForeground)) {
        const auto below = dependents(uid);
        for (const auto& [at, dependent] : below) {
          const Value child = store_.find(at, dependent);
          if (deleting(child)) continue;
          remove(*kind_stored(at), dependent);
          return true;
        }
        if (!below.empty()) continue;  // held by the dependents' finalizers
        drop_finalizer(std::string(storage), Name(name), kForeground);
        return true;
      }
    }
  }
  return false;
}

bool Cluster::finish_namespaces() {
  const Kind& namespaces = *kind_named("", "Namespace");
  for (const auto& [name, object] : std::map(store_.all(namespaces.storage()))) {
    if (!deleting(object)) continue;
    const auto since = from_rfc3339(object["metadata"]["deletionTimestamp"].str());
    if (since && clock_.wall().since_epoch - since->since_epoch < options_.namespace_removal)
      continue;
    bool empty = true;
    bool changed = false;
    for (const auto& [storage, objects] : std::map(store_.everything())) {
      const Kind* kind = kind_stored(storage);
      if (kind == nullptr || !kind->namespaced) continue;
      for (const auto& [below, child] : objects) {
        if (below.first != name.second) continue;
        empty = false;
        if (deleting(child)) continue;
        remove(*kind, below);
        changed = true;
      }
    }
    if (empty) {
      store_.erase(namespaces.storage(), name);
      changed = true;
    }
    if (changed) return true;
  }
  return false;
}

void Cluster::register_crd(const Value& crd) {
  const std::string name = crd["metadata"]["name"].str();
  MonoTime served = clock_.mono();
  MonoTime discovered = served + options_.crd_discovered;
  for (const auto& custom : customs_) {
    if (custom->crd == name) {
      served = custom->served_from;
      discovered = custom->discovered_from;
    }
  }
  std::erase_if(customs_, [&](const auto& custom) { return custom->crd == name; });
  for (Kind& kind : kinds_of_crd(crd, types_)) {
    customs_.push_back(std::make_unique<Custom>(Custom{std::move(kind), served, discovered, name}));
  }
}

bool Cluster::advance_crds() {
  const Kind& crds = *kind_named("apiextensions.k8s.io", "CustomResourceDefinition");
  for (const auto& [name, crd] : std::map(store_.all(crds.storage()))) {
    const std::string group = crd["spec"]["group"].str();
    const std::string storage = group + "/" + crd["spec"]["names"]["plural"].str();
    if (deleting(crd) && has_finalizer(crd, kCleanup)) {
      const auto objects = store_.all(storage);
      for (const auto& [below, child] : objects) {
        if (deleting(child)) continue;
        if (const Kind* kind = kind_stored(storage)) remove(*kind, below);
        return true;
      }
      if (!objects.empty()) continue;
      std::erase_if(customs_, [&, n = name.second](const auto& c) { return c->crd == n; });
      drop_finalizer(crds.storage(), name, kCleanup);
      return true;
    }
    const bool established =
        std::ranges::any_of(crd["status"]["conditions"].items(), [](const Value& condition) {
          return condition["type"].as_string() == "Established" &&
                 condition["status"].as_string() == "True";
        });
    const auto made = from_rfc3339(crd["metadata"]["creationTimestamp"].str());
    if (established || deleting(crd) ||
        (made && clock_.wall().since_epoch - made->since_epoch < options_.crd_established)) {
      continue;
    }
    register_crd(crd);
    const auto condition = [&](const char* type, const char* reason, const char* message) {
      return Value::object({{"type", type},
                            {"status", "True"},
                            {"lastTransitionTime", now()},
                            {"reason", reason},
                            {"message", message}});
    };
    const Value status =
        crd["status"]
            .with("acceptedNames", crd["spec"]["names"])
            .with("conditions",
                  Value::array({condition("NamesAccepted", "NoConflicts", "no conflicts found"),
                                condition("Established", "InitialNamesAccepted",
                                          "the initial names have been accepted")}));
    (void)set_status(crds, name, status, "kube-apiserver");
    return true;
  }
  return false;
}

bool Cluster::step() {
  constexpr int kMost = 100000;
  bool any = false;
  for (int i = 0; i < kMost; ++i) {
    if (!advance_crds() && !finish_namespaces() && !collect_garbage()) break;
    any = true;
  }
  return any;
}

}  // namespace rumbo::fake_api
