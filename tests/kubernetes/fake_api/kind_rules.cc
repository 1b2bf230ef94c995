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

using Findings = std::vector<Finding>;

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

Finding required(const std::string& field) {
  return {field, "Required value", "FieldValueRequired"};
}

void check_metadata(const Kind& kind, const Value& object, Findings& found) {
  const std::string name = object["metadata"]["name"].str();
  const bool free_form = kind.group == "rbac.authorization.k8s.io";  // path segments
  if (!free_form && !is_subdomain(name)) {
    found.push_back({"metadata.name",
                     "Invalid value: " + shown(name) +
                         ": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric "
                         "characters, '-' or '.', and must start and end with an alphanumeric "
                         "character"});
  }
  for (const Member& label : object["metadata"]["labels"].members()) {
    const std::string value = label.value.str();
    const bool fits = value.size() <= 63 && std::ranges::all_of(value, [](char c) {
                        return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' ||
                               c == '_' || c == '.';
                      });
    if (!fits) {
      found.push_back(
          {"metadata.labels", "Invalid value: " + shown(value) +
                                  ": a valid label must be an empty string "
                                  "or consist of alphanumeric characters, '-', '_' or '.'"});
    }
  }
  std::size_t size = 0;
  for (const Member& one : object["metadata"]["annotations"].members()) {
    size += one.key().size() + one.value.as_string().size();
  }
  constexpr std::size_t kMaxAnnotations = 256 * 1024;
  if (size > kMaxAnnotations) {
    found.push_back({"metadata.annotations", "Too long: may not be more than 262144 bytes",
                     "FieldValueTooLong"});
  }
}

void check_containers(const Value& spec, const std::string& path, Findings& found) {
  if (spec["containers"].empty()) found.push_back(required(path + ".containers"));
  std::set<std::string> volumes;
  for (const Value& volume : spec["volumes"].items()) volumes.insert(volume["name"].str());
  std::set<std::string> names;
  std::size_t index = 0;
  for (const Value& container : spec["containers"].items()) {
    const std::string at = path + ".containers[" + std::to_string(index++) + "]";
    const std::string name = container["name"].str();
    if (name.empty()) {
      found.push_back(required(at + ".name"));
    } else if (!is_dns_label(name)) {
      found.push_back({at + ".name", "Invalid value: " + shown(name) +
                                         ": a lowercase RFC 1123 label must consist "
                                         "of lower case alphanumeric characters or '-'"});
    }
    if (!name.empty() && !names.insert(name).second) {
      found.push_back({at + ".name", "Duplicate value: " + shown(name), "FieldValueDuplicate"});
    }
    if (container["image"].str().empty()) found.push_back(required(at + ".image"));
    std::size_t mount_index = 0;
    for (const Value& mount : container["volumeMounts"].items()) {
      const std::string where = at + ".volumeMounts[" + std::to_string(mount_index++) + "].name";
      if (!volumes.contains(mount["name"].str())) {
        found.push_back({where, "Not found: " + shown(mount["name"]), "FieldValueNotFound"});
      }
    }
  }
}

bool selects(const Value& selector, const Value& labels) {
  return std::ranges::all_of(selector["matchLabels"].members(), [&](const Member& wanted) {
    return labels[wanted.key()] == wanted.value;
  });
}

void check_strategy(const Value& strategy, Findings& found) {
  if (strategy["type"].as_string() == "Recreate" && strategy.contains("rollingUpdate")) {
    found.push_back({"spec.strategy.rollingUpdate",
                     "Forbidden: may not be specified when strategy `type` is 'Recreate'",
                     "FieldValueForbidden"});
  }
}

