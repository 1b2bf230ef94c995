#include "api/arguments.h"

#include "api/error_body.h"
#include "api/target.h"
#include "base/strings.h"
#include "codec/json.h"

namespace rumbo::api {
namespace {

constexpr codec::JsonLimits kBodyLimits{std::size_t{4} << 20, 32};
constexpr std::size_t kMostTexts = 10'000;

/// Matches "/a/{b}" against segments; the segments that stand for names, in order.
std::optional<std::vector<std::string>> match_path(std::string_view pattern,
                                                   const std::vector<std::string>& path) {
  const auto parts = split(pattern.substr(1), '/');
  if (parts.size() != path.size()) return std::nullopt;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i].starts_with('{')) {
      names.push_back(path[i]);
    } else if (parts[i] != path[i]) {
      return std::nullopt;
    }
  }
  return names;
}

Error unknown(const Route& route, std::string_view name, Where where) {
  std::vector<std::string_view> known;
  for (const Parameter& parameter : route.parameters) {
    if (parameter.where == where) known.push_back(parameter.name);
  }
  Error error(Code::invalid, std::string("unknown ") +
                                 (where == Where::query ? "parameter" : "field") + " `" +
                                 printable(name, 100) + "` of " + std::string(route.path));
  const std::string_view near = closest(name, known);
  if (near.empty()) return error;
  return std::move(error).with_hint("did you mean `" + std::string(near) + "`?");
}

const Parameter* find(const Route& route, std::string_view name, Where where) {
  for (const Parameter& parameter : route.parameters) {
    if (parameter.where == where && parameter.name == name) return &parameter;
  }
  return nullptr;
}

tl::unexpected<Error> wrong(const Parameter& parameter, std::string_view wanted) {
  return fail(Code::invalid,
              "`" + std::string(parameter.name) + "` must be " + std::string(wanted));
}

Result<> check(const Parameter& parameter, const Value& value) {
  switch (parameter.type) {
    case Type::text:
      if (!value.is_string()) return wrong(parameter, "a string");
      return {};
    case Type::flag:
      if (!value.is_bool()) return wrong(parameter, "true or false");
      return {};
    case Type::number:
      if (!value.is_integer() || value.as_int() < parameter.least ||
          value.as_int() > parameter.most) {
        return wrong(parameter, "a whole number from " + std::to_string(parameter.least) + " to " +
                                    std::to_string(parameter.most));
      }
      return {};
    case Type::texts:
      if (!value.is_array()) return wrong(parameter, "a list of strings");
      if (value.size() > kMostTexts) return fail(Code::too_large, "the list is too long");
      for (const Value& item : value.items()) {
        if (!item.is_string()) return wrong(parameter, "a list of strings");
      }
      return {};
  }
  return {};
}

/// A query's text as the value its parameter wants.
Value from_text(const Parameter& parameter, const std::string& text) {
  if (parameter.type == Type::number) {
    const auto number = parse_int(text);
    return number ? Value(*number) : Value(text);
  }
  if (parameter.type == Type::flag) {
    if (text == "true" || text == "1" || text.empty()) return true;
    if (text == "false" || text == "0") return false;
  }
  return text;
}

Result<Value> read_query(const Route& route, const Target& target, Value arguments) {
  for (const auto& [name, text] : target.query) {
    const Parameter* parameter = find(route, name, Where::query);
    if (parameter == nullptr) return fail(unknown(route, name, Where::query));
    const Value* had = arguments.find(name);
    if (parameter->type == Type::texts) {
      std::vector<Value> items;
      if (had != nullptr) items.assign(had->items().begin(), had->items().end());
      items.emplace_back(text);
      arguments = arguments.with(name, Value::array(std::move(items)));
      continue;
    }
    if (had != nullptr) return fail(Code::invalid, "`" + name + "` is given twice");
    arguments = arguments.with(name, from_text(*parameter, text));
  }
  return arguments;
}

