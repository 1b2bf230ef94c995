#include "engine/order.h"

#include <algorithm>
#include <array>
#include <map>
#include <tuple>

#include "base/strings.h"
#include "engine/rules.h"

namespace rumbo::engine {
namespace {

struct KindWave {
  std::string_view kind;
  int wave;
};

// By kind alone: the kinds of one name in other groups (Knative's Service, Gateway API's) play the
// same part. What is not here is a workload or a custom resource.
constexpr std::array kWaves{
    KindWave{"Namespace", 0},
    KindWave{"CustomResourceDefinition", 0},
    KindWave{"PriorityClass", 1},
    KindWave{"ResourceQuota", 1},
    KindWave{"LimitRange", 1},
    KindWave{"NetworkPolicy", 1},
    KindWave{"PersistentVolume", 1},
    KindWave{"CSIDriver", 1},
    KindWave{"FlowSchema", 1},
    KindWave{"PriorityLevelConfiguration", 1},
    KindWave{"ServiceAccount", 1},
    KindWave{"ClusterRole", 1},
    KindWave{"ClusterRoleBinding", 1},
    KindWave{"Role", 1},
    KindWave{"RoleBinding", 1},
    KindWave{"ConfigMap", 2},
    KindWave{"Secret", 2},
    KindWave{"PersistentVolumeClaim", 3},
    KindWave{"Service", 3},
    KindWave{"Endpoints", 3},
    KindWave{"EndpointSlice", 3},
    KindWave{"CronJob", 5},
    KindWave{"HorizontalPodAutoscaler", 5},
    KindWave{"VerticalPodAutoscaler", 5},
    KindWave{"ScaledObject", 5},
    KindWave{"PodDisruptionBudget", 5},
    KindWave{"ServiceMonitor", 5},
    KindWave{"PodMonitor", 5},
    KindWave{"PodMonitoring", 5},
    KindWave{"PrometheusRule", 5},
    KindWave{"Ingress", 6},
    KindWave{"Route", 6},
    KindWave{"Gateway", 6},
    KindWave{"HTTPRoute", 6},
    KindWave{"GRPCRoute", 6},
    KindWave{"TLSRoute", 6},
    KindWave{"TCPRoute", 6},
    KindWave{"UDPRoute", 6},
    KindWave{"VirtualService", 6},
    KindWave{"IngressRoute", 6},
    KindWave{"APIService", 7},
    KindWave{"MutatingWebhookConfiguration", 7},
    KindWave{"ValidatingWebhookConfiguration", 7},
    KindWave{"MutatingAdmissionPolicy", 7},
    KindWave{"MutatingAdmissionPolicyBinding", 7},
    KindWave{"ValidatingAdmissionPolicy", 7},
    KindWave{"ValidatingAdmissionPolicyBinding", 7},
};

/// All objects of the transaction, to look up what is mentioned.
struct Known {
  explicit Known(const std::vector<Place>& places) {
    for (const Place& place : places) {
      const Object* one = place.object;
      by_name.emplace(std::pair<std::string_view, std::string_view>(one->key.kind, one->key.name),
                      one);
      if (one->value["subjects"].is_array()) bindings.push_back(one);
      if (one->key.kind == "CustomResourceDefinition") definitions.push_back(one);
    }
  }
  std::multimap<std::pair<std::string_view, std::string_view>, const Object*> by_name;
  std::vector<const Object*> bindings, definitions;
};

/// Gathers what one object mentions.
class Needs {
 public:
  Needs(const Object& object, const Known& known)
      : object_(object), known_(known), ns_(object.key.ns) {}

  std::vector<ObjectKey> find() {
    if (is_workload(object_.key)) workload();
    binding();
    const Value& spec = object_.value["spec"];
    name("IngressClass", "", spec["ingressClassName"]);
    name("GatewayClass", "", spec["gatewayClassName"]);
    if (object_.key.kind == "PersistentVolumeClaim") {
      name("StorageClass", "", spec["storageClassName"]);
    }
    if (object_.key.kind == "Ingress") ingress(spec);
    for (const Value& parent : spec["parentRefs"].items()) name("Gateway", ns_, parent["name"]);
    definition();
    listed();
    return std::move(found_);
  }

 private:
  void add(const ObjectKey& key) {
    if (key == object_.key) return;
    if (std::find(found_.begin(), found_.end(), key) == found_.end()) found_.push_back(key);
  }
  /// Any group: what is meant is the object of the same transaction.
  void name(std::string_view kind, const std::string& ns, const Value& name) {
    if (!name.is_string()) return;
    const auto [first, last] = known_.by_name.equal_range({kind, name.as_string()});
    for (auto it = first; it != last; ++it) {
      if (it->second->key.ns == ns) add(it->second->key);
    }
  }

