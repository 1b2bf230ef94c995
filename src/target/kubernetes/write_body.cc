#include "target/kubernetes/write_body.h"

#include <array>

#include "codec/base64.h"

namespace rumbo::target::kubernetes {
namespace {

/// etcd's first revision is its own: no object is ever stored in it.
constexpr std::string_view kNeverLive = "1";

/// Lists of ports are keyed by port and protocol, whose default is not filled in before an apply is
/// merged (structured-merge-diff issue 130).
Value with_protocols(const Value& ports) {
  std::vector<Value> out;
  for (const Value& port : ports.items()) {
    const bool bare = port.is_object() && !port.contains("protocol");
    out.push_back(bare ? port.with("protocol", "TCP") : port);
  }
  return Value::array(std::move(out));
}

Value with_container_protocols(Value pod) {
  for (const std::string_view list : {"containers", "initContainers", "ephemeralContainers"}) {
    if (!pod[list].is_array()) continue;
    std::vector<Value> containers;
    for (const Value& container : pod[list].items()) {
      containers.push_back(container["ports"].is_array()
                               ? container.with("ports", with_protocols(container["ports"]))
                               : container);
    }
    pod = pod.with(list, Value::array(std::move(containers)));
  }
  return pod;
}

/// Changes the value at a path, if there is one.
template <class Change>
Value at_path(const Value& value, std::span<const std::string_view> path, const Change& change) {
  if (path.empty()) return change(value);
  const Value* below = value.find(path.front());
  if (below == nullptr || !below->is_object()) return value;
  return value.with(path.front(), at_path(*below, path.subspan(1), change));
}

}  // namespace

Value with_default_keys(const Value& object) {
  using Path = std::vector<std::string_view>;
  const std::string_view kind = object["kind"].as_string();
  if (kind == "Service" && object["spec"]["ports"].is_array()) {
    return object.with_path({"spec", "ports"}, with_protocols(object["spec"]["ports"]));
  }
  Path path{"spec", "template", "spec"};
  if (kind == "Pod") path = {"spec"};
  if (kind == "CronJob") path = {"spec", "jobTemplate", "spec", "template", "spec"};
  static constexpr std::array<std::string_view, 7> kWithPods{
      "Pod", "Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job", "CronJob"};
  for (const std::string_view one : kWithPods) {
    if (one == kind) return at_path(object, path, with_container_protocols);
  }
  return object;
}

Value with_stored_texts(const Value& object) {
  const Value* texts = object.find("stringData");
  const bool secret =
      object["kind"].as_string() == "Secret" && object["apiVersion"].as_string() == "v1";
  if (!secret || texts == nullptr || !texts->is_object()) return object;
  Value data = object["data"].is_object() ? object["data"] : Value::object();
  Value rest = Value::object();
  for (const Member& text : texts->members()) {
    if (text.value.is_string()) {
      data = data.with(text.key(), codec::base64_encode(text.value.as_string()));
    } else if (!text.value.is_null()) {
      rest = rest.with(text.key(), text.value);
    }
  }
  const Value out = object.without("stringData").with("data", data);
  return rest.empty() ? out : out.with("stringData", rest);
}

Value apply_body(const Value& want, const Resource& resource) {
  Value metadata = want["metadata"];
  for (const char* field : {"creationTimestamp", "generation", "managedFields", "resourceVersion",
                            "selfLink", "uid", "generateName"}) {
    metadata = metadata.without(field);
  }
  if (!resource.namespaced) metadata = metadata.without("namespace");
  return with_default_keys(with_stored_texts(want.without("status").with("metadata", metadata)));
}

Value with_precondition(const Value& body, const std::string& uid, const std::string& version) {
  Value metadata = body["metadata"].with("uid", uid);
  if (!version.empty()) metadata = metadata.with("resourceVersion", version);
  return body.with("metadata", metadata);
}

Value if_absent(const Value& body) {
  return body.with("metadata", body["metadata"].with("resourceVersion", kNeverLive));
}

}  // namespace rumbo::target::kubernetes
