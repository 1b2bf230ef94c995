#include "codec/json_schema_index.h"

#include <fmt/format.h>

#include "base/strings.h"
#include "codec/json.h"

namespace rumbo::codec {
namespace {

constexpr int kMaxDepth = 200;
constexpr std::size_t kMaxPatterns = 10'000;

enum class Holds { nothing, schema, list, map, schema_or_list, map_of_schemas_or_lists };

/// Which schemas stand below a keyword.
Holds held_by(std::string_view key, Draft draft) {
  static const std::map<std::string_view, Holds> kHolds = {
      {"additionalItems", Holds::schema},
      {"additionalProperties", Holds::schema},
      {"contains", Holds::schema},
      {"else", Holds::schema},
      {"if", Holds::schema},
      {"not", Holds::schema},
      {"propertyNames", Holds::schema},
      {"then", Holds::schema},
      {"unevaluatedItems", Holds::schema},
      {"unevaluatedProperties", Holds::schema},
      {"allOf", Holds::list},
      {"anyOf", Holds::list},
      {"oneOf", Holds::list},
      {"prefixItems", Holds::list},
      {"dependentSchemas", Holds::map},
      {"patternProperties", Holds::map},
      {"properties", Holds::map},
      {"items", Holds::schema_or_list},
      {"dependencies", Holds::map_of_schemas_or_lists},
  };
  const auto found = kHolds.find(key);
  if (found == kHolds.end()) return Holds::nothing;
  if (draft < Draft::v2019 && (key.starts_with("unevaluated") || key == "dependentSchemas")) {
    return Holds::nothing;
  }
  return found->second;
}

bool is_schema(const Value& value) {
  return value.is_object() || value.is_bool();
}

std::string unescape(std::string_view token) {
  std::string plain;
  for (std::size_t i = 0; i < token.size(); ++i) {
    if (token[i] == '%' && i + 2 < token.size()) {
      if (const auto byte = from_hex(token.substr(i + 1, 2))) {
        plain += static_cast<char>((*byte)[0]);
        i += 2;
        continue;
      }
    }
    plain += token[i];
  }
  return replace_all(replace_all(plain, "~1", "/"), "~0", "~");
}

}  // namespace

std::string_view SchemaIndex::keep(std::string text) {
  return *texts_.insert(std::move(text)).first;
}

/// Notes addresses and anchors of a schema and of everything below it, known keyword or not: any
/// place may be named by a reference.
void SchemaIndex::index(const Value& schema, const std::string& base, Draft draft, int depth) {
  if (depth > kMaxDepth) return;
  if (schema.is_array()) {
    for (const Value& item : schema.items()) index(item, base, draft, depth + 1);
    return;
  }
  if (!schema.is_object()) return;
  std::string own = base;
  const std::string_view id = schema[draft == Draft::v4 ? "id" : "$id"].as_string();
  const bool hidden = draft < Draft::v2019 && schema.contains("$ref");
  if (!id.empty() && !hidden) {
    const std::string uri = resolve_uri(base, id);
    const std::size_t hash = uri.find('#');
    const std::string fragment = hash == uri.npos ? "" : uri.substr(hash + 1);
    if (!fragment.empty() && draft < Draft::v2019) {
      anchors_.emplace(uri, SchemaPlace{&schema, keep(base), draft});
    } else {
      own = uri.substr(0, hash);
      const SchemaPlace place{&schema, keep(own), draft};
      resources_.emplace(own, place);
      based_.emplace(&schema, place);
    }
  }
  if (draft >= Draft::v2019) {
    const SchemaPlace place{&schema, keep(own), draft};
    if (const auto name = schema["$anchor"].as_string(); !name.empty()) {
      anchors_.emplace(own + "#" + std::string(name), place);
    }
    if (const auto name = schema["$dynamicAnchor"].as_string(); !name.empty()) {
      anchors_.emplace(own + "#" + std::string(name), place);
      dynamic_.emplace(own + "#" + std::string(name), place);
    }
  }
  for (const Member& member : schema.members()) {
    if (member.key() == "enum" || member.key() == "const") continue;
    index(member.value, own, draft, depth + 1);
  }
}

Result<> SchemaIndex::add_document(Value schema, const std::string& uri) {
  Draft draft = Draft::v2020;
  if (const auto named = schema["$schema"].as_string(); !named.empty() && !draft_of(named, draft)) {
    return fail(Code::invalid,
                fmt::format("failing loading \"{}\": schemas are not read from elsewhere", named));
  }
  documents_.push_back(std::make_unique<Value>(std::move(schema)));
  const Value& kept = *documents_.back();
  const SchemaPlace place{&kept, keep(uri), draft};
  resources_.emplace(uri, place);
  index(kept, uri, draft, 0);
  if (!root_.schema) root_ = below(place, kept);
  return {};
}

SchemaPlace SchemaIndex::below(const SchemaPlace& parent, const Value& schema) const {
  const auto own = based_.find(&schema);
  if (own != based_.end()) return own->second;
  return {&schema, parent.base, parent.draft};
}

Result<SchemaPlace> SchemaIndex::find(const SchemaPlace& from, std::string_view reference) {
  const std::string uri = resolve_uri(from.base, reference);
  const std::size_t hash = uri.find('#');
  const std::string address = uri.substr(0, hash);
  const std::string fragment = hash == std::string::npos ? "" : uri.substr(hash + 1);
  if (!resources_.contains(address)) {
    const std::string_view text = meta_schema(address);
    if (text.empty()) {
      return fail(
          Error(Code::invalid,
                fmt::format("failing loading \"{}\": schemas are not read from elsewhere", address))
              .with_hint("put the schema below `$defs` of this one"));
    }
    Value schema = TRY(parse_json(text));
    TRY(add_document(std::move(schema), address));
  }
  SchemaPlace place = resources_.find(address)->second;
  if (fragment.empty()) return place;
  if (!fragment.starts_with('/')) {
    const auto anchor = anchors_.find(uri);
    if (anchor != anchors_.end()) return anchor->second;
    return fail(Code::invalid, fmt::format("anchor in \"{}\" not found", uri));
  }
  for (const auto token : split(std::string_view(fragment).substr(1), '/')) {
    const std::string name = unescape(token);
    const Value* next = place.schema->find(name);
    if (place.schema->is_array()) {
      const auto number = parse_int(name);
      const bool there =
          number && *number >= 0 && static_cast<std::size_t>(*number) < place.schema->size();
      next = there ? &place.schema->items()[static_cast<std::size_t>(*number)] : nullptr;
    }
    if (next == nullptr) {
      return fail(Code::invalid, fmt::format("json-pointer in \"{}\" not found", uri));
    }
    place = below(place, *next);
  }
  return place;
}

SchemaPlace SchemaIndex::resolve(const SchemaPlace& from, std::string_view reference) const {
  const auto found = resolved_.find(std::string(from.base) + " " + std::string(reference));
  return found == resolved_.end() ? SchemaPlace{} : found->second;
}

SchemaPlace SchemaIndex::dynamic_anchor(std::string_view base, std::string_view name) const {
  const auto found = dynamic_.find(std::string(base) + "#" + std::string(name));
  return found == dynamic_.end() ? SchemaPlace{} : found->second;
}

bool SchemaIndex::is_dynamic_anchor(const SchemaPlace& place) const {
  return place.schema->is_object() && place.schema->contains("$dynamicAnchor");
}

const Regex* SchemaIndex::pattern(std::string_view text) const {
  const auto found = patterns_.find(text);
  return found == patterns_.end() ? nullptr : &found->second;
}

Result<> SchemaIndex::visit_patterns(std::string_view key, const Value& value) {
  const auto add = [this](std::string_view text) -> Result<> {
    if (patterns_.find(text) != patterns_.end()) return {};
    if (patterns_.size() >= kMaxPatterns) return fail(Code::too_large, "too many patterns");
    patterns_.emplace(text, TRY(Regex::compile(text)));
    return {};
  };
  if (key == "pattern" && value.is_string()) return add(value.as_string());
  if (key != "patternProperties") return {};
  for (const Member& member : value.members()) TRY(add(member.key()));
  return {};
}

Result<> SchemaIndex::visit_keyword(const SchemaPlace& place, std::string_view key,
                                    const Value& value) {
  if (key == "$ref" || key == "$dynamicRef" || key == "$recursiveRef") {
    if (!value.is_string()) return {};
    const SchemaPlace target = TRY(find(place, value.as_string()));
    resolved_.emplace(std::string(place.base) + " " + value.str(), target);
    return visit(target);
  }
  TRY(visit_patterns(key, value));
  tracks_ = tracks_ || key.starts_with("unevaluated");
  const Holds holds = held_by(key, place.draft);
  if (holds == Holds::nothing) return {};
  const bool alone = holds == Holds::schema || holds == Holds::schema_or_list;
  if (alone && is_schema(value)) return visit(below(place, value));
  if (holds == Holds::list || holds == Holds::schema_or_list) {
    for (const Value& item : value.items()) TRY(visit(below(place, item)));
  } else if (holds == Holds::map || holds == Holds::map_of_schemas_or_lists) {
    for (const Member& member : value.members()) {
      if (is_schema(member.value)) TRY(visit(below(place, member.value)));
    }
  }
  return {};
}

/// Resolves all references that checking can reach. Recursion is as deep as schemas nest; those
/// were read within bounds.
Result<> SchemaIndex::visit(const SchemaPlace& place) {
  if (!visited_.insert(place.schema).second || !place.schema->is_object()) return {};
  if (place.draft < Draft::v2019) {
    if (const Value* reference = place.schema->find("$ref")) {
      return visit_keyword(place, "$ref", *reference);
    }
  }
  for (const Member& member : place.schema->members()) {
    TRY(visit_keyword(place, member.key(), member.value));
  }
  return {};
}

Result<std::shared_ptr<const SchemaIndex>> SchemaIndex::build(Value schema, std::string_view uri) {
  std::shared_ptr<SchemaIndex> made(new SchemaIndex);
  made->uri_ = uri;
  TRY(made->add_document(std::move(schema), made->uri_));
  TRY(made->visit(made->root_));
  return std::shared_ptr<const SchemaIndex>(std::move(made));
}

}  // namespace rumbo::codec
