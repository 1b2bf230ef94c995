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
void SchemaIndex::index(const Value& schema, const SchemaPlace& parent, int depth) {
  if (depth > kMaxDepth) return;
  if (schema.is_array()) {
    for (const Value& item : schema.items()) index(item, parent, depth + 1);
    return;
  }
  if (!schema.is_object()) return;
  SchemaPlace own = parent;
  own.schema = &schema;
  const Draft draft = parent.draft;
  const std::string_view id = schema[draft == Draft::v4 ? "id" : "$id"].as_string();
  const bool hidden = draft < Draft::v2019 && schema.contains("$ref");
  if (!id.empty() && !hidden) {
    const std::string uri = resolve_uri(parent.base, id);
    const std::size_t hash = uri.find('#');
    const std::string fragment = hash == uri.npos ? "" : uri.substr(hash + 1);
    if (!fragment.empty() && draft < Draft::v2019) {
      anchors_.emplace(uri, own);
    } else {
      own.base = keep(uri.substr(0, hash));
      resources_.emplace(own.base, own);
      based_.emplace(&schema, own);
    }
  }
  if (draft >= Draft::v2019) {
    const std::string prefix = std::string(own.base) + "#";
    if (const auto name = schema["$anchor"].as_string(); !name.empty()) {
      anchors_.emplace(prefix + std::string(name), own);
    }
    if (const auto name = schema["$dynamicAnchor"].as_string(); !name.empty()) {
      anchors_.emplace(prefix + std::string(name), own);
      dynamic_.emplace(prefix + std::string(name), own);
    }
  }
  for (const Member& member : schema.members()) {
    if (member.key() == "enum" || member.key() == "const") continue;
    index(member.value, own, depth + 1);
  }
}

/// The draft that a document names, directly or by a metaschema of the caller's.
Result<SchemaPlace> SchemaIndex::place_of(const Value& schema, Draft draft) const {
  SchemaPlace place{&schema, {}, draft};
  const std::string_view named = schema["$schema"].as_string();
  if (named.empty() || draft_of(named, place.draft)) return place;
  const auto given = context_->documents.find(named);
  const Value& meta = given == context_->documents.end() ? Value() : given->second;
  if (!draft_of(meta["$schema"].as_string(), place.draft)) {
    return fail(Code::invalid,
                fmt::format("failing loading \"{}\": schemas are not read from elsewhere", named));
  }
  const Value& words = meta["$vocabulary"];
  place.asserts = !words.is_object() ||
                  words.contains("https://json-schema.org/draft/2019-09/vocab/validation") ||
                  words.contains("https://json-schema.org/draft/2020-12/vocab/validation");
  return place;
}

Result<> SchemaIndex::add_document(Value schema, const std::string& uri, Draft draft) {
  documents_.push_back(std::make_unique<Value>(std::move(schema)));
  const Value& kept = *documents_.back();
  SchemaPlace place = TRY(place_of(kept, draft));
  place.base = keep(uri);
  resources_.emplace(uri, place);
  index(kept, place, 0);
  if (!root_.schema) root_ = below(place, kept);
  return {};
}

SchemaPlace SchemaIndex::below(const SchemaPlace& parent, const Value& schema) const {
  const auto own = based_.find(&schema);
  if (own != based_.end()) return own->second;
  SchemaPlace place = parent;
  place.schema = &schema;
  return place;
}

/// Takes in a document that is not part of this one: the caller's, or a draft's own schema.
Result<> SchemaIndex::load(const SchemaPlace& from, const std::string& address) {
  const auto given = context_->documents.find(address);
  if (given != context_->documents.end()) return add_document(given->second, address, from.draft);
  const std::string vocabulary = vocabulary_reference(address);
  if (!vocabulary.empty()) {
    resources_.emplace(address, TRY(find(from, vocabulary)));
    return {};
  }
  const std::string_view text = meta_schema(address);
  if (text.empty()) {
    return fail(
        Error(Code::invalid,
              fmt::format("failing loading \"{}\": schemas are not read from elsewhere", address))
            .with_hint("put the schema below `$defs` of this one"));
  }
  return add_document(TRY(parse_json(text)), address, from.draft);
}

Result<SchemaPlace> SchemaIndex::find(const SchemaPlace& from, std::string_view reference) {
  const std::string uri = resolve_uri(from.base, reference);
  const std::size_t hash = uri.find('#');
  const std::string address = uri.substr(0, hash);
  const std::string fragment = hash == std::string::npos ? "" : uri.substr(hash + 1);
  if (!resources_.contains(address)) TRY(load(from, address));
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

SchemaPlace SchemaIndex::resource(std::string_view base) const {
  const auto found = resources_.find(base);
  return found == resources_.end() ? SchemaPlace{} : found->second;
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

Result<std::shared_ptr<const SchemaIndex>> SchemaIndex::build(Value schema, std::string_view uri,
                                                              const SchemaContext& context) {
  std::shared_ptr<SchemaIndex> made(new SchemaIndex);
  made->uri_ = uri;
  made->context_ = &context;
  TRY(made->add_document(std::move(schema), made->uri_, context.draft));
  TRY(made->visit(made->root_));
  made->context_ = nullptr;
  return std::shared_ptr<const SchemaIndex>(std::move(made));
}

}  // namespace rumbo::codec
