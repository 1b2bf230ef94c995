// What is refused: objects that are wrong as they are, and changes that are not allowed.
// Rules: kubernetes pkg/apis/*/validation. Wordings are the servers' where callers may read them.
#include <algorithm>
#include <array>
#include <cctype>
#include <set>

#include "base/strings.h"
#include "codec/json.h"
#include "kind.h"

namespace rumbo::fake_api {
namespace {

using Finding = std::optional<Problem>;

std::string shown(const Value& value) {
  return codec::to_json(value);
}

bool is_subdomain(std::string_view name) {
  if (name.empty() || name.size() > 253) return false;
  for (const std::string_view part : split(name, '.')) {
    if (!is_dns_label(part)) return false;
  }
  return true;
}

Finding required(const Kind& kind, const Value& object, const std::string& field) {
  return invalid(kind, object["metadata"]["name"].str(), field, "Required value",
                 "FieldValueRequired");
}

Finding check_metadata(const Kind& kind, const Value& object) {
  const std::string name = object["metadata"]["name"].str();
  const bool free_form = kind.group == "rbac.authorization.k8s.io";  // path segments
  if (!free_form && !is_subdomain(name)) {
    return invalid(kind, name, "metadata.name",
                   "Invalid value: " + shown(name) +
                       ": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric "
                       "characters, '-' or '.', and must start and end with an alphanumeric "
                       "character");
  }
  for (const Member& label : object["metadata"]["labels"].members()) {
    const std::string value = label.value.str();
    const bool fits = value.size() <= 63 && std::ranges::all_of(value, [](char c) {
                        return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' ||
                               c == '_' || c == '.';
                      });
    if (!fits) {
      return invalid(kind, name, "metadata.labels",
                     "Invalid value: " + shown(value) +
                         ": a valid label must be an empty string "
                         "or consist of alphanumeric characters, '-', '_' or '.'");
    }
  }
  std::size_t size = 0;
  for (const Member& one : object["metadata"]["annotations"].members()) {
    size += one.key().size() + one.value.as_string().size();
  }
  constexpr std::size_t kMaxAnnotations = 256 * 1024;
  if (size > kMaxAnnotations) {
    return invalid(kind, name, "metadata.annotations",
                   "Too long: may not be more than 262144 bytes", "FieldValueTooLong");
  }
  return std::nullopt;
}

Finding check_containers(const Kind& kind, const Value& object, const Value& spec,
                         const std::string& path) {
  if (spec["containers"].empty()) return required(kind, object, path + ".containers");
  std::set<std::string> volumes;
  for (const Value& volume : spec["volumes"].items()) volumes.insert(volume["name"].str());
  std::set<std::string> names;
  std::size_t index = 0;
  for (const Value& container : spec["containers"].items()) {
    const std::string at = path + ".containers[" + std::to_string(index++) + "]";
    const std::string name = container["name"].str();
    if (name.empty()) return required(kind, object, at + ".name");
    if (!is_dns_label(name)) {
      return invalid(kind, object["metadata"]["name"].str(), at + ".name",
                     "Invalid value: " + shown(name) +
                         ": a lowercase RFC 1123 label must consist "
                         "of lower case alphanumeric characters or '-'");
    }
    if (!names.insert(name).second) {
      return invalid(kind, object["metadata"]["name"].str(), at + ".name",
                     "Duplicate value: " + shown(name), "FieldValueDuplicate");
    }
    if (container["image"].str().empty()) return required(kind, object, at + ".image");
    std::size_t mount_index = 0;
    for (const Value& mount : container["volumeMounts"].items()) {
      const std::string where = at + ".volumeMounts[" + std::to_string(mount_index++) + "].name";
      if (!volumes.contains(mount["name"].str())) {
        return invalid(kind, object["metadata"]["name"].str(), where,
                       "Not found: " + shown(mount["name"]), "FieldValueNotFound");
      }
    }
  }
  return std::nullopt;
}

bool selects(const Value& selector, const Value& labels) {
  return std::ranges::all_of(selector["matchLabels"].members(), [&](const Member& wanted) {
    return labels[wanted.key()] == wanted.value;
  });
}

Finding check_workload(const Kind& kind, const Value& object) {
  const Value& spec = object["spec"];
  const std::string name = object["metadata"]["name"].str();
  if (kind.kind != "Job") {
    if (spec["selector"].empty()) return required(kind, object, "spec.selector");
    const Value& labels = spec["template"]["metadata"]["labels"];
    if (!selects(spec["selector"], labels)) {
      return invalid(
          kind, name, "spec.template.metadata.labels",
          "Invalid value: " + shown(labels) + ": `selector` does not match template `labels`");
    }
  }
  if (spec["replicas"].as_int() < 0) {
    return invalid(
        kind, name, "spec.replicas",
        "Invalid value: " + shown(spec["replicas"]) + ": must be greater than or equal to 0");
  }
  const std::string policy = spec["template"]["spec"]["restartPolicy"].str();
  if (kind.kind == "Job" ? policy == "Always" : policy != "Always") {
    return invalid(kind, name, "spec.template.spec.restartPolicy",
                   "Unsupported value: " + shown(policy) + ": supported values: " +
                       (kind.kind == "Job" ? "\"OnFailure\", \"Never\"" : "\"Always\""),
                   "FieldValueNotSupported");
  }
  return check_containers(kind, object, spec["template"]["spec"], "spec.template.spec");
}

Finding check_service(const Kind& kind, const Value& object) {
  const Value& spec = object["spec"];
  if (spec["ports"].empty() && spec["type"].as_string() != "ExternalName" &&
      spec["clusterIP"].as_string() != "None") {
    return required(kind, object, "spec.ports");
  }
  std::size_t index = 0;
  for (const Value& port : spec["ports"].items()) {
    const std::string at = "spec.ports[" + std::to_string(index++) + "]";
    if (spec["ports"].size() > 1 && port["name"].str().empty()) {
      return required(kind, object, at + ".name");
    }
    if (port["port"].as_int() < 1 || port["port"].as_int() > 65535) {
      return invalid(
          kind, object["metadata"]["name"].str(), at + ".port",
          "Invalid value: " + shown(port["port"]) + ": must be between 1 and 65535, inclusive");
    }
  }
  return std::nullopt;
}

Finding check_crd(const Kind& kind, const Value& object) {
  const Value& spec = object["spec"];
  const std::string name = object["metadata"]["name"].str();
  const std::string wanted = spec["names"]["plural"].str() + "." + spec["group"].str();
  if (name != wanted) {
    return invalid(
        kind, name, "metadata.name",
        "Invalid value: " + shown(name) + ": must be spec.names.plural+\".\"+spec.group");
  }
  int stored = 0;
  std::set<std::string> versions;
  for (const Value& version : spec["versions"].items()) {
    stored += version["storage"].as_bool() ? 1 : 0;
    versions.insert(version["name"].str());
    if (version["schema"]["openAPIV3Schema"].is_null()) {
      return required(kind, object, "spec.versions[0].schema.openAPIV3Schema");
    }
  }
  if (stored != 1) {
    return invalid(kind, name, "spec.versions",
                   "Invalid value: must have exactly one version marked as storage version");
  }
  for (const Value& version : object["status"]["storedVersions"].items()) {
    if (!versions.contains(version.str())) {
      return invalid(kind, name, "status.storedVersions[0]",
                     "Invalid value: " + shown(version) + ": missing from spec.versions; " +
                         version.str() +
                         " was previously a storage version, and must remain in "
                         "spec.versions until a storage migration ensures no data remains "
                         "persisted in " +
                         version.str());
    }
  }
  return std::nullopt;
}

/// Fields that keep the value they were created with.
struct Immutable {
  std::string_view kind;
  std::array<const char*, 3> path;
  const char* message = "field is immutable";
};

constexpr Immutable kImmutable[] = {
    {"Deployment", {"spec", "selector"}},
    {"DaemonSet", {"spec", "selector"}},
    {"ReplicaSet", {"spec", "selector"}},
    {"Job", {"spec", "template"}},
    {"Job", {"spec", "selector"}},
    {"Job", {"spec", "completionMode"}},
    {"Secret", {"type"}},
    {"StorageClass", {"provisioner"}, "updates to provisioner are forbidden."},
    {"StorageClass", {"parameters"}, "updates to parameters are forbidden."},
    {"StorageClass", {"reclaimPolicy"}, "updates to reclaimPolicy are forbidden."},
    {"PriorityClass", {"value"}, "may not be changed in an update."},
    {"IngressClass", {"spec", "controller"}},
    {"RoleBinding", {"roleRef"}, "cannot change roleRef"},
    {"ClusterRoleBinding", {"roleRef"}, "cannot change roleRef"},
    {"CustomResourceDefinition", {"spec", "group"}},
    {"CustomResourceDefinition", {"spec", "scope"}},
    {"CustomResourceDefinition", {"spec", "names", "kind"}},
    {"CustomResourceDefinition", {"spec", "names", "plural"}},
};

const Value& at(const Value& object, const std::array<const char*, 3>& path) {
  const Value* value = &object;
  for (const char* name : path) {
    if (name != nullptr) value = &(*value)[name];
  }
  return *value;
}

Finding check_immutable(const Kind& kind, const Value& before, const Value& after) {
  const std::string name = after["metadata"]["name"].str();
  for (const Immutable& rule : kImmutable) {
    if (rule.kind != kind.kind || at(before, rule.path) == at(after, rule.path)) continue;
    std::string field;
    for (const char* part : rule.path) {
      if (part != nullptr) field += (field.empty() ? "" : ".") + std::string(part);
    }
    const bool is_forbidden = kind.kind == "StorageClass" || kind.kind == "PriorityClass";
    return invalid(kind, name, field,
                   is_forbidden
                       ? "Forbidden: " + std::string(rule.message)
                       : "Invalid value: " + shown(at(after, rule.path)) + ": " + rule.message,
                   is_forbidden ? "FieldValueForbidden" : "FieldValueInvalid");
  }
  if (kind.kind == "ConfigMap" || kind.kind == "Secret") {
    if (!before["immutable"].as_bool()) return std::nullopt;
    for (const char* field : {"data", "binaryData", "immutable"}) {
      if (before[field] != after[field]) {
        return invalid(kind, name, field, "Forbidden: field is immutable when `immutable` is set",
                       "FieldValueForbidden");
      }
    }
  }
  return std::nullopt;
}

Value without_all(Value spec, std::initializer_list<const char*> names) {
  for (const char* name : names) spec = spec.without(name);
  return spec;
}

Finding check_stateful_set(const Kind& kind, const Value& before, const Value& after) {
  const auto fixed = [](const Value& object) {
    return without_all(object["spec"], {"replicas", "ordinals", "template", "updateStrategy",
                                        "revisionHistoryLimit",
                                        "persistentVolumeClaimRetentionPolicy", "minReadySeconds"});
  };
  if (fixed(before) == fixed(after)) return std::nullopt;
  return invalid(kind, after["metadata"]["name"].str(), "spec",
                 "Forbidden: updates to statefulset spec for fields other than 'replicas', "
                 "'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', "
                 "'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
                 "FieldValueForbidden");
}

Finding check_claim(const Kind& kind, const Value& before, const Value& after) {
  const auto fixed = [](const Value& object) {
    return without_all(object["spec"], {"resources", "volumeAttributesClassName", "volumeName"});
  };
  if (fixed(before) == fixed(after)) return std::nullopt;
  return invalid(kind, after["metadata"]["name"].str(), "spec",
                 "Forbidden: spec is immutable after creation except resources.requests and "
                 "volumeAttributesClassName for bound claims",
                 "FieldValueForbidden");
}

Finding check_service_change(const Kind& kind, const Value& before, const Value& after) {
  const Value& was = before["spec"]["clusterIP"];
  const Value& is = after["spec"]["clusterIP"];
  if (was == is || was.is_null() || after["spec"]["type"].as_string() == "ExternalName" ||
      before["spec"]["type"].as_string() == "ExternalName") {
    return std::nullopt;
  }
  return invalid(kind, after["metadata"]["name"].str(), "spec.clusterIPs[0]",
                 "Invalid value: " + shown(is) + ": may not change once set");
}

Finding check_pod(const Kind& kind, const Value& before, const Value& after) {
  const auto fixed = [](const Value& object) {
    std::vector<Value> containers;
    for (const Value& one : object["spec"]["containers"].items()) {
      containers.push_back(one.without("image"));
    }
    return without_all(object["spec"], {"activeDeadlineSeconds", "tolerations",
                                        "terminationGracePeriodSeconds", "nodeName"})
        .with("containers", Value::array(std::move(containers)));
  };
  if (fixed(before) == fixed(after)) return std::nullopt;
  return invalid(kind, after["metadata"]["name"].str(), "spec",
                 "Forbidden: pod updates may not change fields other than "
                 "`spec.containers[*].image`",
                 "FieldValueForbidden");
}

}  // namespace

Finding validate(const Kind& kind, const Value& object) {
  if (auto found = check_metadata(kind, object)) return found;
  if (kind.custom) return std::nullopt;
  if (kind.group == "apps" && kind.kind != "ControllerRevision") {
    return check_workload(kind, object);
  }
  if (kind.kind == "Job") return check_workload(kind, object);
  if (kind.kind == "Pod") return check_containers(kind, object, object["spec"], "spec");
  if (kind.kind == "Service") return check_service(kind, object);
  if (kind.kind == "CustomResourceDefinition") return check_crd(kind, object);
  return std::nullopt;
}

Finding validate_change(const Kind& kind, const Value& before, const Value& after) {
  if (kind.custom) return std::nullopt;
  if (auto found = check_immutable(kind, before, after)) return found;
  if (kind.kind == "StatefulSet") return check_stateful_set(kind, before, after);
  if (kind.kind == "PersistentVolumeClaim") return check_claim(kind, before, after);
  if (kind.kind == "Service") return check_service_change(kind, before, after);
  if (kind.kind == "Pod") return check_pod(kind, before, after);
  return std::nullopt;
}

}  // namespace rumbo::fake_api
