#include "render/helm/go_value.h"

#include <cmath>
#include <fmt/format.h>

#include "codec/json.h"
#include "codec/json_scan.h"
#include "codec/numbers.h"
#include "codec/utf8.h"

namespace rumbo::render::helm {

Value as_float64(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::integer:
      return static_cast<double>(value.as_int());
    case Value::Kind::unsigned_integer:
      return static_cast<double>(value.as_uint());
    case Value::Kind::array: {
      std::vector<Value> items;
      items.reserve(value.size());
      for (const Value& item : value.items()) items.push_back(as_float64(item));
      return Value::array(std::move(items));
    }
    case Value::Kind::object: {
      std::vector<Member> members(value.members().begin(), value.members().end());
      for (Member& member : members) member.value = as_float64(member.value);
      return Value::object(std::move(members));
    }
    default:
      return value;
  }
}

namespace {

/// The first number of the value that no double holds, as written; encoding/json refuses those.
std::string_view overflowing(std::string_view json) {
  std::size_t i = 0;
  while (i < json.size()) {
    if (json[i] == '"') {
      for (++i; i < json.size() && json[i] != '"'; ++i) {
        if (json[i] == '\\') ++i;
      }
      ++i;
      continue;
    }
    const std::size_t end = json.find_first_not_of("+-.0123456789eE", i);
    const std::string_view number = json.substr(i, end == json.npos ? json.npos : end - i);
    if (number.size() > 2 && std::isinf(std::strtod(std::string(number).c_str(), nullptr))) {
      return number;
    }
    i += number.empty() ? 1 : number.size();
  }
  return {};
}

}  // namespace

Result<Value> decode_json(std::string_view text, std::size_t& used) {
  used = TRY(codec::json_value_end(text));
  const std::string_view json = text.substr(0, used);
  if (const auto number = overflowing(json); !number.empty()) {
    return fail(
        Code::invalid,
        fmt::format("json: cannot unmarshal number {} into Go value of type float64", number));
  }
  return as_float64(TRY(codec::parse_json(json)));
}

std::string_view go_type(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::null:
      return "nil";
    case Value::Kind::boolean:
      return "bool";
    case Value::Kind::integer:
      return "int64";
    case Value::Kind::unsigned_integer:
      return "uint64";
    case Value::Kind::real:
      return "float64";
    case Value::Kind::string:
      return "string";
    case Value::Kind::array:
      return "[]interface {}";
    case Value::Kind::object:
      return "map[string]interface {}";
  }
  return "";
}

std::string go_print(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::null:
      return "<nil>";
    case Value::Kind::boolean:
      return value.as_bool() ? "true" : "false";
    case Value::Kind::integer:
      return std::to_string(value.as_int());
    case Value::Kind::unsigned_integer:
      return std::to_string(value.as_uint());
    case Value::Kind::real:
      return codec::format_go_g(value.as_double());
    case Value::Kind::string:
      return value.str();
    case Value::Kind::array: {
      std::string out = "[";
      for (const Value& item : value.items()) {
        if (out.size() > 1) out += ' ';
        out += go_print(item);
      }
      return out + "]";
    }
    case Value::Kind::object: {
      std::string out = "map[";
      for (const Member& member : value.members()) {
        if (out.size() > 4) out += ' ';
        out += std::string(member.key()) + ":" + go_print(member.value);
      }
      return out + "]";
    }
  }
  return {};
}

std::string go_print_bool(const Value& value) {
  if (value.is_bool()) return value.as_bool() ? "true" : "false";
  if (value.is_null()) return "%!t(<nil>)";
  if (value.is_array()) {
    std::string out = "[";
    for (const Value& item : value.items()) {
      if (out.size() > 1) out += ' ';
      out += go_print_bool(item);
    }
    return out + "]";
  }
  return fmt::format("%!t({}={})", go_type(value), go_print(value));
}

std::string go_quote(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\t':
        out += "\\t";
        break;
      case '\r':
        out += "\\r";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
          out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
        } else {
          out += c;
        }
    }
  }
  return out + "\"";
}

}  // namespace rumbo::render::helm