void check_workload(const Kind& kind, const Value& object, Findings& found) {
  const Value& spec = object["spec"];
  if (kind.kind != "Job") {
    const bool missing = spec["selector"].empty();
    if (missing) found.push_back(required("spec.selector"));
    const Value& labels = spec["template"]["metadata"]["labels"];
    if (missing || !selects(spec["selector"], labels)) {
      found.push_back(
          {"spec.template.metadata.labels",
           "Invalid value: " + shown(labels) + ": `selector` does not match template `labels`"});
    }
  }
  if (spec["replicas"].as_int() < 0) {
    found.push_back({"spec.replicas", "Invalid value: " + shown(spec["replicas"]) +
                                          ": must be greater than or equal to 0"});
  }
  const std::string policy = spec["template"]["spec"]["restartPolicy"].str("Always");
  if (kind.kind == "Job" ? policy == "Always" : policy != "Always") {
    found.push_back({"spec.template.spec.restartPolicy",
                     "Unsupported value: " + shown(policy) + ": supported values: " +
                         (kind.kind == "Job" ? "\"OnFailure\", \"Never\"" : "\"Always\""),
                     "FieldValueNotSupported"});
  }
  if (kind.kind == "Deployment") check_strategy(spec["strategy"], found);
  check_containers(spec["template"]["spec"], "spec.template.spec", found);
}

void check_service(const Value& object, Findings& found) {
  const Value& spec = object["spec"];
  if (spec["ports"].empty() && spec["type"].as_string() != "ExternalName" &&
      spec["clusterIP"].as_string() != "None") {
    found.push_back(required("spec.ports"));
  }
  std::set<std::string> names;
  std::size_t index = 0;
  for (const Value& port : spec["ports"].items()) {
    const std::string at = "spec.ports[" + std::to_string(index++) + "]";
    const std::string name = port["name"].str();
    if (name.empty()) {
      if (spec["ports"].size() > 1) found.push_back(required(at + ".name"));
    } else if (!names.insert(name).second) {
      found.push_back({at + ".name", "Duplicate value: " + shown(name), "FieldValueDuplicate"});
    }
    if (port["port"].as_int() < 1 || port["port"].as_int() > 65535) {
      found.push_back({at + ".port", "Invalid value: " + shown(port["port"]) +
                                         ": must be between 1 and 65535, inclusive"});
    }
  }
}

