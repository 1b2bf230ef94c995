// The end of every write: webhooks, what the server fills in itself, validation, the store.
#include <algorithm>

#include "base/strings.h"
#include "cluster.h"

namespace rumbo::fake_api {
namespace {

/// What counts as a change of generation.
Value generational(const Kind& kind, const Value& object) {
  Value value = kind.has_status ? object.without("status") : object;
  if (kind.kind != "Deployment") return value.without("metadata");
  // Deployments count their annotations too.
  return value.with("metadata", object["metadata"]["annotations"]);
}

/// Status endpoints change the status only; all others keep it.
Value keep_apart(const Kind& kind, const Call& call, const Value& live, const Value& next) {
  if (!kind.has_status) return next;
  if (call.subresource == "status") {
    Value out = live.with("metadata", next["metadata"]);
    return next.contains("status") ? out.with("status", next["status"]) : out.without("status");
  }
  return live.contains("status") ? next.with("status", live["status"]) : next.without("status");
}

bool same_managers_but_time(const Value& a, const Value& b) {
  auto left = managers_of(a);
  auto right = managers_of(b);
  if (!left || !right || left->size() != right->size()) return false;
  return std::ranges::all_of(*left, [&](const ManagerEntry& mine) {
    return std::ranges::any_of(*right, [&](const ManagerEntry& other) {
      return mine.same_manager(other) && mine.api_version == other.api_version &&
             mine.fields == other.fields;
    });
  });
}

}  // namespace

Outcome<Value> Cluster::admit(const Kind& kind, const Call& call, const std::string& operation,
                              const Value& object, const Value& old_object) {
  AdmissionRequest request{.operation = operation,
                           .kind = &kind,
                           .ns = call.ns,
                           .name = object["metadata"]["name"].str(call.name),
                           .manager = call.manager(),
                           .object = object,
                           .old_object = old_object,
                           .dry_run = call.dry_run()};
  for (const Webhook& webhook : webhooks) {
    Verdict verdict = webhook(request);
    if (verdict.denied) return problem(*verdict.denied);
    if (verdict.mutated) request.object = *verdict.mutated;
  }
  return request.object;
}

std::optional<Problem> Cluster::check_namespace(const Kind& kind, const Value& object) const {
  if (!kind.namespaced) return std::nullopt;
  const std::string ns = object["metadata"]["namespace"].str();
  const Kind& namespaces = *kind_named("", "Namespace");
  const Value found = store_.find(namespaces.storage(), {"", ns});
  if (found.is_null()) return not_found(namespaces, ns);
  if (found["metadata"].contains("deletionTimestamp")) {
    Problem refused = forbidden(
        kind, object["metadata"]["name"].str(),
        "unable to create new content in namespace " + ns + " because it is being terminated");
    refused.details = refused.details.with(
        "causes",
        Value::array({Value::object({{"reason", "NamespaceTerminating"},
                                     {"message", "namespace " + ns + " is being terminated"},
                                     {"field", "metadata.namespace"}})}));
    return refused;
  }
  return std::nullopt;
}

Value Cluster::initial_status(const Kind& kind, const Value& object) const {
  if (kind.custom) return {};
  if (kind.kind == "Namespace") return Value::object({{"phase", "Active"}});
  if (kind.kind == "Pod") return Value::object({{"phase", "Pending"}, {"qosClass", "BestEffort"}});
  if (kind.kind == "PersistentVolumeClaim") return Value::object({{"phase", "Pending"}});
  if (kind.kind == "PersistentVolume") return Value::object({{"phase", "Pending"}});
  if (kind.kind == "Service" || kind.kind == "Ingress") {
    return Value::object({{"loadBalancer", Value::object()}});
  }
  if (kind.kind == "DaemonSet") {
    return Value::object({{"currentNumberScheduled", 0},
                          {"numberMisscheduled", 0},
                          {"desiredNumberScheduled", 0},
                          {"numberReady", 0}});
  }
  if (kind.kind == "StatefulSet") {
    return Value::object({{"replicas", 0}, {"availableReplicas", 0}});
  }
  if (kind.kind == "ReplicaSet") return Value::object({{"replicas", 0}});
  if (kind.kind == "CustomResourceDefinition") {
    std::vector<Value> stored;
    for (const Value& version : object["spec"]["versions"].items()) {
      if (version["storage"].as_bool()) stored.push_back(version["name"]);
    }
    return Value::object({{"acceptedNames", Value::object({{"kind", ""}, {"plural", ""}})},
                          {"conditions", Value::array()},
                          {"storedVersions", Value::array(std::move(stored))}});
  }
  return Value::object();
}

std::optional<Problem> Cluster::allocate(const Kind& kind, Value& object, const Value& live,
                                         bool dry_run) {
  if (kind.kind != "Service" || kind.custom) return std::nullopt;
  Value spec = object["spec"];
  const std::string type = spec["type"].str();
  if (type != "ExternalName") {
    std::string address = spec["clusterIP"].str();
    if (address.empty() && live["spec"].contains("clusterIP")) {
      address = live["spec"]["clusterIP"].str();
    }
    if (address.empty()) {
      const int number = dry_run ? next_address_ : next_address_++;
      address = "10.0." + std::to_string(number / 250) + "." + std::to_string(number % 250 + 1);
    }
    spec = spec.with("clusterIP", address).with("clusterIPs", Value::array({Value(address)}));
    for (const auto& [name, value] : std::initializer_list<std::pair<const char*, Value>>{
             {"ipFamilies", Value::array({Value("IPv4")})}, {"ipFamilyPolicy", "SingleStack"}}) {
      if (!spec.contains(name)) spec = spec.with(name, value);
    }
  }
  if (type == "NodePort" || type == "LoadBalancer") {
    std::set<int> mine;
    for (const Value& port : live["spec"]["ports"].items()) {
      mine.insert(static_cast<int>(port["nodePort"].as_int()));
    }
    std::vector<Value> ports;
    std::size_t index = 0;
    for (const Value& port : spec["ports"].items()) {
      constexpr int kFirst = 30000;
      int number = static_cast<int>(port["nodePort"].as_int());
      for (const Value& old_port : live["spec"]["ports"].items()) {
        const bool same = old_port["port"] == port["port"] && old_port["name"] == port["name"];
        if (number == 0 && same) number = static_cast<int>(old_port["nodePort"].as_int());
      }
      if (number == 0) {
        number = kFirst;
        while (node_ports_.contains(number)) ++number;
      } else if (node_ports_.contains(number) && !mine.contains(number) && !dry_run) {
        // A dry-run reserves nothing, and so finds nothing taken.
        return invalid(
            kind, object["metadata"]["name"].str(),
            "spec.ports[" + std::to_string(index) + "].nodePort",
            "Invalid value: " + std::to_string(number) + ": provided port is already allocated");
      }
      if (!dry_run) node_ports_.insert(number);
      ports.push_back(port.with("nodePort", number));
      ++index;
    }
    spec = spec.with("ports", Value::array(std::move(ports)));
  }
  object = object.with("spec", spec);
  return std::nullopt;
}

Outcome<Written> Cluster::finish_create(const Kind& kind, const Call& call, Value object) {
  if (auto refused = check_namespace(kind, object)) return problem(*refused);
  auto admitted = admit(kind, call, "CREATE", object, {});
  if (!admitted) return problem(admitted.error());
  object = *admitted;
  Value metadata = object["metadata"];
  for (const char* name :
       {"deletionTimestamp", "deletionGracePeriodSeconds", "generation", "selfLink"}) {
    metadata = metadata.without(name);
  }
  // An apply may name one though nothing is there; the store gives another.
  const bool dry = call.dry_run();
  if (!dry) metadata = metadata.without("resourceVersion");
  metadata = metadata.with("uid", new_uid()).with("creationTimestamp", now());
  if (kind.counts_generation) metadata = metadata.with("generation", 1);
  object = object.with("metadata", metadata);
  if (kind.has_status) {
    const Value status = initial_status(kind, object);
    object = status.is_null() ? object.without("status") : object.with("status", status);
  }
  if (kind.kind == "Namespace" && !kind.custom) {
    object = object.with_path({"spec", "finalizers"}, Value::array({Value("kubernetes")}));
  }
  if (kind.kind == "PersistentVolumeClaim" && !kind.custom) {
    object = object.with_path({"metadata", "finalizers"},
                              Value::array({Value("kubernetes.io/pvc-protection")}));
  }
  if (auto refused = allocate(kind, object, {}, dry)) return problem(*refused);
  if (const auto wrong = validate(kind, object); !wrong.empty()) {
    return problem(invalid(kind, object["metadata"]["name"].str(), wrong));
  }
  const Name name{call.ns, object["metadata"]["name"].str()};
  if (!store_.find(kind.storage(), name).is_null()) {
    return problem(already_exists(kind, name.second));
  }
  if (!dry) object = store_.put(kind.storage(), name, object);
  if (!dry && kind.kind == "CustomResourceDefinition" && !kind.custom) step();
  return Written{object, true};
}

Outcome<Written> Cluster::finish_update(const Kind& kind, const Call& call, const Value& live,
                                        Value next) {
  const Value& live_metadata = live["metadata"];
  const std::string version = next["metadata"]["resourceVersion"].str();
  if (!version.empty() && version != live_metadata["resourceVersion"].as_string()) {
    return problem(modified(kind, call.name));
  }
  const std::string uid = next["metadata"]["uid"].str();
  const bool other_uid = !uid.empty() && uid != live_metadata["uid"].as_string();
  if (other_uid && call.content_type.find("patch") == std::string::npos) {
    return problem(uid_precondition(kind, call.name, uid, live_metadata["uid"].str()));
  }
  auto admitted = admit(kind, call, "UPDATE", next, live);
  if (!admitted) return problem(admitted.error());
  next = keep_apart(kind, call, live, *admitted);
  Value metadata = next["metadata"];
  for (const char* name : {"uid", "creationTimestamp", "deletionTimestamp",
                           "deletionGracePeriodSeconds", "generation", "resourceVersion"}) {
    const Value* kept = live_metadata.find(name);
    metadata = kept == nullptr ? metadata.without(name) : metadata.with(name, *kept);
  }
  next = next.with("metadata", metadata);
  if (auto refused = allocate(kind, next, live, call.dry_run())) return problem(*refused);
  if (kind.counts_generation && generational(kind, next) != generational(kind, live)) {
    next = next.with_path({"metadata", "generation"}, live_metadata["generation"].as_int() + 1);
  }
  std::vector<Finding> wrong = validate(kind, next);
  const Value said = other_uid ? next.with_path({"metadata", "uid"}, uid) : next;
  for (Finding& finding : validate_change(kind, live, said)) wrong.push_back(std::move(finding));
  if (!wrong.empty()) return problem(invalid(kind, call.name, wrong));
  const auto bare = [](const Value& object) {
    return object.with("metadata", object["metadata"].without("managedFields"));
  };
  if (bare(next) == bare(live) && same_managers_but_time(next, live)) return Written{live, false};
  const Name name{call.ns, call.name};
  if (!call.dry_run()) {
    if (metadata.contains("deletionTimestamp") && metadata["finalizers"].empty() &&
        kind.kind != "Namespace") {
      store_.erase(kind.storage(), name);
      return Written{next, false};
    }
    next = store_.put(kind.storage(), name, next);
    const bool registered = std::ranges::any_of(
        customs_, [&](const auto& custom) { return custom->crd == name.second; });
    if (registered && kind.kind == "CustomResourceDefinition" && !kind.custom) register_crd(next);
  }
  return Written{next, false};
}

}  // namespace rumbo::fake_api
