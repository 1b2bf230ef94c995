#include "render/helm/go_json.h"

#include <fmt/format.h>

#include "base/strings.h"
#include "codec/yaml.h"
#include "codec/yaml_go_error.h"
#include "render/helm/go_value.h"

namespace rumbo::render::helm {

Result<Value> yaml_to_json(std::string_view text) {
  codec::YamlOptions options;
  options.strict = false;
  auto value = codec::parse_yaml_value(text, {}, options);
  if (value) return value;
  std::string complaint = codec::go_yaml_error(text);
  if (complaint.empty()) complaint = "yaml: " + value.error().to_string();
  return fail(value.error().code(), "error converting YAML to JSON: " + complaint);
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
    return cannot_unmarshal(json_type(value), "value of type map[string]interface {}");
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
  error_ = cannot_unmarshal(json_type(value),
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