void check_crd(const Value& object, Findings& found) {
  const Value& spec = object["spec"];
  const std::string name = object["metadata"]["name"].str();
  const std::string wanted = spec["names"]["plural"].str() + "." + spec["group"].str();
  if (name != wanted) {
    found.push_back({"metadata.name", "Invalid value: " + shown(name) +
                                          ": must be spec.names.plural+\".\"+spec.group"});
  }
  int stored = 0;
  std::set<std::string> versions;
  for (const Value& version : spec["versions"].items()) {
    stored += version["storage"].as_bool() ? 1 : 0;
    versions.insert(version["name"].str());
    if (version["schema"]["openAPIV3Schema"].is_null()) {
      found.push_back(required("spec.versions[0].schema.openAPIV3Schema"));
    }
  }
  if (stored != 1) {
    found.push_back({"spec.versions",
                     "Invalid value: must have exactly one version marked as storage version"});
  }
  for (const Value& version : object["status"]["storedVersions"].items()) {
    if (!versions.contains(version.str())) {
      found.push_back({"status.storedVersions[0]",
                       "Invalid value: " + shown(version) + ": missing from spec.versions; " +
                           version.str() +
                           " was previously a storage version, and must remain in "
                           "spec.versions until a storage migration ensures no data remains "
                           "persisted in " +
                           version.str()});
    }
  }
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

void check_immutable(const Kind& kind, const Value& before, const Value& after, Findings& found) {
  for (const Immutable& rule : kImmutable) {
    if (rule.kind != kind.kind || at(before, rule.path) == at(after, rule.path)) continue;
    std::string field;
    for (const char* part : rule.path) {
      if (part != nullptr) field += (field.empty() ? "" : ".") + std::string(part);
    }
    if (kind.kind == "StorageClass" || kind.kind == "PriorityClass") {
      found.push_back({field, "Forbidden: " + std::string(rule.message), "FieldValueForbidden"});
    } else {
      found.push_back(
          {field, "Invalid value: " + shown(at(after, rule.path)) + ": " + rule.message});
    }
  }
  if ((kind.kind != "ConfigMap" && kind.kind != "Secret") || !before["immutable"].as_bool()) return;
  for (const char* field : {"data", "binaryData", "immutable"}) {
    if (before[field] != after[field]) {
      found.push_back(
          {field, "Forbidden: field is immutable when `immutable` is set", "FieldValueForbidden"});
    }
  }
}

Value without_all(Value spec, std::initializer_list<const char*> names) {
  for (const char* name : names) spec = spec.without(name);
  return spec;
}

void check_stateful_set(const Value& before, const Value& after, Findings& found) {
  const auto fixed = [](const Value& object) {
    return without_all(object["spec"], {"replicas", "ordinals", "template", "updateStrategy",
                                        "revisionHistoryLimit",
                                        "persistentVolumeClaimRetentionPolicy", "minReadySeconds"});
  };
  if (fixed(before) == fixed(after)) return;
  found.push_back({"spec",
                   "Forbidden: updates to statefulset spec for fields other than 'replicas', "
                   "'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', "
                   "'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
                   "FieldValueForbidden"});
}

void check_claim(const Value& before, const Value& after, Findings& found) {
  const auto fixed = [](const Value& object) {
    return without_all(object["spec"], {"resources", "volumeAttributesClassName", "volumeName"});
  };
  if (fixed(before) == fixed(after)) return;
  found.push_back({"spec",
                   "Forbidden: spec is immutable after creation except resources.requests and "
                   "volumeAttributesClassName for bound claims",
                   "FieldValueForbidden"});
}

void check_service_change(const Value& before, const Value& after, Findings& found) {
  const Value& was = before["spec"]["clusterIP"];
  const Value& is = after["spec"]["clusterIP"];
  if (was == is || was.is_null() || after["spec"]["type"].as_string() == "ExternalName" ||
      before["spec"]["type"].as_string() == "ExternalName") {
    return;
  }
  found.push_back(
      {"spec.clusterIPs[0]", "Invalid value: " + shown(is) + ": may not change once set"});
}

void check_pod(const Value& before, const Value& after, Findings& found) {
  const auto fixed = [](const Value& object) {
    std::vector<Value> containers;
    for (const Value& one : object["spec"]["containers"].items()) {
      containers.push_back(one.without("image"));
    }
    return without_all(object["spec"], {"activeDeadlineSeconds", "tolerations",
                                        "terminationGracePeriodSeconds", "nodeName"})
        .with("containers", Value::array(std::move(containers)));
  };
  if (fixed(before) == fixed(after)) return;
  found.push_back({"spec",
                   "Forbidden: pod updates may not change fields other than "
                   "`spec.containers[*].image`",
                   "FieldValueForbidden"});
}

}  // namespace

std::vector<Finding> validate(const Kind& kind, const Value& object) {
  Findings found;
  check_metadata(kind, object, found);
  if (kind.custom) return found;
  if ((kind.group == "apps" && kind.kind != "ControllerRevision") || kind.kind == "Job") {
    check_workload(kind, object, found);
  }
  if (kind.kind == "Pod") check_containers(object["spec"], "spec", found);
  if (kind.kind == "Service") check_service(object, found);
  if (kind.kind == "CustomResourceDefinition") check_crd(object, found);
  return found;
}

std::vector<Finding> validate_change(const Kind& kind, const Value& before, const Value& after) {
  Findings found;
  if (after["metadata"]["uid"].as_string() != before["metadata"]["uid"].as_string()) {
    found.push_back({"metadata.uid",
                     "Invalid value: " + shown(after["metadata"]["uid"]) + ": field is immutable"});
  }
  if (kind.custom) return found;
  check_immutable(kind, before, after, found);
  if (kind.kind == "StatefulSet") check_stateful_set(before, after, found);
  if (kind.kind == "PersistentVolumeClaim") check_claim(before, after, found);
  if (kind.kind == "Service") check_service_change(before, after, found);
  if (kind.kind == "Pod") check_pod(before, after, found);
  return found;
}

}  // namespace rumbo::fake_api
