#include "codec/yaml_scalar.h"

#include <array>
#include <charconv>
#include <cmath>
#include <fmt/format.h>
#include <limits>
#include <optional>

#include "base/strings.h"
#include "codec/base64.h"
#include "codec/numbers.h"
#include "codec/yaml_timestamp.h"

namespace rumbo::codec {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

template <std::size_t N>
bool one_of(std::string_view text, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

constexpr std::array<std::string_view, 3> kTrue = {"true", "True", "TRUE"};
constexpr std::array<std::string_view, 3> kFalse = {"false", "False", "FALSE"};
constexpr std::array<std::string_view, 8> kOldTrue = {"y",   "Y",  "yes", "Yes",
                                                      "YES", "on", "On",  "ON"};
constexpr std::array<std::string_view, 8> kOldFalse = {"n",  "N",   "no",  "No",
                                                       "NO", "off", "Off", "OFF"};

/// The words that mean something, all of at most five letters.
std::optional<ResolvedScalar> resolve_word(std::string_view text, YamlDialect dialect) {
  if (text.size() > 5) return std::nullopt;
  constexpr std::string_view kBeginnings = "~nNtTfFyYoO.+-";
  if (!text.empty() && kBeginnings.find(text.front()) == kBeginnings.npos) return std::nullopt;
  if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL") {
    return ResolvedScalar{ScalarType::null, Value()};
  }
  if (one_of(text, kTrue)) return ResolvedScalar{ScalarType::boolean, true};
  if (one_of(text, kFalse)) return ResolvedScalar{ScalarType::boolean, false};
  if (dialect == YamlDialect::yaml_v2) {
    if (one_of(text, kOldTrue)) return ResolvedScalar{ScalarType::boolean, true};
    if (one_of(text, kOldFalse)) return ResolvedScalar{ScalarType::boolean, false};
  }
  const auto real = [](double number) { return ResolvedScalar{ScalarType::real, number}; };
  if (text == ".nan" || text == ".NaN" || text == ".NAN") {
    return real(std::numeric_limits<double>::quiet_NaN());
  }
  const bool negative = text.front() == '-';
  if (negative || text.front() == '+') text.remove_prefix(1);
  if (text == ".inf" || text == ".Inf" || text == ".INF") {
    const double infinity = std::numeric_limits<double>::infinity();
    return real(negative ? -infinity : infinity);
  }
  return std::nullopt;
}

/// Decimal digits, optionally with a point and an exponent; at least one digit before the exponent.
bool is_decimal_number(std::string_view text) {
  std::size_t at = 0;
  const auto digits = [&] {
    const std::size_t start = at;
    while (at < text.size() && is_digit(text[at])) ++at;
    return at - start;
  };
  const auto sign = [&] {
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
  };
  sign();
  const std::size_t whole = digits();
  if (at < text.size() && text[at] == '.') {
    ++at;
    if (digits() == 0 && whole == 0) return false;
  } else if (whole == 0) {
    return false;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    sign();
    if (digits() == 0) return false;
  }
  return at == text.size();
}

std::optional<double> parse_double(std::string_view text) {
  if (!text.empty() && text.front() == '+') text.remove_prefix(1);
  double number = 0;
  const char* end = text.data() + text.size();
  const auto [used, error] = std::from_chars(text.data(), end, number);
  if (used != end) return std::nullopt;
  if (error == std::errc()) return number;
  // Too small reads as zero, too large is no number.
  number = std::strtod(std::string(text).c_str(), nullptr);
  return std::fabs(number) < 1 ? std::optional(number) : std::nullopt;
}

/// Go's integer literals: 0x, 0o, 0b and a leading 0 for octal, with a sign; within 64 bits.
std::optional<Value> parse_go_integer(std::string_view text) {
  bool negative = false, has_sign = false;
  if (!text.empty() && (text.front() == '+' || text.front() == '-')) {
    has_sign = true;
    negative = text.front() == '-';
    text.remove_prefix(1);
  }
  int base = 10;
  if (text.size() > 1 && text[0] == '0') {
    const char letter = static_cast<char>(text[1] | 0x20);
    base = letter == 'x' ? 16 : letter == 'b' ? 2 : 8;
    text.remove_prefix(letter == 'x' || letter == 'b' || letter == 'o' ? 2 : 1);
  }
  std::uint64_t size = 0;
  const char* end = text.data() + text.size();
  const auto [used, error] = std::from_chars(text.data(), end, size, base);
  if (error != std::errc() || used != end || text.empty()) return std::nullopt;
  constexpr std::uint64_t kMost = std::numeric_limits<std::int64_t>::max();
  if (negative) {
    if (size > kMost + 1) return std::nullopt;
    return Value(static_cast<std::int64_t>(-size));
  }
  // Beyond int64 only the unsigned form is read, and that takes no sign.
  if (size > kMost && has_sign) return std::nullopt;
  return Value(size);
}

ResolvedScalar resolve_number(std::string_view text, bool may_be_time, YamlDialect dialect) {
  if (may_be_time) {
    if (const auto time = parse_yaml_timestamp(text)) {
      // v2 recognises a time and then keeps the text all the same.
      if (dialect == YamlDialect::yaml_v2) return {ScalarType::timestamp, text};
      return {ScalarType::timestamp, *time};
    }
  }
  std::string stripped;
  if (text.find('_') != std::string_view::npos) {
    stripped = replace_all(text, "_", "");
    text = stripped;
  }
  if (auto integer = parse_go_integer(text)) return {ScalarType::integer, std::move(*integer)};
  if (is_decimal_number(text)) {
    if (const auto number = parse_double(text)) return {ScalarType::real, *number};
  }
  return {};
}

/// The meaning by looks; `string` with an empty value if the looks mean nothing.
ResolvedScalar resolve_looks(std::string_view text, bool may_be_time, YamlDialect dialect) {
  if (auto word = resolve_word(text, dialect)) return std::move(*word);
  const char first = text.front();
  if (is_digit(first) || first == '+' || first == '-') {
    return resolve_number(text, may_be_time, dialect);
  }
  if (first == '.' && is_decimal_number(text)) {
    if (const auto number = parse_double(text)) return {ScalarType::real, *number};
  }
  return {};
}

std::string_view short_name(ScalarType type) {
  switch (type) {
    case ScalarType::null:
      return "null";
    case ScalarType::boolean:
      return "bool";
    case ScalarType::integer:
      return "int";
    case ScalarType::real:
      return "float";
    case ScalarType::timestamp:
      return "timestamp";
    case ScalarType::binary:
      return "binary";
    case ScalarType::string:
      return "str";
  }
  return "str";
}

Result<ResolvedScalar> decode_binary(std::string_view text) {
  std::string packed;
  for (const char c : text) {
    if (c != '\n' && c != '\r') packed += c;
  }
  auto bytes = base64_decode(packed);
  if (!bytes) return fail(Code::invalid, "a !!binary value is not valid base64");
  return ResolvedScalar{ScalarType::binary, Value(*bytes)};
}

/// A scalar under one of the core schema's tags.
Result<ResolvedScalar> resolve_tagged(std::string_view text, std::string_view name,
                                      YamlDialect dialect) {
  ResolvedScalar found = resolve_looks(text, name == "timestamp", dialect);
  if (found.type == ScalarType::integer && name == "float") {
    return ResolvedScalar{ScalarType::real, found.value.as_double()};
  }
  if (short_name(found.type) != name) {
    return fail(Code::invalid, fmt::format("`{}` cannot be read as a !!{}, it is a !!{}",
                                           printable(text, 64), name, short_name(found.type)));
  }
  return found;
}

}  // namespace

