// YAML and TOML in Helm: toYaml, fromYaml and their kin.
#include <cmath>

#include "codec/numbers.h"
#include "codec/yaml.h"
#include "script/convert.h"
#include "script/go_json.h"
#include "script/list.h"
#include "script/map.h"
#include "script/session.h"
#include "script/sprig.h"
#include "script/toml.h"
#include "script/yaml_error.h"

namespace rumbo::script {
namespace {

std::string without_newline(std::string text) {
  if (text.ends_with('\n')) text.pop_back();
  return text;
}

Outcome<Any> yaml_text(Call& call, bool strict) {
  const auto refuse = [&](std::string text) -> Outcome<Any> {
    if (strict) return failed("error marshaling into JSON: " + text);
    return Any("");
  };
  TRY(call.session.charge_tree(call[0]));
  auto value = to_value(call[0]);
  if (!value) return refuse(value.error().text());
  if (auto number = unsupported_number(*value)) {
    return refuse("json: unsupported value: " + *number);
  }
  auto text = codec::marshal_yaml(*value);
  if (!text) return refuse(text.error().message());
  TRY(call.session.room_for_text(text->size()));
  return Any(without_newline(std::move(*text)));
}

Outcome<Any> to_yaml_pretty(Call& call) {
  TRY(call.session.charge_tree(call[0]));
  auto value = to_value(call[0]);
  if (!value) return Any("");
  std::string text = codec::emit_yaml_pretty(*value);
  TRY(call.session.room_for_text(text.size()));
  return Any(without_newline(std::move(text)));
}

/// sigs.k8s.io/yaml's Unmarshal: YAML to JSON to Go, so that every number is a double.
Outcome<Value> read_yaml(Call& call) {
  TRY(call.session.room_for_text(call[0].text().size()));
  codec::YamlOptions options;
  options.go_exact = true;
  options.strict = false;
  options.first_only = true;
  auto value = codec::parse_yaml_value(call[0].text(), {}, options);
  if (!value)
    return failed("error converting YAML to JSON: " + go_yaml_error(value.error(), call[0].text()));
  if (auto number = unsupported_number(*value)) {
    return failed("error converting YAML to JSON: json: unsupported value: " + *number);
  }
  return helm_numbers(*value);
}

std::string wrong_type(const Value& value, std::string_view wanted) {
  return "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal " +
         std::string(json_kind(value)) + " into Go value of type " + std::string(wanted);
}

Outcome<Any> from_yaml(Call& call) {
  auto value = read_yaml(call);
  if (!value && value.error().kind() == Failure::Kind::limit) return fail(value.error());
  if (value && value->is_object()) return Any::from(*value);
  auto out = make<Map>();
  if (!value) {
    out->set("Error", Any(value.error().text()));
  } else if (!value->is_null()) {
    out->set("Error", Any(wrong_type(*value, types::any_map.name)));
  }
  return Any(out);
}

Outcome<Any> from_yaml_array(Call& call) {
  auto value = read_yaml(call);
  if (!value) {
    if (value.error().kind() == Failure::Kind::limit) return fail(value.error());
    return Any::list({Any(value.error().text())});
  }
  if (value->is_null()) return Any::list({});
  if (!value->is_array()) return Any::list({Any(wrong_type(*value, types::any_slice.name))});
  return Any::from(*value);
}

Outcome<Any> toml_text(Call& call, bool strict) {
  if (call[0].is_nil()) return failed("reflect: call of reflect.Value.Type on zero Value");
  TRY(call.session.charge_tree(call[0]));
  auto text = write_toml(call[0]);
  if (!text) {
    if (strict || text.error().kind() == Failure::Kind::limit) return fail(text.error());
    return Any(text.error().text());
  }
  TRY(call.session.room_for_text(text->size()));
  return Any(*text);
}

Outcome<Any> from_toml(Call& call) {
  TRY(call.session.room_for_text(call[0].text().size()));
  auto value = read_toml(call[0].text());
  if (value) return *value;
  auto out = make<Map>();
  out->set("Error", Any(value.error().text()));
  return Any(out);
}

}  // namespace

void add_helm_formats(FunctionTable& table) {
  table.add("toYaml", "any", [](Call& call) { return yaml_text(call, false); });
  table.add("mustToYaml", "any", [](Call& call) { return yaml_text(call, true); });
  table.add("toYamlPretty", "any", to_yaml_pretty);
  table.add("fromYaml", "string", from_yaml);
  table.add("fromYamlArray", "string", from_yaml_array);
  table.add("toToml", "any", [](Call& call) { return toml_text(call, false); });
  table.add("mustToToml", "any", [](Call& call) { return toml_text(call, true); });
  table.add("fromToml", "string", from_toml);
}

}  // namespace rumbo::script