  void workload() {
    for (const ObjectKey& key : config_references(object_.value)) add(key);
    const Value& pod = pod_spec(object_.value);
    const Value& account = pod["serviceAccountName"];
    name("ServiceAccount", ns_, account);
    if (account.is_string()) rights_of(account.as_string());
    name("PriorityClass", "", pod["priorityClassName"]);
    name("RuntimeClass", "", pod["runtimeClassName"]);
    for (const Value& volume : pod["volumes"].items()) {
      name("PersistentVolumeClaim", ns_, volume["persistentVolumeClaim"]["claimName"]);
    }
    for (const Value& secret : pod["imagePullSecrets"].items()) {
      name("Secret", ns_, secret["name"]);
    }
    if (object_.key.kind == "StatefulSet")
      name("Service", ns_, object_.value["spec"]["serviceName"]);
  }

  /// A pod may use its account at once: what gives it its rights goes before it.
  void rights_of(std::string_view account) {
    for (const Object* one : known_.bindings) {
      for (const Value& subject : one->value["subjects"].items()) {
        if (subject["kind"].as_string() == "ServiceAccount" &&
            subject["name"].as_string() == account && subject["namespace"].as_string(ns_) == ns_) {
          add(one->key);
        }
      }
    }
  }

  void binding() {
    const Value& role = object_.value["roleRef"];
    if (!role.is_object()) return;
    const std::string kind = role["kind"].str();
    name(kind, kind == "ClusterRole" ? "" : ns_, role["name"]);
    for (const Value& subject : object_.value["subjects"].items()) {
      if (subject["kind"].as_string() != "ServiceAccount") continue;
      name("ServiceAccount", subject["namespace"].str(ns_), subject["name"]);
    }
  }

  void ingress(const Value& spec) {
    name("Service", ns_, spec["defaultBackend"]["service"]["name"]);
    for (const Value& rule : spec["rules"].items()) {
      for (const Value& path : rule["http"]["paths"].items()) {
        name("Service", ns_, path["backend"]["service"]["name"]);
      }
    }
    for (const Value& tls : spec["tls"].items()) name("Secret", ns_, tls["secretName"]);
  }

  void definition() {
    for (const Object* one : known_.definitions) {
      const Value& spec = one->value["spec"];
      if (spec["group"].as_string() == object_.key.group &&
          spec["names"]["kind"].as_string() == object_.key.kind) {
        add(one->key);
      }
    }
  }

  /// "group/namespaces/ns/kind/name" or "group/kind/name", with commas between them (kpt's form).
  void listed() {
    for (const std::string_view from :
         {"rumbo.dev/depends-on", "config.kubernetes.io/depends-on"}) {
      for (const std::string_view entry : split(annotation(object_.value, from), ',')) {
        const auto parts = split(trim(entry), '/');
        if (parts.size() == 5 && parts[1] == "namespaces") {
          add({std::string(parts[0]), std::string(parts[3]), std::string(parts[2]),
               std::string(parts[4])});
        } else if (parts.size() == 3) {
          add({std::string(parts[0]), std::string(parts[1]), "", std::string(parts[2])});
        }
      }
    }
  }

  const Object& object_;
  const Known& known_;
  const std::string ns_;
  std::vector<ObjectKey> found_;
};

constexpr int kLongestChain = 200;  // of objects that need each other

int middle_of(int wave) {
  return wave * kOrderPerWave + kOrderPerWave / 2;
}

auto rank(const Place& place) {
  return std::tuple(!place.pre_sync, place.wave, place.order);
}

}  // namespace

int default_wave(const ObjectKey& key) {
  const auto* found = std::find_if(kWaves.begin(), kWaves.end(),
                                   [&](const KindWave& one) { return one.kind == key.kind; });
  if (found != kWaves.end()) return found->wave;
  return key.kind.ends_with("Class") ? 1 : kWorkloadWave;
}

void place_objects(std::vector<Place>& places) {
  const Known known(places);
  std::multimap<ObjectKey, std::size_t> at;
  for (std::size_t i = 0; i < places.size(); ++i) {
    Place& place = places[i];
    place.order = middle_of(place.is_hook ? kWorkloadWave : default_wave(place.object->key));
    if (!place.is_hook) at.emplace(place.object->key, i);
  }
  std::vector<std::vector<std::size_t>> needs(places.size());
  for (std::size_t i = 0; i < places.size(); ++i) {
    for (const ObjectKey& key : Needs(*places[i].object, known).find()) {
      const auto [first, last] = at.equal_range(key);
      for (auto it = first; it != last; ++it) needs[i].push_back(it->second);
    }
  }
  // Each pass moves at least one object forward; a cycle would for ever, so passes are counted.
  for (int pass = 0; pass < kLongestChain; ++pass) {
    bool moved = false;
    for (std::size_t i = 0; i < places.size(); ++i) {
      for (const std::size_t needed : needs[i]) {
        Place& one = places[needed];
        if (rank(one) < rank(places[i])) continue;
        const int own = middle_of(default_wave(one.object->key));
        one.pre_sync = places[i].pre_sync;
        one.wave = places[i].wave;
        one.order = std::min(own, places[i].order - 1);
        moved = true;
      }
    }
    if (!moved) return;
  }
}

}  // namespace rumbo::engine
