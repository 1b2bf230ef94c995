#include "codec/numbers.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <string_view>

namespace rumbo::codec {
namespace {

/// The shortest digits of a finite number: `0.DIGITS x 10^point`, sign apart.
struct Decimal {
  bool negative = false;
  std::string digits;  // no leading or trailing zeros, "0" for zero
  int point = 0;
};

Decimal shortest(double number) {
  std::array<char, 40> text{};
  const auto end =
      std::to_chars(text.data(), text.data() + text.size(), number, std::chars_format::scientific)
          .ptr;
  std::string_view rest(text.data(), static_cast<std::size_t>(end - text.data()));
  Decimal out;
  if (rest.front() == '-') {
    out.negative = true;
    rest.remove_prefix(1);
  }
  const std::size_t e = rest.find('e');
  for (const char c : rest.substr(0, e)) {
    if (c != '.') out.digits += c;
  }
  while (out.digits.size() > 1 && out.digits.back() == '0') out.digits.pop_back();
  rest.remove_prefix(e + 1);
  if (rest.front() == '+') rest.remove_prefix(1);
  int exponent = 0;
  std::from_chars(rest.data(), rest.data() + rest.size(), exponent);
  out.point = number == 0 ? 1 : exponent + 1;
  return out;
}

std::string as_decimal(const Decimal& number) {
  std::string out = number.negative ? "-" : "";
  const auto count = static_cast<int>(number.digits.size());
  if (number.point <= 0) {
    out += "0.";
    out.append(static_cast<std::size_t>(-number.point), '0');
    return out + number.digits;
  }
  if (count <= number.point) {
    out += number.digits;
    out.append(static_cast<std::size_t>(number.point - count), '0');
    return out;
  }
  const auto whole = static_cast<std::size_t>(number.point);
  return out + number.digits.substr(0, whole) + '.' + number.digits.substr(whole);
}

std::string as_exponent(const Decimal& number, std::size_t least_digits) {
  std::string out = number.negative ? "-" : "";
  out += number.digits[0];
  if (number.digits.size() > 1) out += '.' + number.digits.substr(1);
  const int exponent = number.point - 1;
  out += exponent < 0 ? "e-" : "e+";
  const std::string power = std::to_string(std::abs(exponent));
  if (power.size() < least_digits) out.append(least_digits - power.size(), '0');
  return out + power;
}

}  // namespace

std::string format_go_g(double number) {
  if (std::isnan(number)) return "NaN";
  if (std::isinf(number)) return number > 0 ? "+Inf" : "-Inf";
  const Decimal decimal = shortest(number);
  const int exponent = decimal.point - 1;
  if (exponent < -4 || exponent >= 6) return as_exponent(decimal, 2);
  return as_decimal(decimal);
}

std::string format_go_json(double number) {
  const Decimal decimal = shortest(number);
  const double size = std::fabs(number);
  if (size != 0 && (size < 1e-6 || size >= 1e21)) return as_exponent(decimal, 1);
  return as_decimal(decimal);
}

}  // namespace rumbo::codec
