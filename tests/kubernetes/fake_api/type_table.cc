#include "type_table.h"

#include <fstream>
#include <sstream>

#include "codec/json.h"

namespace rumbo::fake_api {

TypeTable::TypeTable() {
  untyped_ = make(Type::Kind::untyped);
  deduced_ = make(Type::Kind::deduced);
}

Type* TypeTable::make(Type::Kind kind) {
  Type& type = all_.emplace_back();
  type.kind = kind;
  return &type;
}

Result<TypeTable> TypeTable::load(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(Code::not_found, "cannot read " + path);
  std::ostringstream text;
  text << file.rdbuf();
  const Value document = TRY(codec::parse_json(text.str(), {}, path));
  TypeTable table;
  for (const Member& member : document.members()) {
    table.named_[std::string(member.key())] = table.make(Type::Kind::scalar);
  }
  for (const Member& member : document.members()) {
    Type* const named = table.named_[std::string(member.key())];
    *named = *table.build(member.value);
  }
  return Result<TypeTable>(std::move(table));
}

const Type* TypeTable::find(const std::string& name) const {
  const auto found = named_.find(name);
  return found == named_.end() ? nullptr : found->second;
}

const Type* TypeTable::build(const Value& node) {
  if (node.is_string()) {
    switch (node.as_string()[0]) {
      case 's':
        return make(Type::Kind::text);
      case 'n':
        return make(Type::Kind::number);
      case 'b':
        return make(Type::Kind::boolean);
      case 'u':
        return untyped_;
      case 'd':
        return deduced_;
      default:
        return make(Type::Kind::scalar);
    }
  }
  if (const Value* name = node.find("t")) return named_.at(name->str());
  Type* const type = make(node.contains("l") ? Type::Kind::list : Type::Kind::map);
  type->atomic = node["a"].as_bool();
  if (const Value* element = node.find("l")) {
    type->element = build(*element);
    type->atomic = !node.contains("k");
    for (const Value& key : node["k"].items()) type->keys.push_back(key.str());
  }
  if (const Value* element = node.find("m")) type->element = build(*element);
  for (const Member& field : node["f"].members()) {
    type->fields.emplace(field.key(), build(field.value));
  }
  for (const Member& field : node["d"].members()) type->defaults.emplace(field.key(), field.value);
  return type;
}

const Type* TypeTable::add_custom(const Value& schema) {
  Type* const root = make(Type::Kind::map);
  if (schema.is_object()) {
    *root = *custom(schema);
  } else {
    root->element = deduced_;
    root->open = true;
  }
  root->kind = Type::Kind::map;
  root->fields["apiVersion"] = make(Type::Kind::text);
  root->fields["kind"] = make(Type::Kind::text);
  if (const Type* meta = find("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta")) {
    root->fields["metadata"] = meta;
  }
  return root;
}

const Type* TypeTable::custom(const Value& schema) {
  const std::string type = schema["type"].str();
  const bool open = schema["x-kubernetes-preserve-unknown-fields"].as_bool();
  if (schema["x-kubernetes-int-or-string"].as_bool()) return make(Type::Kind::scalar);
  if (type == "string") return make(Type::Kind::text);
  if (type == "integer" || type == "number") return make(Type::Kind::number);
  if (type == "boolean") return make(Type::Kind::boolean);
  if (type == "array") {
    Type* const list = make(Type::Kind::list);
    list->element = custom(schema["items"]);
    const std::string kind = schema["x-kubernetes-list-type"].str("atomic");
    list->atomic = kind == "atomic";
    for (const Value& key : schema["x-kubernetes-list-map-keys"].items()) {
      list->keys.push_back(key.str());
    }
    return list;
  }
  if (type != "object" || (open && schema["properties"].empty())) return deduced_;
  Type* const map = make(Type::Kind::map);
  map->atomic = schema["x-kubernetes-map-type"].as_string() == "atomic";
  for (const Member& property : schema["properties"].members()) {
    map->fields.emplace(property.key(), custom(property.value));
    if (const Value* preset = property.value.find("default")) {
      map->defaults.emplace(property.key(), *preset);
    }
  }
  const Value& more = schema["additionalProperties"];
  if (more.is_object()) map->element = custom(more);
  if (open || more.as_bool()) map->element = deduced_;
  map->open = open;
  return map;
}

}  // namespace rumbo::fake_api
