#include "script/go_number.h"

#include <algorithm>
#include <charconv>
#include <limits>

#include "codec/utf8.h"

namespace rumbo::script {
namespace {

char lower(char c) {
  return static_cast<char>(c | 0x20);
}

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char l = lower(c);
  return l >= 'a' && l <= 'z' ? l - 'a' + 10 : 99;
}

/// Underscores stand only between digits, or after a base prefix.
bool underscores_fine(std::string_view s) {
  char last = '^';  // ^ beginning, 0 digit, _ underscore, ! other
  std::size_t i = 0;
  if (!s.empty() && (s[0] == '-' || s[0] == '+')) i = 1;
  bool hex = false;
  if (s.size() - i >= 2 && s[i] == '0' &&
      (lower(s[i + 1]) == 'b' || lower(s[i + 1]) == 'o' || lower(s[i + 1]) == 'x')) {
    hex = lower(s[i + 1]) == 'x';
    i += 2;
    last = '0';
  }
  for (; i < s.size(); ++i) {
    if ((s[i] >= '0' && s[i] <= '9') || (hex && lower(s[i]) >= 'a' && lower(s[i]) <= 'f')) {
      last = '0';
    } else if (s[i] == '_') {
      if (last != '0') return false;
      last = '_';
    } else {
      if (last == '_') return false;
      last = '!';
    }
  }
  return last != '_';
}

std::string without_underscores(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c != '_') out += c;
  }
  return out;
}

int hex_value(std::string_view text, std::size_t count) {
  int value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const int d = digit(text[i]);
    if (d > 15) return -1;
    value = value * 16 + d;
  }
  return value;
}

bool equals_folded(std::string_view text, std::string_view word) {
  if (text.size() != word.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (lower(text[i]) != word[i]) return false;
  }
  return true;
}

}  // namespace

Parsed<std::uint64_t> parse_go_uint(std::string_view text, int base) {
  const std::string_view whole = text;
  if (text.empty()) return {0, NumberFault::syntax};
  const bool by_prefix = base == 0;
  if (by_prefix) {
    base = 10;
    if (text[0] == '0') {
      const char next = text.size() >= 3 ? lower(text[1]) : '\0';
      if (next == 'b' || next == 'o' || next == 'x') {
        base = next == 'b' ? 2 : next == 'o' ? 8 : 16;
        text.remove_prefix(2);
      } else {
        base = 8;
        text.remove_prefix(1);
      }
    }
  }
  std::uint64_t value = 0;
  bool overflow = false, underscores = false;
  for (const char c : text) {
    if (c == '_' && by_prefix) {
      underscores = true;
      continue;
    }
    const int d = digit(c);
    if (d >= base) return {0, NumberFault::syntax};
    if (__builtin_mul_overflow(value, static_cast<std::uint64_t>(base), &value) ||
        __builtin_add_overflow(value, static_cast<std::uint64_t>(d), &value)) {
      overflow = true;
    }
  }
  if (underscores && !underscores_fine(whole)) return {0, NumberFault::syntax};
  if (overflow) return {std::numeric_limits<std::uint64_t>::max(), NumberFault::range};
  return {value, NumberFault::none};
}

Parsed<std::int64_t> parse_go_int(std::string_view text, int base) {
  if (text.empty()) return {0, NumberFault::syntax};
  const bool negative = text[0] == '-';
  if (negative || text[0] == '+') text.remove_prefix(1);
  const auto magnitude = parse_go_uint(text, base);
  if (magnitude.fault == NumberFault::syntax) return {0, NumberFault::syntax};
  constexpr std::uint64_t kCut = std::uint64_t{1} << 63;
  if (!negative && (magnitude.value >= kCut)) {
    return {std::numeric_limits<std::int64_t>::max(), NumberFault::range};
  }
  if (negative && magnitude.value > kCut) {
    return {std::numeric_limits<std::int64_t>::min(), NumberFault::range};
  }
  return {static_cast<std::int64_t>(negative ? 0 - magnitude.value : magnitude.value),
          NumberFault::none};
}

