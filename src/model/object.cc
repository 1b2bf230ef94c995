#include "model/object.h"

#include <algorithm>
#include <array>

namespace rumbo {
namespace {

constexpr std::array<std::string_view, 6> kServerMetadata{
    "creationTimestamp", "generation", "managedFields", "resourceVersion", "selfLink", "uid"};

constexpr std::array<std::string_view, 6> kBookkeeping{"rumbo.dev/applied", "rumbo.dev/epoch",
                                                       "rumbo.dev/fence",   "rumbo.dev/fields",
                                                       "rumbo.dev/owner",   "rumbo.dev/txn"};
constexpr std::string_view kManagedLabel = "rumbo.dev/managed";

}  // namespace

std::string ObjectKey::to_string() const {
  std::string out = kind;
  if (!group.empty()) out += "." + group;
  out += " ";
  if (!ns.empty()) out += ns + "/";
  return out + name;
}

ObjectKey key_of(const Value& object) {
  ObjectKey key;
  const std::string_view version = object["apiVersion"].as_string();
  const auto slash = version.find('/');
  if (slash != std::string_view::npos) key.group = version.substr(0, slash);
  key.kind = object["kind"].str();
  key.ns = object["metadata"]["namespace"].str();
  key.name = object["metadata"]["name"].str();
  return key;
}

Value to_value(const ObjectKey& key) {
  return Value::object(
      {{"group", key.group}, {"kind", key.kind}, {"name", key.name}, {"namespace", key.ns}});
}

ObjectKey key_from(const Value& value) {
  return {value["group"].str(), value["kind"].str(), value["namespace"].str(), value["name"].str()};
}

const Object* Manifest::find(const ObjectKey& key) const {
  const auto it = std::find_if(objects.begin(), objects.end(),
                               [&](const Object& object) { return object.key == key; });
  return it == objects.end() ? nullptr : &*it;
}

std::string_view annotation(const Value& object, std::string_view name) {
  return object["metadata"]["annotations"][name].as_string();
}

Value semantic(const Value& object) {
  Value metadata = object["metadata"];
  for (const auto name : kServerMetadata) metadata = metadata.without(name);
  Value annotations = metadata["annotations"];
  for (const auto name : kBookkeeping) annotations = annotations.without(name);
  metadata = annotations.empty() ? metadata.without("annotations")
                                 : metadata.with("annotations", annotations);
  if (const Value& labels = metadata["labels"]; labels.contains(kManagedLabel)) {
    const Value others = labels.without(kManagedLabel);
    metadata = others.empty() ? metadata.without("labels") : metadata.with("labels", others);
  }
  return object.without("status").with("metadata", metadata);
}

}  // namespace rumbo
