#include "render/helm/go_json.h"

#include <fmt/format.h>

#include "base/strings.h"
#include "codec/go_json.h"
#include "codec/numbers.h"
#include "codec/yaml.h"
#include "codec/yaml_fields.h"
#include "codec/yaml_go_error.h"
#include "codec/yaml_scalar.h"
#include "render/helm/go_value.h"

namespace rumbo::render::helm {

namespace {

codec::YamlOptions lenient() {
  codec::YamlOptions options;
  options.go_exact = true;
  options.strict = false;
  options.first_only = true;
  return options;
}

tl::unexpected<Error> cannot_convert(std::string_view text, const Error& error) {
  std::string complaint = codec::go_yaml_error(text);
  if (complaint.empty()) complaint = "yaml: " + error.to_string();
  return fail(error.code(), "error converting YAML to JSON: " + complaint);
}

/// The node's value with texts in place of reals. `source` is what it was read from.
Value with_texts(const codec::YamlNode& node, std::string_view source) {
  if (node.is_sequence()) {
    std::vector<Value> items;
    for (const codec::YamlNode& item : node.items()) items.push_back(with_texts(item, source));
    return Value::array(std::move(items));
  }
  if (node.is_mapping()) {
    Value out = node.value;  // what merge keys bring stays as it is
    for (const codec::YamlEntry& entry : node.entries()) {
      if (entry.is_merge) continue;
      out = out.with(entry.key.value.as_string(), with_texts(entry.value, source));
    }
    return out;
  }
  const std::size_t begin = node.span.start.offset, end = node.span.end.offset;
  if (!node.value.is_number() || !node.alias().empty() || end > source.size()) return node.value;
  const auto resolved =
      codec::resolve_plain(source.substr(begin, end - begin), codec::YamlDialect::yaml_v2);
  if (resolved.type != codec::ScalarType::real) return node.value;
  return codec::format_go_g(resolved.value.as_double());
}

}  // namespace

Result<Value> yaml_to_json(std::string_view text) {
  auto value = codec::parse_yaml_value(text, {}, lenient());
  if (!value) return cannot_convert(text, value.error());
  return value;
}

Result<Value> yaml_fields_to_json(std::string_view text, std::span<const std::string_view> fields) {
  auto value = codec::parse_yaml_fields(text, {}, lenient(), fields);
  if (!value) return cannot_convert(text, value.error());
  return value;
}

Result<Value> yaml_to_texts(std::string_view text) {
  const auto documents = codec::parse_yaml(text, {}, lenient());
  if (!documents) return cannot_convert(text, documents.error());
  return documents->empty() ? Value() : with_texts(documents->front(), text);
}

tl::unexpected<Error> cannot_unmarshal(std::string_view json_type, std::string_view into) {
  return fail(Code::invalid,
              fmt::format("error unmarshaling JSON: while decoding JSON: json: cannot "
                          "unmarshal {} into Go {}",
                          json_type, into));
}

Result<Value> yaml_to_map(std::string_view text) {
  const Value value = TRY(yaml_to_json(text));
  if (!value.is_object() && !value.is_null()) {
    return cannot_unmarshal(codec::go_json_type(value), "value of type map[string]interface {}");
  }
  return as_float64(value);
}

const Value* Fields::find(std::string_view field) const {
  if (const Value* exact = object_.find(field)) return exact;
  for (const Member& member : object_.members()) {
    if (member.key().size() == field.size() && to_lower(member.key()) == to_lower(field)) {
      return &member.value;
    }
  }
  return nullptr;
}

void Fields::wrong(std::string_view field, const Value& value, std::string_view go_type) {
  if (error_) return;
  error_ = cannot_unmarshal(codec::go_json_type(value),
                            fmt::format("struct field {}.{} of type {}", name_, field, go_type))
               .value();
}

std::optional<std::string> Fields::scalar_text(const Value& value) const {
  switch (value.kind()) {
    case Value::Kind::null:
      return std::string();
    case Value::Kind::array:
    case Value::Kind::object:
      return std::nullopt;
    default:
      return go_print(value);
  }
}

std::string Fields::text(std::string_view field) {
  const Value* value = find(field);
  if (value == nullptr) return {};
  const auto text = scalar_text(*value);
  if (!text) wrong(field, *value, "string");
  return text.value_or("");
}

bool Fields::boolean(std::string_view field) {
  const Value* value = find(field);
  if (value == nullptr || value->is_null()) return false;
  if (!value->is_bool()) wrong(field, *value, "bool");
  return value->as_bool();
}

const Value& Fields::list(std::string_view field, std::string_view go_type) {
  static const Value none;
  const Value* value = find(field);
  if (value == nullptr || value->is_null()) return none;
  if (!value->is_array()) {
    wrong(field, *value, go_type);
    return none;
  }
  return *value;
}

std::vector<std::string> Fields::texts(std::string_view field) {
  std::vector<std::string> out;
  for (const Value& item : list(field, "[]string").items()) {
    const auto text = scalar_text(item);
    if (!text) wrong(field, item, "string");
    out.push_back(text.value_or(""));
  }
  return out;
}

std::map<std::string, std::string> Fields::text_map(std::string_view field) {
  std::map<std::string, std::string> out;
  const Value* value = find(field);
  if (value == nullptr || value->is_null()) return out;
  if (!value->is_object()) {
    wrong(field, *value, "map[string]string");
    return out;
  }
  for (const Member& member : value->members()) {
    const auto text = scalar_text(member.value);
    if (!text) wrong(field, member.value, "string");
    out.emplace(member.key(), text.value_or(""));
  }
  return out;
}

Result<> Fields::finish() && {
  if (error_) return fail(*std::move(error_));
  return {};
}

}  // namespace rumbo::render::helm