ResolvedScalar resolve_plain(std::string_view text, YamlDialect dialect) {
  ResolvedScalar found = resolve_looks(text, true, dialect);
  if (found.type == ScalarType::string) found.value = text;
  return found;
}

Result<ResolvedScalar> resolve_scalar(const ScalarEvent& event, YamlDialect dialect) {
  const bool v2 = dialect == YamlDialect::yaml_v2;
  const bool untagged = event.tag.empty() || (event.tag == "!" && !v2);
  if (untagged) {
    // v2 follows the implicit flag (a quoted text under a bare `!` resolves), v3 the style.
    if (v2 ? event.plain_implicit : !event.quoted) return resolve_plain(event.text, dialect);
    return ResolvedScalar{ScalarType::string, event.text};
  }
  if (!event.tag.starts_with(kTagPrefix)) return ResolvedScalar{ScalarType::string, event.text};
  const std::string_view name = event.tag.substr(kTagPrefix.size());
  if (name == "binary") return decode_binary(event.text);
  constexpr std::array<std::string_view, 5> kResolvable = {"bool", "int", "float", "null",
                                                           "timestamp"};
  if (!one_of(name, kResolvable)) return ResolvedScalar{ScalarType::string, event.text};
  return resolve_tagged(event.text, name, dialect);
}

bool is_merge_key(const ScalarEvent& event, YamlDialect dialect) {
  if (event.text != "<<") return false;
  if (event.tag.starts_with(kTagPrefix)) return event.tag.substr(kTagPrefix.size()) == "merge";
  if (dialect == YamlDialect::yaml_v2) return event.plain_implicit;
  return !event.quoted && (event.tag.empty() || event.tag == "!");
}

Value as_json_number(double number) {
  const std::string text = format_go_json(number);
  if (text.find_first_of(".e") != std::string::npos) return number;
  auto integer = parse_go_integer(text);
  return integer ? std::move(*integer) : Value(number);
}

bool looks_base60(std::string_view text) {
  // Digits with at least one `:` group of two digits below 60, and perhaps a fraction.
  std::size_t at = 0;
  if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
  if (at == text.size() || !is_digit(text[at])) return false;
  while (at < text.size() && (is_digit(text[at]) || text[at] == '_')) ++at;
  std::size_t groups = 0;
  for (; at < text.size() && text[at] == ':'; ++groups) {
    ++at;
    std::size_t digits = 0;
    while (at + digits < text.size() && is_digit(text[at + digits])) ++digits;
    if (digits == 0 || digits > 2 || (digits == 2 && text[at] > '5')) return false;
    at += digits;
  }
  if (groups == 0) return false;
  if (at < text.size() && text[at] == '.') {
    ++at;
    while (at < text.size() && (is_digit(text[at]) || text[at] == '_')) ++at;
  }
  return at == text.size();
}

bool looks_like_old_bool(std::string_view text) {
  return one_of(text, kOldTrue) || one_of(text, kOldFalse);
}

}  // namespace rumbo::codec
