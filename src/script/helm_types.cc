#include "script/helm_types.h"

#include "base/strings.h"
#include "codec/yaml.h"
#include "script/convert.h"
#include "script/function.h"
#include "script/map.h"
#include "script/unicode.h"

namespace rumbo::script {
namespace {

Outcome<Any> table_at(const Any& start, std::string_view path) {
  Any at = start;
  for (const std::string_view part : split(path, '.')) {
    const auto found = at.map() == nullptr ? std::nullopt : at.map()->find(part);
    if (!found || found->map() == nullptr) return failed(quote(part) + " is not a table");
    at = found->as_type(types::helm_values);
  }
  return at;
}

Outcome<Any> path_value(const Any& start, std::string_view path) {
  if (path.empty()) return failed("YAML path cannot be empty");
  const std::size_t dot = path.rfind('.');
  const std::string_view key = dot == path.npos ? path : path.substr(dot + 1);
  Any at = start;
  if (dot != path.npos) {
    auto table = table_at(start, path.substr(0, dot));
    if (!table) return failed(quote(key) + " is not a value");
    at = std::move(*table);
  }
  auto found = at.map() == nullptr ? std::nullopt : at.map()->find(key);
  if (!found || found->kind() == Kind::map) return failed(quote(key) + " is not a value");
  return *found;
}

Outcome<Any> yaml(const Any& values) {
  const Value value = TRY(to_value(values));
  auto text = codec::marshal_yaml(value);
  if (!text) return failed(text.error().message());
  return Any(*text);
}

const Function* values_method(std::string_view name) {
  static const std::map<std::string, Function, std::less<>> kMethods = [] {
    std::map<std::string, Function, std::less<>> out;
    const auto add = [&](std::string method, std::string_view signature, Body body) {
      out.emplace(method, Function::make(method, signature, std::move(body)));
    };
    add("AsMap", "", [](Call& c) -> Outcome<Any> {
      if (length(*c.receiver) == 0) return Any(make<Map>());
      return c.receiver->as_type(types::any_map);
    });
    add("Table", "string",
        [](Call& c) -> Outcome<Any> { return table_at(*c.receiver, c[0].text()); });
    add("PathValue", "string",
        [](Call& c) -> Outcome<Any> { return path_value(*c.receiver, c[0].text()); });
    add("YAML", "", [](Call& c) -> Outcome<Any> { return yaml(*c.receiver); });
    return out;
  }();
  const auto at = kMethods.find(name);
  return at == kMethods.end() ? nullptr : &at->second;
}

}  // namespace

const Type types::helm_values{.kind = Kind::map,
                              .name = "common.Values",
                              .element = &types::any,
                              .underlying = &types::any_map,
                              .key = &types::string,
                              .method = values_method};

}  // namespace rumbo::script
