#include "render/kustomize/schema.h"

#include <algorithm>

#include "base/strings.h"
#include "codec/yaml.h"

namespace rumbo::render::kustomize {
namespace {

using data::Shape;

constexpr std::string_view kOnlyVersion = "v1.21.2";
constexpr int kMostReferences = 64;

std::string full_name(std::string_view api_version, std::string_view kind) {
  std::string name(api_version);
  name += '/';
  name += kind;
  return name;
}

template <class Row>
const Row* find(std::span<const Row> rows, std::string_view name) {
  const auto at = std::lower_bound(rows.begin(), rows.end(), name,
                                   [](const Row& row, std::string_view n) { return row.name < n; });
  return at != rows.end() && at->name == name ? &*at : nullptr;
}

std::vector<std::string_view> keys_of(std::string_view joined) {
  if (joined.empty()) return {};
  return split(joined, ',');
}

bool merges_by(std::string_view strategy) {
  for (const auto part : split(strategy, ',')) {
    if (part == "merge") return true;
  }
  return false;
}

std::string kind_name(const Value& gvk) {
  const std::string_view group = gvk["group"].as_string();
  const std::string version = gvk["version"].str();
  return full_name(group.empty() ? version : std::string(group) + "/" + version,
                   gvk["kind"].as_string());
}

}  // namespace

Result<> Schema::set_document(std::string_view text, std::string_view file, bool replaces) {
  if (is_set_) return {};
  codec::YamlOptions options;
  options.strict = false;
  document_ = TRY(codec::parse_yaml_value(text, file, options));
  is_set_ = true;
  with_builtin_ = !replaces && saw_unknown_;
  for (const Member& definition : document_["definitions"].members()) {
    for (const Value& gvk : definition.value["x-kubernetes-group-version-kind"].items()) {
      custom_kinds_.emplace_back(kind_name(gvk), &definition.value);
    }
  }
  learn_scopes();
  return {};
}

void Schema::learn_scopes() {
  for (const Member& path : document_["paths"].members()) {
    const Value& gvk = path.value["get"]["x-kubernetes-group-version-kind"];
    if (!gvk.is_object()) continue;
    const std::string name = kind_name(gvk);
    const bool namespaced = path.key().find("namespaces/{namespace}") != std::string_view::npos;
    const auto known = std::find_if(custom_scopes_.begin(), custom_scopes_.end(),
                                    [&](const auto& one) { return one.first == name; });
    if (known == custom_scopes_.end()) {
      custom_scopes_.emplace_back(name, namespaced);
    } else if (namespaced) {
      known->second = true;
    }
  }
}

Result<> Schema::set_version(std::string_view version) {
  if (is_set_ || version.empty()) return {};
  if (version != kOnlyVersion) {
    return fail(Error(Code::invalid, "the specified OpenAPI version is not built in")
                    .with_hint("only v1.21.2 is"));
  }
  is_set_ = true;
  return {};
}

/// Follows references; built-in definitions hide those of the same name.
std::optional<SchemaPlace> Schema::resolve(const Value* place) const {
  constexpr std::string_view kPrefix = "#/definitions/";
  for (int step = 0; step < kMostReferences; ++step) {
    const Value& reference = (*place)["$ref"];
    if (!reference.is_string()) return custom_place(place);
    const std::string_view text = reference.as_string();
    if (!text.starts_with(kPrefix)) return std::nullopt;
    const std::string_view name = text.substr(kPrefix.size());
    const auto known = data::definitions();
    const auto found = std::lower_bound(known.begin(), known.end(), name);
    if (with_builtin_ && found != known.end() && *found == name) {
      SchemaPlace built_in;
      built_in.shape = Shape::object;
      built_in.definition = static_cast<int>(found - known.begin());
      return built_in;
    }
    place = document_["definitions"].find(name);
    if (place == nullptr) return std::nullopt;
  }
  return std::nullopt;
}

SchemaPlace Schema::custom_place(const Value* place) {
  SchemaPlace found;
  found.custom = place;
  found.shape = (*place)["type"].as_string() == "array" ? Shape::list : Shape::object;
  const Value& strategy = (*place)["x-kubernetes-patch-strategy"];
  if (!strategy.is_string()) return found;
  found.merges = merges_by(strategy.as_string());
  const Value& map_keys = (*place)["x-kubernetes-list-map-keys"];
  for (const Value& key : map_keys.items()) found.keys.push_back(key.as_string());
  const Value& key = (*place)["x-kubernetes-patch-merge-key"];
  if (!map_keys.is_array() && key.is_string()) found.keys.push_back(key.as_string());
  return found;
}

std::optional<SchemaPlace> Schema::of_kind(std::string_view api_version,
                                           std::string_view kind) const {
  const std::string name = full_name(api_version, kind);
  const auto* row = with_builtin_ ? find(data::kinds(), name) : nullptr;
  if (row != nullptr) {
    SchemaPlace place;
    place.definition = row->definition;
    if (row->definition >= 0) place.shape = Shape::object;
    return place;
  }
  for (auto it = custom_kinds_.rbegin(); it != custom_kinds_.rend(); ++it) {
    if (it->first == name) return custom_place(it->second);
  }
  return std::nullopt;
}

std::optional<SchemaPlace> Schema::field(const SchemaPlace& place, std::string_view name) const {
  if (place.custom != nullptr) {
    const Value* found = (*place.custom)["properties"].find(name);
    if (found == nullptr) found = place.custom->find("additionalProperties");
    if (found == nullptr || !found->is_object()) return std::nullopt;
    return resolve(found);
  }
  SchemaPlace inner;
  if (place.definition < 0) return inner;
  if (place.shape == Shape::map) {
    inner.definition = place.definition;
    inner.shape = Shape::object;
    return inner;
  }
  if (place.shape != Shape::object) return inner;
  const auto* row = find(data::fields_of(place.definition), name);
  if (row == nullptr) return inner;
  inner.shape = row->shape;
  inner.definition = row->definition;
  inner.merges = row->merges;
  inner.keys = keys_of(row->keys);
  return inner;
}

std::optional<SchemaPlace> Schema::elements(const SchemaPlace& place) const {
  if (place.custom != nullptr) {
    const Value* items = place.custom->find("items");
    if (place.shape != Shape::list || items == nullptr) return std::nullopt;
    return resolve(items);
  }
  if (place.shape != Shape::list) return std::nullopt;
  SchemaPlace inner;
  inner.definition = place.definition;
  if (place.definition >= 0) inner.shape = Shape::object;
  return inner;
}

bool Schema::is_cluster_scoped(std::string_view api_version, std::string_view kind) const {
  const std::string name = full_name(api_version, kind);
  if (const auto* row = find(data::scopes(), name)) return !row->namespaced;
  saw_unknown_ = true;
  for (const auto& [known, namespaced] : custom_scopes_) {
    if (known == name) return !namespaced;
  }
  return false;
}

}  // namespace rumbo::render::kustomize
