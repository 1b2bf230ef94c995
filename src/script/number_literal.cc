#include "script/number_literal.h"

#include <cmath>

#include "script/go_number.h"
#include "script/unicode.h"

namespace rumbo::script {
namespace {

bool fits_int(double f) {
  return f >= -9223372036854775808.0 && f < 9223372036854775808.0 && std::trunc(f) == f;
}
bool fits_uint(double f) {
  return f >= 0 && f < 18446744073709551616.0 && std::trunc(f) == f;
}

void take_integers(Number& n) {
  if (fits_int(n.float64)) {
    n.is_int = true;
    n.int64 = static_cast<std::int64_t>(n.float64);
  }
  if (fits_uint(n.float64)) {
    n.is_uint = true;
    n.uint64 = static_cast<std::uint64_t>(n.float64);
  }
}

Number complex_number(double real, double imaginary) {
  Number n;
  n.is_complex = true;
  n.real = real;
  n.imaginary = imaginary;
  if (imaginary == 0) {
    n.is_float = true;
    n.float64 = real;
    take_integers(n);
  }
  return n;
}

Outcome<Number> read_character(std::string_view text) {
  std::string_view rest;
  const auto rune = unquote_char(text.substr(1), '\'', rest);
  if (!rune) return failed("invalid syntax");
  if (rest != "'") return failed("malformed character constant: " + std::string(text));
  Number n;
  n.is_int = n.is_uint = n.is_float = true;
  n.int64 = static_cast<std::int64_t>(*rune);
  n.uint64 = static_cast<std::uint64_t>(*rune);
  n.float64 = static_cast<double>(n.int64);
  return n;
}

Outcome<Number> read_complex(std::string_view text) {
  std::size_t middle = text.size() - 1;
  while (middle > 0 && !((text[middle] == '+' || text[middle] == '-') &&
                         (text[middle - 1] | 0x20) != 'e' && (text[middle - 1] | 0x20) != 'p')) {
    --middle;
  }
  const auto real = parse_go_float(text.substr(0, middle));
  const auto imaginary = parse_go_float(text.substr(middle, text.size() - middle - 1));
  if (!real.ok() || !imaginary.ok()) return failed("syntax error scanning complex number");
  return complex_number(real.value, imaginary.value);
}

Outcome<Number> read_real(std::string_view text) {
  Number n;
  if (const auto u = parse_go_uint(text, 0); u.ok()) {
    n.is_uint = true;
    n.uint64 = u.value;
  }
  if (const auto i = parse_go_int(text, 0); i.ok()) {
    n.is_int = true;
    n.int64 = i.value;
    if (i.value == 0) n.is_uint = true;
  }
  if (n.is_int) {
    n.is_float = true;
    n.float64 = static_cast<double>(n.int64);
  } else if (n.is_uint) {
    n.is_float = true;
    n.float64 = static_cast<double>(n.uint64);
  } else if (const auto f = parse_go_float(text); f.ok()) {
    if (text.find_first_of(".eEpP") == text.npos) {
      return failed("integer overflow: " + quote(text));
    }
    n.is_float = true;
    n.float64 = f.value;
    take_integers(n);
  }
  if (!n.is_int && !n.is_uint && !n.is_float) {
    return failed("illegal number syntax: " + quote(text));
  }
  return n;
}

bool is_hex_int(std::string_view text) {
  return text.size() > 2 && text[0] == '0' && (text[1] | 0x20) == 'x' &&
         text.find_first_of("pP") == text.npos;
}

}  // namespace

Outcome<Number> read_number(std::string_view text, TokenKind kind) {
  Outcome<Number> read = [&]() -> Outcome<Number> {
    if (kind == TokenKind::character_constant) return read_character(text);
    if (kind == TokenKind::complex) return read_complex(text);
    if (text.ends_with('i')) {
      const auto f = parse_go_float(text.substr(0, text.size() - 1));
      if (f.ok()) return complex_number(0, f.value);
    }
    return read_real(text);
  }();
  if (!read) return read;
  Number& n = *read;
  if (n.is_complex) {
    return read;  // made anew at each use: objects are not shared between threads
  }
  if (n.is_float && !is_hex_int(text) && kind != TokenKind::character_constant &&
      text.find_first_of(".eEpP") != text.npos) {
    n.constant = Any(n.float64);
  } else if (n.is_int) {
    n.constant = Any::integer(n.int64);
  }
  return read;
}

}  // namespace rumbo::script
