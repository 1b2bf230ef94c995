#include "script/format_flags.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fmt/core.h>

#include "codec/utf8.h"
#include "script/unicode.h"

namespace rumbo::script {
namespace {

constexpr std::string_view kLowerDigits = "0123456789abcdefx";
constexpr std::string_view kUpperDigits = "0123456789ABCDEFX";

bool can_backquote(std::string_view text) {
  for (const char32_t r : runes(text)) {
    if (r == 0xfeff || r == 0xfffd || (r < ' ' && r != '\t') || r == '`' || r == 0x7f) return false;
  }
  return true;
}

std::string format_binary(double number) {
  int exponent = 0;
  const double fraction = std::frexp(std::fabs(number), &exponent);
  auto mantissa = static_cast<std::uint64_t>(std::ldexp(fraction, 53));
  exponent -= 53;
  if (mantissa == 0) exponent = -1074;
  if (exponent < -1074) {
    mantissa >>= (-1074 - exponent);
    exponent = -1074;
  }
  return fmt::format("{}{}p{:+}", std::signbit(number) ? "-" : "", mantissa, exponent);
}

std::string format_hex_float(double number, int precision) {
  std::string out =
      precision < 0 ? fmt::format("{:a}", number) : fmt::format("{:.{}a}", number, precision);
  const std::size_t p = out.find('p');
  if (p != out.npos && out.size() - p == 3) out.insert(p + 2, "0");
  return out;
}

/// Go writes exponents with two digits at least, as C does.
template <class Float>
std::string shortest(Float number, char verb) {
  char buffer[400];
  const auto format = verb == 'f' ? std::chars_format::fixed : std::chars_format::scientific;
  auto end = std::to_chars(buffer, buffer + sizeof buffer, number, format).ptr;
  std::string out(buffer, end);
  if (verb != 'g') return out;
  // 'g' takes %e below 1e-4 and from 1e6 on, however many digits there are; else %f.
  const int exponent = number == 0 ? 0 : std::stoi(out.substr(out.find('e') + 1));
  if (exponent < -4 || exponent >= 6) return out;
  end = std::to_chars(buffer, buffer + sizeof buffer, number, std::chars_format::fixed).ptr;
  return {buffer, end};
}

}  // namespace

std::string format_float(double number, char verb, int precision, int bits) {
  if (std::isnan(number)) return "NaN";
  if (std::isinf(number)) return number > 0 ? "+Inf" : "-Inf";
  const bool upper = verb == 'E' || verb == 'G' || verb == 'X';
  const char lower = upper ? static_cast<char>(verb | 0x20) : verb;
  std::string out;
  if (lower == 'b') return format_binary(number);
  if (lower == 'x') {
    out = format_hex_float(number, precision);
  } else if (precision < 0) {
    out = bits == 32 ? shortest(static_cast<float>(number), lower) : shortest(number, lower);
  } else if (lower == 'e') {
    out = fmt::format("{:.{}e}", number, precision);
  } else if (lower == 'f') {
    out = fmt::format("{:.{}f}", number, precision);
  } else {
    out = fmt::format("{:.{}g}", number, precision);
  }
  if (upper) {
    for (char& c : out) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  }
  return out;
}

void FormatFlags::padding(std::string& out, int count) const {
  if (count > 0) out.append(static_cast<std::size_t>(count), zero && !minus ? '0' : ' ');
}

void FormatFlags::pad(std::string& out, std::string_view text) const {
  if (!has_width || width == 0) {
    out += text;
    return;
  }
  const int missing = width - static_cast<int>(codec::count_runes(text));
  if (!minus) padding(out, missing);
  out += text;
  if (minus) padding(out, missing);
}

void FormatFlags::pad_blank(std::string& out, std::string_view text) {
  const bool old = zero;
  zero = false;
  pad(out, text);
  zero = old;
}

std::string_view FormatFlags::truncate(std::string_view text) const {
  if (!has_precision) return text;
  int left = precision;
  for (std::size_t i = 0; i < text.size();) {
    if (--left < 0) return text.substr(0, i);
    const codec::Rune rune = codec::decode_utf8(text, i);
    i += rune.valid ? rune.size : 1;
  }
  return text;
}

void FormatFlags::quoted(std::string& out, std::string_view text) const {
  const std::string_view cut = truncate(text);
  if (sharp && can_backquote(cut)) {
    pad(out, "`" + std::string(cut) + "`");
  } else {
    pad(out, quote(cut, plus));
  }
}

void FormatFlags::hex(std::string& out, std::string_view bytes, bool upper) const {
  const std::string_view digits = upper ? kUpperDigits : kLowerDigits;
  if (has_precision && static_cast<std::size_t>(precision) < bytes.size()) {
    bytes = bytes.substr(0, static_cast<std::size_t>(precision));
  }
  if (bytes.empty()) {
    if (has_width) padding(out, width);
    return;
  }
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (space && i > 0) text += ' ';
    if (sharp && (space || i == 0)) {
      text += '0';
      text += digits[16];
    }
    const auto byte = static_cast<unsigned char>(bytes[i]);
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  const int missing = has_width ? width - static_cast<int>(text.size()) : 0;
  if (!minus) padding(out, missing);
  out += text;
  if (minus) padding(out, missing);
}

void FormatFlags::integer(std::string& out, std::uint64_t number, int base, bool is_signed,
                          char32_t verb, bool upper) {
  const bool negative = is_signed && static_cast<std::int64_t>(number) < 0;
  if (negative) number = 0 - number;
  int least = 0;
  if (has_precision) {
    least = precision;
    if (least == 0 && number == 0) {
      const bool old = zero;
      zero = false;
      padding(out, has_width ? width : 0);
      zero = old;
      return;
    }
  } else if (zero && !minus && has_width) {
    least = width;
    if (negative || plus || space) --least;
  }
  const std::string_view digits = upper ? kUpperDigits : kLowerDigits;
  std::string text;  // backwards
  const auto radix = static_cast<std::uint64_t>(base);
  do {
    text += digits[number % radix];
    number /= radix;
  } while (number > 0);
  while (static_cast<int>(text.size()) < least) text += '0';
  if (sharp) {
    if (base == 2) text += "b0";
    if (base == 8 && text.back() != '0') text += '0';
    if (base == 16) {
      text += digits[16];
      text += '0';
    }
  }
  if (verb == 'O') text += "o0";
  if (negative) {
    text += '-';
  } else if (plus) {
    text += '+';
  } else if (space) {
    text += ' ';
  }
  std::reverse(text.begin(), text.end());
  pad_blank(out, text);
}

void FormatFlags::character(std::string& out, std::uint64_t number) const {
  const bool valid = number <= 0x10ffff && (number < 0xd800 || number >= 0xe000);
  std::string text;
  codec::append_utf8(text, valid ? static_cast<char32_t>(number) : U'\ufffd');
  pad(out, text);
}

void FormatFlags::quoted_character(std::string& out, std::uint64_t number) const {
  pad(out, quote_rune(number <= 0x10ffff ? static_cast<char32_t>(number) : U'\ufffd', plus));
}

void FormatFlags::unicode(std::string& out, std::uint64_t number) {
  const int least = has_precision && precision > 4 ? precision : 4;
  std::string text = fmt::format("{:X}", number);
  if (static_cast<int>(text.size()) < least) {
    text.insert(0, static_cast<std::size_t>(least) - text.size(), '0');
  }
  text.insert(0, "U+");
  if (sharp && number <= 0x10ffff && is_print(static_cast<char32_t>(number))) {
    text += " '";
    codec::append_utf8(text, static_cast<char32_t>(number));
    text += "'";
  }
  pad_blank(out, text);
}

void FormatFlags::floating(std::string& out, double number, int bits, char verb,
                           int default_precision) {
  const int digits_wanted = has_precision ? precision : default_precision;
  std::string num = format_float(number, verb, digits_wanted, bits);
  if (num[0] != '-' && num[0] != '+') num.insert(0, "+");
  if (space && num[0] == '+' && !plus) num[0] = ' ';
  if (num[1] == 'I' || num[1] == 'N') {
    if (num[1] == 'N' && !space && !plus) num.erase(0, 1);
    pad_blank(out, num);
    return;
  }
  if (sharp && verb != 'b') {
    int digits = 0;
    if (verb == 'g' || verb == 'G' || verb == 'x') digits = digits_wanted < 0 ? 6 : digits_wanted;
    std::string tail;
    const bool hex_verb = verb == 'x' || verb == 'X';
    const std::size_t e = num.find_first_of(hex_verb ? "pP" : "eEpP");
    if (e != num.npos) {
      tail = num.substr(e);
      num.resize(e);
    }
    bool point = false, nonzero = false;
    for (std::size_t i = 1; i < num.size(); ++i) {
      if (num[i] == '.') {
        point = true;
        continue;
      }
      if (num[i] != '0') nonzero = true;
      if (nonzero) --digits;
    }
    if (!point) {
      if (num.size() == 2 && num[1] == '0') --digits;
      num += '.';
    }
    for (; digits > 0; --digits) num += '0';
    num += tail;
  }
  if (!plus && num[0] == '+') {
    pad(out, std::string_view(num).substr(1));
    return;
  }
  if (zero && !minus && has_width && width > static_cast<int>(num.size())) {
    out += num[0];
    padding(out, width - static_cast<int>(num.size()));
    out += std::string_view(num).substr(1);
    return;
  }
  pad(out, num);
}

}  // namespace rumbo::script