Parsed<double> parse_go_float(std::string_view text) {
  const std::string_view whole = text;
  bool negative = false;
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
    negative = text[0] == '-';
    text.remove_prefix(1);
  }
  const double sign = negative ? -1.0 : 1.0;
  if (equals_folded(text, "inf") || equals_folded(text, "infinity")) {
    return {sign * std::numeric_limits<double>::infinity(), NumberFault::none};
  }
  if (equals_folded(whole, "nan")) {
    return {std::numeric_limits<double>::quiet_NaN(), NumberFault::none};
  }
  if (text.empty() || !underscores_fine(whole)) return {0, NumberFault::syntax};
  std::string plain = without_underscores(text);
  const bool hex = plain.size() > 2 && plain[0] == '0' && lower(plain[1]) == 'x';
  if (hex) {
    plain.erase(0, 2);
    if (plain.find_first_of("pP") == plain.npos) return {0, NumberFault::syntax};
  } else if (plain.find_first_not_of("0123456789.eE+-") != plain.npos) {
    return {0, NumberFault::syntax};
  }
  if (plain[0] == '+' || plain[0] == '-') return {0, NumberFault::syntax};
  double value = 0;
  const auto [end, error] =
      std::from_chars(plain.data(), plain.data() + plain.size(), value,
                      hex ? std::chars_format::hex : std::chars_format::general);
  if (error == std::errc::invalid_argument || end != plain.data() + plain.size()) {
    return {0, NumberFault::syntax};
  }
  if (error == std::errc::result_out_of_range) {
    // Too small is zero without a fault in Go; too large is infinity.
    const std::size_t e = plain.find_first_of(hex ? "pP" : "eE");
    const bool small = e != plain.npos && e + 1 < plain.size() && plain[e + 1] == '-';
    const bool tiny = small || plain.starts_with("0.") || plain.starts_with(".");
    if (tiny) return {sign * 0.0, NumberFault::none};
    return {sign * std::numeric_limits<double>::infinity(), NumberFault::range};
  }
  return {sign * value, NumberFault::none};
}

std::optional<char32_t> unquote_char(std::string_view text, char quote, std::string_view& rest) {
  if (text.empty() || text[0] == quote || text[0] == '\n') return std::nullopt;
  if (text[0] != '\\') {
    const codec::Rune rune = codec::decode_utf8(text, 0);
    rest = text.substr(rune.valid ? rune.size : 1);
    return rune.valid ? rune.value : U'\ufffd';
  }
  if (text.size() < 2) return std::nullopt;
  const char c = text[1];
  rest = text.substr(2);
  switch (c) {
    case 'a':
      return U'\a';
    case 'b':
      return U'\b';
    case 'f':
      return U'\f';
    case 'n':
      return U'\n';
    case 'r':
      return U'\r';
    case 't':
      return U'\t';
    case 'v':
      return U'\v';
    case '\\':
      return U'\\';
    case '\'':
    case '"':
      if (c != quote) return std::nullopt;
      return static_cast<char32_t>(c);
    case 'x':
    case 'u':
    case 'U': {
      const std::size_t count = c == 'x' ? 2 : c == 'u' ? 4 : 8;
      if (rest.size() < count || (c == 'U' && digit(rest[0]) > 0)) return std::nullopt;
      const int value = hex_value(rest, count);
      rest.remove_prefix(count);
      if (value < 0) return std::nullopt;
      const auto rune = static_cast<char32_t>(value);
      if (c != 'x' && (rune > 0x10ffff || (rune >= 0xd800 && rune < 0xe000))) return std::nullopt;
      return rune;
    }
    case '0':
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
    case '7': {
      if (rest.size() < 2 || digit(rest[0]) > 7 || digit(rest[1]) > 7) return std::nullopt;
      const int value = digit(c) * 64 + digit(rest[0]) * 8 + digit(rest[1]);
      rest.remove_prefix(2);
      if (value > 255) return std::nullopt;
      return static_cast<char32_t>(value);
    }
    default:
      return std::nullopt;
  }
}

std::optional<std::string> unquote(std::string_view text) {
  if (text.size() < 2 || text.front() != text.back()) return std::nullopt;
  const char quote = text.front();
  text = text.substr(1, text.size() - 2);
  std::string out;
  if (quote == '`') {
    for (const char c : text) {
      if (c != '\r') out += c;
    }
    return out;
  }
  out.reserve(text.size());
  const char ends[] = {'\\', '\n', quote};
  while (true) {
    const std::size_t plain = std::min(text.find_first_of({ends, 3}), text.size());
    out += text.substr(0, plain);  // as it stands, even if not UTF-8
    text.remove_prefix(plain);
    if (text.empty()) break;
    const bool byte = text.size() > 1 && (text[1] == 'x' || digit(text[1]) < 8);
    std::string_view rest;
    const auto rune = unquote_char(text, quote, rest);
    if (!rune) return std::nullopt;
    if (byte) {
      out += static_cast<char>(*rune);
    } else {
      codec::append_utf8(out, *rune);
    }
    text = rest;
  }
  return out;
}

}  // namespace rumbo::script
