#include "api/openapi.h"

#include "api/framing.h"
#include "api/route.h"

namespace rumbo::api {
namespace {

Value schema_of(const Parameter& parameter) {
  switch (parameter.type) {
    case Type::text:
      return Value::object({{"type", "string"}});
    case Type::flag:
      return Value::object({{"type", "boolean"}});
    case Type::number:
      return Value::object({{"type", "integer"},
                            {"format", "int64"},
                            {"minimum", parameter.least},
                            {"maximum", parameter.most}});
    case Type::texts:
      return Value::object({{"type", "array"}, {"items", Value::object({{"type", "string"}})}});
  }
  return {};
}

Value reference(std::string_view schema) {
  return Value::object({{"$ref", "#/components/schemas/" + std::string(schema)}});
}

Value content(std::string_view type, Value schema) {
  return Value::object({{type, Value::object({{"schema", std::move(schema)}})}});
}

Value answers(const Route& route) {
  const Value any = Value::object({{"type", "object"}});
  Value good = content("application/json", any);
  if (route.answer == Answer::events) {
    good = content(content_type_of(Framing::records), Value::object({{"type", "string"}}));
  } else if (route.answer != Answer::value) {
    good = content(content_type_of(Framing::lines), reference("Line"))
               .with(content_type_of(Framing::sse),
                     Value::object({{"schema", Value::object({{"type", "string"}})}}));
  }
  return Value::object(
      {{"200", Value::object({{"description", "done, or under way"}, {"content", good}})},
       {"default",
        Value::object({{"description", "why not"},
                       {"content", content("application/json", reference("Failure"))}})}});
}

Value operation(const Route& route) {
  std::vector<Value> parameters;
  std::vector<Member> fields;
  std::vector<Value> required;
  for (const Parameter& parameter : route.parameters) {
    Value schema = schema_of(parameter);
    if (parameter.where == Where::body) {
      fields.emplace_back(parameter.name, schema.with("description", parameter.description));
      if (parameter.required) required.emplace_back(parameter.name);
      continue;
    }
    parameters.push_back(Value::object({{"name", parameter.name},
                                        {"in", parameter.where == Where::path ? "path" : "query"},
                                        {"required", parameter.required},
                                        {"description", parameter.description},
                                        {"schema", std::move(schema)}}));
  }
  if (route.answer == Answer::events) {
    parameters.push_back(Value::object({{"name", "Last-Event-ID"},
                                        {"in", "header"},
                                        {"description", "resume after this record"},
                                        {"schema", Value::object({{"type", "integer"}})}}));
  }
  Value out = Value::object({{"operationId", route.id},
                             {"summary", route.summary},
                             {"parameters", Value::array(std::move(parameters))},
                             {"responses", answers(route)}});
  if (fields.empty()) return out;
  Value schema = Value::object({{"type", "object"},
                                {"additionalProperties", false},
                                {"properties", Value::object(std::move(fields))}});
  if (!required.empty()) schema = schema.with("required", Value::array(std::move(required)));
  return out.with("requestBody",
                  Value::object({{"content", content("application/json", std::move(schema))}}));
}

Value schemas() {
  const Value text = Value::object({{"type", "string"}});
  const Value number = Value::object({{"type", "integer"}});
  const Value any = Value::object({{"type", "object"}});
  const Value location = Value::object(
      {{"type", "object"},
       {"properties", Value::object({{"file", text}, {"line", number}, {"column", number}})}});
  const Value context = Value::object({{"type", "array"}, {"items", text}});
  return Value::object(
      {{"Error", Value::object({{"type", "object"},
                                {"required", Value::array({"code", "message", "retry"})},
                                {"properties", Value::object({{"code", text},
                                                              {"message", text},
                                                              {"hint", text},
                                                              {"location", location},
                                                              {"retry", text},
                                                              {"context", context}})}})},
       {"Failure", Value::object({{"type", "object"},
                                  {"properties", Value::object({{"error", reference("Error")}})}})},
       {"Line", Value::object({{"type", "object"},
                               {"description", "one of its members"},
                               {"properties", Value::object({{"event", any},
                                                             {"result", any},
                                                             {"error", reference("Error")}})}})}});
}

}  // namespace

Value openapi(std::string_view version) {
  Value paths = Value::object();
  for (const Route& route : routes()) {
    const std::string method = route.method == "GET" ? "get" : "post";
    paths = paths.with(route.path, paths[route.path].with(method, operation(route)));
  }
  return Value::object({{"openapi", "3.0.3"},
                        {"info", Value::object({{"title", "Rumbo"}, {"version", version}})},
                        {"paths", std::move(paths)},
                        {"components", Value::object({{"schemas", schemas()}})}});
}

}  // namespace rumbo::api
