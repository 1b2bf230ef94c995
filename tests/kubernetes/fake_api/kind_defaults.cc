// What decoding fills in: the defaults of the kinds that applications are made of.
// Rules: kubernetes pkg/apis/{core,apps,batch,…}/v1/defaults.go.
#include <algorithm>

#include "base/strings.h"
#include "codec/base64.h"
#include "kind.h"

namespace rumbo::fake_api {
namespace {

Value fill(const Value& object, std::string_view name, const Value& value) {
  return object.contains(name) ? object : object.with(name, value);
}

Value fill_all(Value object, std::initializer_list<Member> presets) {
  for (const Member& preset : presets) object = fill(object, preset.key(), preset.value);
  return object;
}

template <class F>
Value map_items(const Value& list, F change) {
  std::vector<Value> items;
  for (const Value& item : list.items()) items.push_back(change(item));
  return Value::array(std::move(items));
}

/// Changes a member if it is there.
template <class F>
Value change(const Value& object, std::string_view name, F how) {
  const Value* value = object.find(name);
  return value == nullptr ? object : object.with(name, how(*value));
}

Value probe(const Value& value) {
  Value out = fill_all(value, {{"timeoutSeconds", 1},
                               {"periodSeconds", 10},
                               {"successThreshold", 1},
                               {"failureThreshold", 3}});
  return change(out, "httpGet", [](const Value& get) {
    return fill_all(get, {{"scheme", "HTTP"}, {"path", "/"}});
  });
}

Value container(const Value& value) {
  const std::string image = value["image"].str();
  const std::size_t slash = image.rfind('/');
  const std::size_t colon = image.rfind(':');
  const bool tagged = image.find('@') != std::string::npos ||
                      (colon != std::string::npos && (slash == std::string::npos || colon > slash));
  const bool latest = !tagged || image.ends_with(":latest");
  Value out = fill_all(value, {{"resources", Value::object()},
                               {"terminationMessagePath", "/dev/termination-log"},
                               {"terminationMessagePolicy", "File"},
                               {"imagePullPolicy", latest ? "Always" : "IfNotPresent"}});
  for (const char* name : {"livenessProbe", "readinessProbe", "startupProbe"}) {
    out = change(out, name, probe);
  }
  return change(out, "ports", [](const Value& ports) {
    return map_items(ports, [](const Value& port) { return fill(port, "protocol", "TCP"); });
  });
}

Value volume(const Value& value) {
  constexpr std::int64_t kMode = 0644;
  Value out = value;
  for (const char* name : {"configMap", "secret", "downwardAPI", "projected"}) {
    out = change(out, name, [&](const Value& v) { return fill(v, "defaultMode", kMode); });
  }
  return change(out, "hostPath", [](const Value& path) { return fill(path, "type", ""); });
}

Value pod_spec(const Value& value) {
  Value out = fill_all(value, {{"restartPolicy", "Always"},
                               {"terminationGracePeriodSeconds", 30},
                               {"dnsPolicy", "ClusterFirst"},
                               {"securityContext", Value::object()},
                               {"schedulerName", "default-scheduler"}});
  if (const Value* account = out.find("serviceAccountName")) {
    out = fill(out, "serviceAccount", *account);
  }
  for (const char* list : {"containers", "initContainers"}) {
    out = change(out, list, [](const Value& all) { return map_items(all, container); });
  }
  return change(out, "volumes", [](const Value& all) { return map_items(all, volume); });
}

Value pod_template(const Value& value) {
  return change(value, "spec", pod_spec);
}

Value deployment(const Value& spec) {
  Value out = fill_all(spec, {{"replicas", 1},
                              {"strategy", Value::object()},
                              {"revisionHistoryLimit", 10},
                              {"progressDeadlineSeconds", 600}});
  out = change(out, "strategy", [](const Value& strategy) {
    Value s = fill(strategy, "type", "RollingUpdate");
    if (s["type"].as_string() != "RollingUpdate") return s;
    return fill(s, "rollingUpdate", Value::object())
        .with("rollingUpdate",
              fill_all(s["rollingUpdate"].is_null() ? Value::object() : s["rollingUpdate"],
                       {{"maxUnavailable", "25%"}, {"maxSurge", "25%"}}));
  });
  return change(out, "template", pod_template);
}

Value claim_spec(const Value& spec) {
  return fill(spec, "volumeMode", "Filesystem");
}

Value stateful_set(const Value& spec) {
  Value out =
      fill_all(spec, {{"replicas", 1},
                      {"podManagementPolicy", "OrderedReady"},
                      {"revisionHistoryLimit", 10},
                      {"updateStrategy", Value::object()},
                      {"persistentVolumeClaimRetentionPolicy",
                       Value::object({{"whenDeleted", "Retain"}, {"whenScaled", "Retain"}})}});
  out = change(out, "updateStrategy", [](const Value& strategy) {
    Value s = fill(strategy, "type", "RollingUpdate");
    if (s["type"].as_string() != "RollingUpdate") return s;
    return fill(s, "rollingUpdate", Value::object({{"partition", 0}}));
  });
  out = change(out, "volumeClaimTemplates", [](const Value& all) {
    return map_items(all, [](const Value& claim) {
      return fill_all(change(claim, "spec", claim_spec),
                      {{"apiVersion", "v1"},
                       {"kind", "PersistentVolumeClaim"},
                       {"status", Value::object({{"phase", "Pending"}})}});
    });
  });
  return change(out, "template", pod_template);
}

Value daemon_set(const Value& spec) {
  Value out = fill_all(
      spec, {{"revisionHistoryLimit", 10},
             {"updateStrategy",
              Value::object(
                  {{"type", "RollingUpdate"},
                   {"rollingUpdate", Value::object({{"maxSurge", 0}, {"maxUnavailable", 1}})}})}});
  return change(out, "template", pod_template);
}

Value job(const Value& spec) {
  Value out = fill_all(spec, {{"completions", 1},
                              {"parallelism", 1},
                              {"backoffLimit", 6},
                              {"completionMode", "NonIndexed"},
                              {"manualSelector", false},
                              {"podReplacementPolicy", "TerminatingOrFailed"},
                              {"suspend", false}});
  return change(out, "template", pod_template);
}

Value cron_job(const Value& spec) {
  Value out = fill_all(spec, {{"concurrencyPolicy", "Allow"},
                              {"suspend", false},
                              {"successfulJobsHistoryLimit", 3},
                              {"failedJobsHistoryLimit", 1}});
  return change(out, "jobTemplate", [](const Value& t) {
    return change(t, "spec", [](const Value& s) { return change(s, "template", pod_template); });
  });
}

Value service(const Value& spec) {
  Value out = fill_all(spec, {{"type", "ClusterIP"}, {"sessionAffinity", "None"}});
  if (out["type"].as_string() != "ExternalName") {
    out = fill(out, "internalTrafficPolicy", "Cluster");
  }
  if (out["sessionAffinity"].as_string() == "ClientIP") {
    constexpr int kThreeHours = 10800;
    out = fill(out, "sessionAffinityConfig",
               Value::object({{"clientIP", Value::object({{"timeoutSeconds", kThreeHours}})}}));
  }
  if (out["type"].as_string() == "NodePort" || out["type"].as_string() == "LoadBalancer") {
    out = fill(out, "externalTrafficPolicy", "Cluster");
  }
  if (out["type"].as_string() == "LoadBalancer") {
    out = fill(out, "allocateLoadBalancerNodePorts", true);
  }
  return change(out, "ports", [](const Value& ports) {
    return map_items(ports, [](const Value& port) {
      return fill_all(port, {{"protocol", "TCP"}, {"targetPort", port["port"]}});
    });
  });
}

/// stringData is written into data and never shown.
Value secret(const Value& object) {
  Value out = fill(object, "type", "Opaque");
  const Value texts = out["stringData"];
  if (!out.contains("stringData")) return out;
  Value data = out["data"].is_null() ? Value::object() : out["data"];
  for (const Member& text : texts.members()) {
    data = data.with(text.key(), codec::base64_encode(text.value.as_string()));
  }
  out = out.without("stringData");
  return data.empty() ? out : out.with("data", data);
}

Value role_binding(const Value& object) {
  const Value out = change(object, "roleRef", [](const Value& ref) {
    return fill(ref, "apiGroup", "rbac.authorization.k8s.io");
  });
  return change(out, "subjects", [](const Value& all) {
    return map_items(all, [](const Value& subject) {
      return subject["kind"].as_string() == "ServiceAccount"
                 ? subject
                 : fill(subject, "apiGroup", "rbac.authorization.k8s.io");
    });
  });
}

Value network_policy(const Value& spec) {
  std::vector<Value> types{"Ingress"};
  if (spec.contains("egress")) types.emplace_back("Egress");
  return fill(spec, "policyTypes", Value::array(std::move(types)));
}

Value crd(const Value& spec) {
  Value out = fill(spec, "conversion", Value::object({{"strategy", "None"}}));
  return change(out, "names", [](const Value& names) {
    const std::string kind = names["kind"].str();
    return fill_all(names, {{"singular", to_lower(kind)}, {"listKind", kind + "List"}});
  });
}

Value autoscaler(const Value& spec) {
  return fill_all(
      spec,
      {{"minReplicas", 1},
       {"metrics",
        Value::array({Value::object(
            {{"type", "Resource"},
             {"resource",
              Value::object({{"name", "cpu"},
                             {"target", Value::object({{"type", "Utilization"},
                                                       {"averageUtilization", 80}})}})}})})}});
}

struct SpecDefault {
  std::string_view kind;
  Value (*fill)(const Value& spec);
};

constexpr SpecDefault kSpecs[] = {
    {"Deployment", deployment},
    {"StatefulSet", stateful_set},
    {"DaemonSet", daemon_set},
    {"Job", job},
    {"CronJob", cron_job},
    {"Pod", pod_spec},
    {"Service", service},
    {"NetworkPolicy", network_policy},
    {"CustomResourceDefinition", crd},
    {"PersistentVolumeClaim", claim_spec},
    {"HorizontalPodAutoscaler", autoscaler},
};

}  // namespace

Value with_type_defaults(const Value& object, const Type& type) {
  if (type.kind == Type::Kind::map && object.is_object()) {
    Value out = object;
    for (const auto& [name, preset] : type.defaults) out = fill(out, name, preset);
    for (const Member& member : out.members()) {
      const Type* field = type.field(member.key());
      if (field == nullptr) continue;
      Value value = with_type_defaults(member.value, *field);
      if (!value.same(member.value)) out = out.with(member.key(), value);
    }
    return out;
  }
  if (type.kind == Type::Kind::list && object.is_array()) {
    return map_items(object,
                     [&](const Value& item) { return with_type_defaults(item, *type.element); });
  }
  return object;
}

Value with_defaults(const Kind& kind, const Value& object) {
  if (kind.custom) return with_type_defaults(object, *kind.type);
  Value out = object;
  for (const SpecDefault& preset : kSpecs) {
    if (preset.kind == kind.kind) out = change(out, "spec", preset.fill);
  }
  if (kind.kind == "Deployment" || kind.kind == "StatefulSet" || kind.kind == "DaemonSet" ||
      kind.kind == "ReplicaSet") {
    return out;
  }
  if (kind.kind == "Secret") return secret(out);
  if (kind.kind == "RoleBinding" || kind.kind == "ClusterRoleBinding") return role_binding(out);
  if (kind.kind == "PriorityClass") return fill(out, "preemptionPolicy", "PreemptLowerPriority");
  if (kind.kind == "StorageClass") {
    return fill_all(out, {{"reclaimPolicy", "Delete"}, {"volumeBindingMode", "Immediate"}});
  }
  if (kind.kind == "Namespace") {
    const std::string name = out["metadata"]["name"].str();
    if (!name.empty()) {
      out = out.with_path({"metadata", "labels", "kubernetes.io/metadata.name"}, name);
    }
    return out;
  }
  return out;
}

}  // namespace rumbo::fake_api
