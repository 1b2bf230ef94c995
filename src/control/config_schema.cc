#include <vector>

#include "base/strings.h"
#include "control/config_fields.h"
#include "control/config_loader.h"

namespace rumbo::control {
namespace {

Value schema_of_record(std::string_view kind, std::string_view path);

Value words_value(std::string_view words) {
  std::vector<Value> out;
  for (const std::string_view word : split(words, '|')) out.emplace_back(word);
  return Value::array(std::move(out));
}

Value schema_of(std::string_view kind, const Field& field) {
  Value text = Value::object({{"type", "string"}});
  const std::string_view own = field.kind.empty() ? kind : field.kind;
  switch (field.type) {
    case FieldType::boolean:
      return Value::object({{"type", "boolean"}});
    case FieldType::integer:
      return Value::object({{"type", "integer"}, {"minimum", 1}, {"maximum", 1000}});
    case FieldType::count:
      return Value::object({{"type", "integer"}, {"minimum", -1}, {"maximum", 1000}});
    case FieldType::amount: {
      const Value number = Value::object({{"type", "integer"}, {"minimum", 0}});
      const Value part = text.with("pattern", "^(100|[0-9]{1,2})%$");
      return Value::object({{"anyOf", Value::array({number, part})}});
    }
    case FieldType::records:
      return Value::object(
          {{"type", "array"}, {"items", schema_of_record(kind, std::string(field.path) + "[]")}});
    case FieldType::texts:
      return Value::object({{"type", "array"}, {"items", text}});
    case FieldType::list:
      return Value::object({{"type", "array"}});
    case FieldType::text_map:
      return Value::object({{"type", "object"}, {"additionalProperties", text}});
    case FieldType::tree:
      return Value::object({{"type", "object"}});
    case FieldType::record:
      return schema_of_record(own, field.path);
    case FieldType::entries: {
      const Value entry = schema_of_record(own, std::string(field.path) + "[]");
      return Value::object({{"type", "array"},
                            {"minItems", 1},
                            {"items", Value::object({{"anyOf", Value::array({text, entry})}})}});
    }
    case FieldType::word:
      return text.with("enum", words_value(field.words));
    case FieldType::label:
      return text.with("pattern", "^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$");
    case FieldType::duration:
      return text.with("pattern", "^([0-9.]+(ns|us|µs|ms|s|m|h))+$|^0$");
    case FieldType::text:
      break;
  }
  if (field.path == "kind") return Value::object({{"const", kind}});
  if (field.path == "apiVersion") return Value::object({{"const", "rumbo.dev/v1alpha1"}});
  return text;
}

Value schema_of_record(std::string_view kind, std::string_view path) {
  std::vector<Member> properties;
  std::vector<Value> required;
  for (const Field* field : fields_below(kind, path)) {
    if (!field->instead.empty()) continue;
    properties.emplace_back(field_name(*field),
                            schema_of(kind, *field).with("description", field->doc));
    if (field->required) required.emplace_back(field_name(*field));
  }
  Value out = Value::object({{"type", "object"},
                             {"additionalProperties", false},
                             {"properties", Value::object(std::move(properties))}});
  return required.empty() ? out : out.with("required", Value::array(std::move(required)));
}

std::string_view type_word(FieldType type) {
  switch (type) {
    case FieldType::boolean:
      return "boolean";
    case FieldType::integer:
    case FieldType::count:
      return "integer";
    case FieldType::amount:
      return "integer or percentage";
    case FieldType::records:
      return "list of maps";
    case FieldType::texts:
      return "list of strings";
    case FieldType::text_map:
      return "map of strings";
    case FieldType::list:
      return "list";
    case FieldType::record:
    case FieldType::tree:
      return "map";
    case FieldType::entries:
      return "list of names or maps";
    case FieldType::duration:
      return "duration";
    case FieldType::label:
      return "name";
    default:
      return "string";
  }
}

std::string row(const Field& field) {
  const std::string type = field.words.empty() ? std::string(type_word(field.type))
                                               : "`" + replace_all(field.words, "|", "`, `") + "`";
  std::string out = "| `" + std::string(field.path) + "` | " + type + " | ";
  if (field.required) {
    out += "required";
  } else if (!field.fallback.empty()) {
    out += "`" + std::string(field.fallback) + "`";
  }
  out += " | " + std::string(field.doc);
  if (!field.same_as.empty())
    out += " (same fields as `" + replace_all(field.same_as, ":", "` `") + "`)";
  if (!field.instead.empty()) {
    out += ". *Not supported yet: " + std::string(field.instead) + ".*";
  }
  return out + " |\n";
}

}  // namespace

Value config_schema() {
  std::vector<Value> kinds;
  for (const std::string_view kind : config_kinds()) kinds.push_back(schema_of_record(kind, ""));
  return Value::object({{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                        {"title", "A document of a Rumbo configuration"},
                        {"oneOf", Value::array(std::move(kinds))}});
}

std::string config_reference() {
  std::string out = "# Configuration reference\n\n";
  out +=
      "YAML documents of `apiVersion: rumbo.dev/v1alpha1`, in one file or in a directory of "
      "`*.yaml` files, or in a Git\nrepository that Rumbo follows. Unknown fields, wrong types and "
      "references to what is not defined are "
      "errors.\n";
  for (const std::string_view kind : config_kinds()) {
    out += "\n## " + std::string(kind) + "\n\n| Field | Type | Default | Meaning |\n";
    out += "|---|---|---|---|\n";
    for (const Field& field : config_fields()) {
      if (field.kind.empty() || field.kind == kind) out += row(field);
    }
  }
  return out;
}

}  // namespace rumbo::control
