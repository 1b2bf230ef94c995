// The scenarios of the enumeration on Kubernetes, as users' manifests have them.
#include "codec/yaml.h"
#include "kube_rig.h"

namespace rumbo::kubesim {
namespace {

Value yaml(const std::string& text) {
  return *codec::parse_yaml_value(text);
}

Value config(const std::string& name, const std::string& value) {
  return yaml("{apiVersion: v1, kind: ConfigMap, metadata: {name: " + name +
              ", namespace: shop}, data: {value: '" + value + "'}}");
}

Value service(const std::string& extra = "") {
  return yaml(
      "{apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop}, spec: "
      "{selector: {app: web}, ports: [{port: 80" +
      extra + "}]}}");
}

Value deployment(const std::string& name, const std::string& image) {
  return yaml(R"(
apiVersion: apps/v1
kind: Deployment
metadata: {name: )" +
              name + R"(, namespace: shop}
spec:
  replicas: 2
  selector: {matchLabels: {app: )" +
              name + R"(}}
  template:
    metadata: {labels: {app: )" +
              name + R"(}}
    spec:
      containers:
      - {name: app, image: ")" +
              image + R"("}
)");
}

Value job(const std::string& name, const std::string& phase) {
  return yaml("{apiVersion: batch/v1, kind: Job, metadata: {name: " + name +
              ", namespace: shop, annotations: {rumbo.dev/hook: " + phase +
              "}}, spec: {template: {spec: {restartPolicy: Never, containers: [{name: a, image: "
              "'a:1'}]}}}}");
}

Value crd() {
  return yaml(R"(
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {plural: widgets, kind: Widget}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties: {spec: {type: object, properties: {size: {type: integer}}}}
)");
}

Value widget(const std::string& ns) {
  return yaml("{apiVersion: example.com/v1, kind: Widget, metadata: {name: w, namespace: " + ns +
              "}, spec: {size: 1}}");
}

Value new_namespace() {
  return yaml("{apiVersion: v1, kind: Namespace, metadata: {name: fresh}}");
}

Value guard() {
  return yaml(
      "{apiVersion: admissionregistration.k8s.io/v1, kind: ValidatingAdmissionPolicy, "
      "metadata: {name: guard}, spec: {validations: [{expression: 'false'}]}}");
}

SyncPolicy quick() {
  SyncPolicy policy;
  policy.timeout = 30s;
  policy.prune = true;
  return policy;
}

Scenario make(std::string name, std::vector<Value> before, std::vector<Value> after,
              Natural natural) {
  Scenario out;
  out.name = std::move(name);
  out.before = std::move(before);
  out.after = std::move(after);
  out.natural = natural;
  out.policy = quick();
  return out;
}

/// A policy that exists forbids every write of Deployments.
void enforce_guard(fake_api::FakeApi& api) {
  api.with([](fake_api::Cluster& cluster, fake_api::Controllers&) {
    cluster.webhooks.push_back(
        [&cluster](const fake_api::AdmissionRequest& request) -> fake_api::Verdict {
          const fake_api::Kind* policies =
              cluster.kind_named("admissionregistration.k8s.io", "ValidatingAdmissionPolicy");
          const bool there = !cluster.store().find(policies->storage(), {"", "guard"}).is_null();
          if (!there || request.kind->kind != "Deployment" || request.operation == "DELETE")
            return {};
          return {fake_api::Problem{422, "Invalid", "denied by policy guard", {}}, {}};
        });
  });
}

/// What is created gets a finalizer that only a person takes off.
void hold_created(fake_api::FakeApi& api) {
  api.with([](fake_api::Cluster& cluster, fake_api::Controllers&) {
    cluster.webhooks.push_back([](const fake_api::AdmissionRequest& request) -> fake_api::Verdict {
      if (request.operation != "CREATE" || request.name != "held") return {};
      return {{},
              request.object.with_path({"metadata", "finalizers"},
                                       Value::array({Value("example.com/hold")}))};
    });
  });
}

/// The person takes it off.
void let_go(fake_api::FakeApi& api) {
  const Value held = api.find("", "ConfigMap", "shop", "held");
  if (held.is_null()) return;
  api.as("kubectl", "PUT", "/api/v1/namespaces/shop/configmaps/held",
         held.with("metadata", held["metadata"].without("finalizers")));
}

/// What another tool deployed: its value differs, and it has a key that the manifest lacks.
void deploy_by_others(fake_api::FakeApi& api) {
  const Value mine = config("settings", "theirs").with_path({"data", "more"}, "theirs");
  api.as("argocd-controller", "POST", "/api/v1/namespaces/shop/configmaps", mine);
}

std::vector<Scenario> build() {
  const ObjectKey settings{"", "ConfigMap", "shop", "settings"};
  constexpr Duration kTerminating = 40s;  // how long a namespace that is deleted is still seen
  std::vector<Scenario> all;
  all.push_back(make("new", {}, {config("settings", "1"), service(), deployment("web", "web:1")},
                     Natural::committed));
  all.back().foreign = settings;
  all.back().cluster.namespace_removal = kTerminating;
  all.push_back(
      make("update",
           {config("settings", "1"), config("old", "1"), service(), deployment("web", "web:1")},
           {config("settings", "2"), service(), deployment("web", "web:2")}, Natural::committed));
  all.back().foreign = settings;
  all.back().cluster.namespace_removal = kTerminating;
  all.push_back(make("unhealthy",
                     {config("settings", "1"), config("old", "1"), deployment("web", "web:1")},
                     {config("settings", "2"), config("new", "1"), deployment("web", "broken:2")},
                     Natural::restored));
  all.back().foreign = settings;
  all.back().cluster.namespace_removal = kTerminating;
  all.push_back(make("namespace-and-crd", {},
                     {new_namespace(), crd(), widget("fresh"), config("settings", "1")},
                     Natural::committed));
  all.back().cluster.crd_established = 2s;
  all.back().cluster.crd_discovered = 4s;
  all.push_back(make("namespace-unhealthy", {},
                     {new_namespace(), config("settings", "1"), deployment("web", "broken:1")},
                     Natural::restored));
  all.push_back(make("hook", {deployment("web", "web:1")},
                     {job("migrate", "PreSync"), deployment("web", "web:2")}, Natural::committed));
  all.push_back(
      make("refused-by-dry-run", {deployment("web", "web:1")},
           {config("settings", "1"), deployment("web", "web:2"), deployment("worker", "")},
           Natural::unchanged));
  // The node port is free in every dry-run, and taken when it counts.
  all.push_back(make("refused-for-real", {config("settings", "1"), deployment("web", "web:1")},
                     {config("settings", "2"), deployment("web", "web:2"),
                      service(", nodePort: 30080").with_path({"spec", "type"}, "NodePort")},
                     Natural::restored));
  all.back().prepare = [](fake_api::FakeApi& api) {
    api.as("admin", "POST", "/api/v1/namespaces/default/services",
           yaml("{apiVersion: v1, kind: Service, metadata: {name: taken}, spec: {type: NodePort, "
                "ports: [{port: 1, nodePort: 30080}]}}"));
  };
  // A policy of this very transaction would refuse the undo.
  all.push_back(make("policy-blocks-undo", {deployment("web", "web:1"), config("settings", "1")},
                     {deployment("web", "web:2"), config("settings", "2"), guard(),
                      annotated(deployment("late", "late:1"), "rumbo.dev/wave", "50")},
                     Natural::restored));
  all.back().prepare = enforce_guard;
  // Taken over from another tool, and given back.
  all.push_back(
      make("adopt", {}, {config("settings", "1"), deployment("web", "web:1")}, Natural::committed));
  all.back().policy.adopt = true;
  all.back().prepare = deploy_by_others;
  all.push_back(make("adopt-unhealthy", {},
                     {config("settings", "1"), deployment("web", "broken:1")}, Natural::restored));
  all.back().policy.adopt = true;
  all.back().prepare = deploy_by_others;
  // Fault point 16: a finalizer of others holds what the undo deletes.
  all.push_back(make("finalizer-holds-undo", {config("settings", "1"), deployment("web", "web:1")},
                     {config("settings", "2"), config("held", "1"), deployment("web", "broken:2")},
                     Natural::restored));
  all.back().prepare = hold_created;
  all.back().asks = "example.com/hold";
  all.back().help = let_go;
  return all;
}

}  // namespace

Value annotated(Value object, const std::string& name, const std::string& value) {
  return object.with_path({"metadata", "annotations", name}, value);
}

const std::vector<Scenario>& scenarios() {
  static const std::vector<Scenario> kAll = build();
  return kAll;
}

}  // namespace rumbo::kubesim
