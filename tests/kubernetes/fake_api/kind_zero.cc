// The object of a kind before anything was said of it: the fields that a Go struct always writes.
// What a POST sets is compared with it, so its containers are owned by nobody.
// Seen on a real API server (v1.36) by the differential test.
#include "codec/json.h"
#include "kind.h"

namespace rumbo::fake_api {
namespace {

constexpr const char* kTemplate = R"({"metadata":{},"spec":{"containers":null}})";

struct Zero {
  std::string_view kind;
  const char* before;  ///< JSON; between the two parts stands a pod template, if there are two
  const char* after = nullptr;
};

constexpr Zero kZeros[] = {
    {"Namespace", R"({"spec":{},"status":{}})"},
    {"Service", R"({"spec":{},"status":{"loadBalancer":{}}})"},
    {"Pod", R"({"spec":{"containers":null},"status":{}})"},
    {"PersistentVolumeClaim", R"({"spec":{"resources":{}},"status":{}})"},
    {"PersistentVolume", R"({"spec":{},"status":{}})"},
    {"Deployment", R"({"spec":{"selector":null,"strategy":{},"template":)", R"(},"status":{}})"},
    {"StatefulSet", R"({"spec":{"selector":null,"updateStrategy":{},"template":)",
     R"(},"status":{"replicas":0,"availableReplicas":0}})"},
    {"DaemonSet", R"({"spec":{"selector":null,"updateStrategy":{},"template":)",
     R"(},"status":{}})"},
    {"ReplicaSet", R"({"spec":{"selector":null,"template":)", R"(},"status":{"replicas":0}})"},
    {"Job", R"({"spec":{"template":)", R"(},"status":{}})"},
    {"CronJob", R"({"spec":{"schedule":"","jobTemplate":{"metadata":{},"spec":{"template":)",
     R"(}}},"status":{}})"},
    {"Ingress", R"({"spec":{},"status":{"loadBalancer":{}}})"},
    {"IngressClass", R"({"spec":{}})"},
    {"NetworkPolicy", R"({"spec":{"podSelector":{}}})"},
    {"PodDisruptionBudget", R"({"spec":{},"status":{}})"},
    {"HorizontalPodAutoscaler",
     R"({"spec":{"scaleTargetRef":{"kind":"","name":""},"maxReplicas":0},"status":{}})"},
    {"Role", R"({"rules":null})"},
    {"ClusterRole", R"({"rules":null})"},
    {"RoleBinding", R"({"roleRef":{"apiGroup":"","kind":"","name":""}})"},
    {"ClusterRoleBinding", R"({"roleRef":{"apiGroup":"","kind":"","name":""}})"},
    {"StorageClass", R"({"provisioner":""})"},
    {"PriorityClass", R"({"value":0})"},
    {"Lease", R"({"spec":{}})"},
    {"ValidatingAdmissionPolicy", R"({"spec":{},"status":{}})"},
    {"ValidatingAdmissionPolicyBinding", R"({"spec":{}})"},
};

}  // namespace

Value zero_object(const Kind& kind) {
  if (kind.custom) return Value::object();
  for (const Zero& zero : kZeros) {
    if (zero.kind != kind.kind) continue;
    std::string text = zero.before;
    if (zero.after != nullptr) text += std::string(kTemplate) + zero.after;
    const auto value = codec::parse_json(text);
    return value ? value->with("metadata", Value::object()) : Value::object();
  }
  return Value::object({{"metadata", Value::object()}});
}

}  // namespace rumbo::fake_api
