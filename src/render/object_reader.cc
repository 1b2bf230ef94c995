#include "render/object_reader.h"

#include <memory>

#include "model/kinds.h"
#include "render/object_checks.h"
#include "render/yaml_locator.h"

namespace rumbo::render {
namespace {

constexpr int kMaxListDepth = 8;

bool is_own_configuration(const Value& document) {
  return document["apiVersion"].as_string().starts_with("rumbo.dev/");
}

/// `kind: List` and typed ones as `kubectl get -o yaml` prints them.
bool is_list(const Value& document) {
  return document["kind"].as_string().ends_with("List") && document["items"].is_array();
}

/// An item of a typed list may leave out what the list says already.
Value completed(const Value& item, const Value& list) {
  if (!item.is_object() || item.contains("kind") || item.contains("apiVersion")) return item;
  const std::string_view kind = list["kind"].as_string();
  if (kind.size() <= 4) return item;
  return item.with("kind", kind.substr(0, kind.size() - 4)).with("apiVersion", list["apiVersion"]);
}

std::string at(const Location& place) {
  return place.to_string();
}

}  // namespace

Result<> ObjectReader::read(const std::string& file, std::string_view text) {
  const auto documents = TRY(codec::parse_yaml(text, file));
  for (const auto& document : documents) {
    if (is_own_configuration(document.value)) {
      // rumbo.yaml beside the manifests is usual; elsewhere it deserves a word.
      if (!file.ends_with("rumbo.yaml")) {
        warnings_.push_back(at(document.location(file)) +
                            ": Rumbo's own configuration is not deployed");
      }
      continue;
    }
    TRY(read_object(file, document, 0, Value()));
  }
  return {};
}

Result<> ObjectReader::read_object(const std::string& file, const codec::YamlNode& node, int depth,
                                   const Value& list) {
  if (!node.is_mapping()) {
    if (depth == 0 && node.value.is_null()) return {};
    return fail(Error(Code::invalid,
                      "expected an object, found " + std::string(to_string(node.value.kind())))
                    .at(node.location(file))
                    .with_hint("if the file is meant for something else, list it in .rumboignore"));
  }
  if (is_list(node.value)) return read_list(file, node, depth);
  Object object;
  object.value = completed(node.value, list);
  object.origin = node.location(file);
  object.fields = std::make_shared<YamlLocator>(node, file);
  return add(std::move(object));
}

Result<> ObjectReader::add(Object object) {
  if (objects_.size() >= kMaxObjects) {
    return fail(Error(Code::too_large,
                      "more than " + std::to_string(kMaxObjects) + " objects in one application")
                    .at(object.origin));
  }
  object.key = key_of(object.value);
  TRY(check_object(object));
  if (object.key.kind == "CustomResourceDefinition" &&
      object.value["spec"]["scope"].as_string() == "Cluster") {
    cluster_kinds_.emplace(object.value["spec"]["group"].str(),
                           object.value["spec"]["names"]["kind"].str());
  }
  objects_.push_back(std::move(object));
  return {};
}

Result<> ObjectReader::read_list(const std::string& file, const codec::YamlNode& node, int depth) {
  if (depth == kMaxListDepth) {
    return fail(Error(Code::too_large, "lists nested more than 8 deep").at(node.location(file)));
  }
  const codec::YamlNode* items = node.find("items");
  for (const auto& item : items->items()) {
    TRY(read_object(file, item, depth + 1, node.value));
  }
  return {};
}

void ObjectReader::place(Object& object, std::string_view ns) {
  const bool cluster = is_cluster_scoped(object.key.group, object.key.kind) ||
                       cluster_kinds_.contains({object.key.group, object.key.kind});
  const Value metadata = object.value["metadata"];
  if (cluster && metadata.contains("namespace")) {
    if (!object.key.ns.empty()) {
      warnings_.push_back(at(object.locate("/metadata/namespace")) + ": " + object.key.kind + " " +
                          object.key.name + " belongs to no namespace; ignored `" + object.key.ns +
                          "`");
    }
    object.value = object.value.with("metadata", metadata.without("namespace"));
    object.key.ns.clear();
  } else if (!cluster && object.key.ns.empty() && !ns.empty()) {
    object.value = object.value.with_path({"metadata", "namespace"}, ns);
    object.key.ns = ns;
  }
}

Result<std::vector<Object>> ObjectReader::finish(std::string_view ns) {
  std::map<ObjectKey, const Object*> seen;
  for (Object& object : objects_) {
    place(object, ns);
    const auto [first, is_new] = seen.emplace(object.key, &object);
    if (is_new) continue;
    return fail(Error(Code::conflict, object.key.to_string() + " is defined twice, first at " +
                                          at(first->second->origin))
                    .at(object.origin)
                    .with_hint("remove or rename one of them"));
  }
  return std::move(objects_);
}

}  // namespace rumbo::render
