#include "codec/json_schema_equal.h"

#include <charconv>
#include <cmath>
#include <cstdlib>

#include "codec/json.h"
#include "codec/numbers.h"

namespace rumbo::codec {
namespace {

__extension__ using Wide = unsigned __int128;

bool is_real(const Value& value) {
  return value.kind() == Value::Kind::real;
}

/// digits * 10^exponent, without sign; digits below 10^20.
struct Decimal {
  Wide digits = 0;
  int exponent = 0;
};

Decimal decimal_of(const Value& value) {
  if (!is_real(value)) {
    const bool natural = value.kind() == Value::Kind::unsigned_integer || value.as_int() >= 0;
    return {natural ? value.as_uint() : 0 - static_cast<std::uint64_t>(value.as_int()), 0};
  }
  char text[40] = {};  // ends in a zero for atoi
  const auto end = std::to_chars(std::begin(text), std::end(text), std::abs(value.as_double()),
                                 std::chars_format::scientific);
  Decimal decimal;
  bool behind_dot = false;
  for (const char* at = text; at != end.ptr; ++at) {
    if (*at == 'e') {
      decimal.exponent += std::atoi(at + 1);
      break;
    }
    if (*at == '.') {
      behind_dot = true;
      continue;
    }
    decimal.digits = decimal.digits * 10 + static_cast<unsigned>(*at - '0');
    if (behind_dot) --decimal.exponent;
  }
  return decimal;
}

void write_identity(std::string& out, const Value& value) {
  if (value.is_array()) {
    out += '[';
    for (const Value& item : value.items()) {
      write_identity(out, item);
      out += ',';
    }
    out += ']';
  } else if (value.is_object()) {
    out += '{';
    for (const Member& member : value.members()) {
      write_identity(out, member.name);
      write_identity(out, member.value);
    }
    out += '}';
  } else if (is_real(value)) {
    const double number = value.as_double();
    const bool whole = std::abs(number) < 9e18 && std::trunc(number) == number;
    out += whole ? std::to_string(static_cast<std::int64_t>(number)) : format_go_g(number);
  } else {
    out += to_json(value);
  }
}

}  // namespace

bool same_value(const Value& a, const Value& b) {
  if (a.is_number() && b.is_number()) {
    return is_real(a) || is_real(b) ? a.as_double() == b.as_double() : a == b;
  }
  if (a.kind() != b.kind() || a.size() != b.size()) return false;
  if (a.is_array()) {
    for (std::size_t i = 0; i < a.size(); ++i) {
      if (!same_value(a.items()[i], b.items()[i])) return false;
    }
    return true;
  }
  if (a.is_object()) {
    for (std::size_t i = 0; i < a.size(); ++i) {
      const Member &x = a.members()[i], &y = b.members()[i];
      if (x.key() != y.key() || !same_value(x.value, y.value)) return false;
    }
    return true;
  }
  return a == b;
}

std::string identity(const Value& value) {
  std::string out;
  write_identity(out, value);
  return out;
}

bool is_multiple(const Value& number, const Value& step) {
  if (is_real(number) && !std::isfinite(number.as_double())) return false;
  Decimal left = decimal_of(number);
  Decimal right = decimal_of(step);
  if (right.digits == 0) return false;
  if (left.digits == 0) return true;
  // Both to one exponent. A step with more digits before its end than the number has, and no zeros
  // to spare in the number, cannot divide it.
  while (right.exponent > left.exponent && left.digits % 10 == 0) {
    left.digits /= 10;
    ++left.exponent;
  }
  for (; right.exponent > left.exponent; --right.exponent) {
    if (right.digits > left.digits) return false;
    right.digits *= 10;
  }
  Wide rest = left.digits % right.digits;
  for (; left.exponent > right.exponent && rest != 0; --left.exponent) {
    rest = rest * 10 % right.digits;
  }
  return rest == 0;
}

}  // namespace rumbo::codec