Result<Value> read_body(const Route& route, std::string_view body, Value arguments) {
  if (trim(body).empty()) return arguments;
  if (route.method == "GET") return fail(Code::invalid, "this request takes no body");
  const Value fields = TRY(codec::parse_json(body, kBodyLimits));
  if (!fields.is_object()) return fail(Code::invalid, "the body must be a JSON object");
  for (const Member& member : fields.members()) {
    if (find(route, member.key(), Where::body) == nullptr) {
      return fail(unknown(route, member.key(), Where::body));
    }
    if (!member.value.is_null()) arguments = arguments.with(member.key(), member.value);
  }
  return arguments;
}

Result<Value> read_arguments(const Route& route, const std::vector<std::string>& names,
                             const Target& target, std::string_view body) {
  Value arguments = Value::object();
  auto name = names.begin();
  for (const Parameter& parameter : route.parameters) {
    if (parameter.where == Where::path) arguments = arguments.with(parameter.name, *name++);
  }
  arguments = TRY(read_query(route, target, std::move(arguments)));
  arguments = TRY(read_body(route, body, std::move(arguments)));
  for (const Parameter& parameter : route.parameters) {
    const Value* value = arguments.find(parameter.name);
    if (value != nullptr) {
      TRY(check(parameter, *value));
    } else if (parameter.required) {
      return fail(Code::invalid, "`" + std::string(parameter.name) + "` is missing");
    }
  }
  return arguments;
}

tl::unexpected<NoRoute> refused(Error error) {
  const int status = status_of(error.code());
  return tl::unexpected<NoRoute>(NoRoute{std::move(error), status, {}});
}

void append_query(std::string& out, std::string_view name, std::string_view text) {
  out += out.find('?') == std::string::npos ? '?' : '&';
  out += encode_component(name) + "=" + encode_component(text);
}

void append_query(std::string& out, const Parameter& parameter, const Value& value) {
  if (parameter.type == Type::texts) {
    for (const Value& item : value.items()) append_query(out, parameter.name, item.as_string());
  } else if (parameter.type == Type::text) {
    append_query(out, parameter.name, value.as_string());
  } else {
    append_query(out, parameter.name, codec::to_json(value));
  }
}

}  // namespace

tl::expected<Match, NoRoute> read_request(std::string_view method, std::string_view target,
                                          std::string_view body) {
  const auto parsed = parse_target(target);
  if (!parsed) return refused(parsed.error());
  std::string allow;
  for (const Route& candidate : routes()) {
    const auto names = match_path(candidate.path, parsed->path);
    if (!names) continue;
    const bool head =
        method == "HEAD" && candidate.method == "GET" && candidate.answer == Answer::value;
    if (candidate.method != method && !head) {
      allow += (allow.empty() ? "" : ", ") + std::string(candidate.method);
      continue;
    }
    auto arguments = read_arguments(candidate, *names, *parsed, body);
    if (!arguments) return refused(std::move(arguments).error());
    return Match{&candidate, std::move(*arguments)};
  }
  const std::string shown = "`" + printable(target.substr(0, target.find('?')), 200) + "`";
  if (allow.empty()) {
    return refused(Error(Code::not_found, "there is no " + shown)
                       .with_hint("see /api/v1/openapi.json for what there is"));
  }
  return tl::unexpected<NoRoute>(NoRoute{
      Error(Code::unsupported, shown + " does not take " + printable(method, 40)), 405, allow});
}

EncodedRequest encode_request(const Route& route, const Value& arguments) {
  EncodedRequest out;
  Value body = Value::object();
  for (const std::string_view part : split(route.path.substr(1), '/')) {
    out.target += '/';
    out.target += part.starts_with('{')
                      ? encode_component(arguments[part.substr(1, part.size() - 2)].as_string())
                      : std::string(part);
  }
  for (const Parameter& parameter : route.parameters) {
    const Value* value = arguments.find(parameter.name);
    if (value == nullptr || parameter.where == Where::path) continue;
    if ((value->is_string() && value->as_string().empty()) ||
        (value->is_array() && value->empty())) {
      if (!parameter.required) continue;
    }
    if (parameter.where == Where::query) {
      append_query(out.target, parameter, *value);
    } else {
      body = body.with(parameter.name, *value);
    }
  }
  if (route.method == "POST") out.body = codec::to_json(body);
  return out;
}

}  // namespace rumbo::api
