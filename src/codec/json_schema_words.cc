#include "codec/json_schema_words.h"

#include <cmath>

#include "base/strings.h"
#include "codec/numbers.h"

namespace rumbo::codec::schema_words {

std::string quote(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\\' || c == '\'') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else {
      out += c;
    }
  }
  return out + "'";
}

std::string quote_all(const std::vector<std::string>& texts) {
  std::vector<std::string> quoted;
  for (const std::string& text : texts) quoted.push_back(quote(text));
  return join(quoted, ", ");
}

std::string display(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::null:
      return "<nil>";
    case Value::Kind::boolean:
      return value.as_bool() ? "true" : "false";
    case Value::Kind::string:
      return quote(value.as_string());
    case Value::Kind::array:
    case Value::Kind::object:
      return "value";
    case Value::Kind::integer:
      return std::to_string(value.as_int());
    case Value::Kind::unsigned_integer:
      return std::to_string(value.as_uint());
    case Value::Kind::real:
      return format_go_g(value.as_double());
  }
  return "value";
}

std::string count(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, ",");
  return digits;
}

std::string number(double number) {
  const double whole = std::floor(std::abs(number));
  if (whole >= 1e18) return format_go_g(number);
  std::string out = number < 0 ? "-" : "";
  out += count(static_cast<std::uint64_t>(whole));
  const std::string plain = format_go_json(std::abs(number) - whole);
  if (const std::size_t dot = plain.find('.'); dot != std::string::npos) out += plain.substr(dot);
  return out;
}

std::string_view type_name(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::null:
      return "null";
    case Value::Kind::boolean:
      return "boolean";
    case Value::Kind::string:
      return "string";
    case Value::Kind::array:
      return "array";
    case Value::Kind::object:
      return "object";
    default:
      return "number";
  }
}

bool is_scalar(const Value& value) {
  return !value.is_array() && !value.is_object();
}

}  // namespace rumbo::codec::schema_words
