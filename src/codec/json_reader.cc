#include "codec/json_reader.h"

#include <charconv>
#include <cmath>
#include <fmt/format.h>

#include "base/strings.h"
#include "codec/utf8.h"

namespace rumbo::codec {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// The place of a byte, counting characters as people do.
Location locate(std::string_view text, std::size_t at, std::string_view file) {
  const std::string_view before = text.substr(0, at);
  Location place{std::string(file), 1, 1};
  place.line += static_cast<int>(std::count(before.begin(), before.end(), '\n'));
  const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
  place.column += static_cast<int>(count_runes(before.substr(line_start)));
  return place;
}

}  // namespace

tl::unexpected<Error> JsonReader::wrong(std::string message, Code code) const {
  return fail(Error(code, std::move(message)).at(locate(text_, at_, file_)));
}

std::string JsonReader::found() const {
  if (at_end()) return "the end of the text";
  const Rune rune = decode_utf8(text_, at_);
  return fmt::format("`{}`", printable(text_.substr(at_, rune.size)));
}

void JsonReader::skip_space() {
  while (!at_end() && (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r')) ++at_;
}

Result<Value> JsonReader::read() {
  if (const std::size_t bad = find_invalid_utf8(text_); bad != std::string_view::npos) {
    at_ = bad;
    return wrong("text is not UTF-8");
  }
  skip_space();
  if (at_end()) return wrong("expected a JSON document, found nothing");
  Value document = TRY(value(0));
  skip_space();
  if (!at_end()) return wrong("unexpected " + found() + " behind the JSON document");
  return document;
}

Result<Value> JsonReader::value(int depth) {
  switch (peek()) {
    case '{':
      return object(depth + 1);
    case '[':
      return array(depth + 1);
    case '"':
      return Value(TRY(string()));
    case 't':
      return word("true", Value(true));
    case 'f':
      return word("false", Value(false));
    case 'n':
      return word("null", Value());
    default:
      if (peek() == '-' || is_digit(peek())) return number();
      return wrong("expected a value, found " + found());
  }
}

Result<Value> JsonReader::word(std::string_view spelling, Value meaning) {
  if (text_.substr(at_, spelling.size()) != spelling) {
    return wrong(fmt::format("expected `{}`", spelling));
  }
  at_ += spelling.size();
  return meaning;
}

Result<Value> JsonReader::array(int depth) {
  if (depth > max_depth_) {
    return wrong(fmt::format("nested deeper than {} levels", max_depth_), Code::too_large);
  }
  std::vector<Value> items;
  ++at_;
  skip_space();
  if (peek() == ']') return ++at_, Value::array();
  while (true) {
    skip_space();
    items.push_back(TRY(value(depth)));
    skip_space();
    if (peek() == ']') return ++at_, Value::array(std::move(items));
    if (peek() != ',') return wrong("expected `,` or `]` in an array, found " + found());
    ++at_;
  }
}

Result<Value> JsonReader::object(int depth) {
  if (depth > max_depth_) {
    return wrong(fmt::format("nested deeper than {} levels", max_depth_), Code::too_large);
  }
  std::vector<Member> members;
  ++at_;
  skip_space();
  if (peek() == '}') return ++at_, Value::object();
  while (true) {
    skip_space();
    if (peek() != '"') return wrong("expected a key in double quotes, found " + found());
    const std::string key = TRY(string());
    skip_space();
    if (peek() != ':') return wrong("expected `:` after a key, found " + found());
    ++at_;
    skip_space();
    members.emplace_back(key, TRY(value(depth)));
    skip_space();
    if (peek() == '}') return ++at_, Value::object(std::move(members));
    if (peek() != ',') return wrong("expected `,` or `}` in an object, found " + found());
    ++at_;
  }
}

Result<Value> JsonReader::number() {
  const std::size_t start = at_;
  bool real = false;
  if (peek() == '-') ++at_;
  if (!is_digit(peek())) return wrong("expected a digit, found " + found());
  if (peek() == '0' && at_ + 1 < text_.size() && is_digit(text_[at_ + 1])) {
    return wrong("a number may not begin with 0");
  }
  while (is_digit(peek())) ++at_;
  if (peek() == '.') {
    real = true;
    ++at_;
    if (!is_digit(peek())) return wrong("expected a digit after `.`, found " + found());
    while (is_digit(peek())) ++at_;
  }
  if (peek() == 'e' || peek() == 'E') {
    real = true;
    ++at_;
    if (peek() == '+' || peek() == '-') ++at_;
    if (!is_digit(peek())) return wrong("expected an exponent, found " + found());
    while (is_digit(peek())) ++at_;
  }
  const char* first = text_.data() + start;
  const char* last = text_.data() + at_;
  if (!real) {
    std::int64_t integer = 0;
    if (std::from_chars(first, last, integer).ec == std::errc()) return Value(integer);
    std::uint64_t positive = 0;
    if (std::from_chars(first, last, positive).ec == std::errc()) return Value(positive);
  }
  double number = 0;
  if (std::from_chars(first, last, number).ec == std::errc()) return Value(number);
  // Out of range: too small is zero, as everywhere; too large has no value.
  if (std::strtod(std::string(first, last).c_str(), nullptr) == 0) return Value(0.0);
  at_ = start;
  return wrong("number is beyond the range of a double");
}

Result<char32_t> JsonReader::hex4() {
  unsigned code = 0;
  const std::string_view digits = text_.substr(at_, 4);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
  if (error != std::errc() || end != digits.data() + 4 || digits[0] == '-') {
    return wrong("expected four hexadecimal digits after `\\u`");
  }
  at_ += 4;
  return static_cast<char32_t>(code);
}

Result<> JsonReader::escape(std::string& out) {
  ++at_;  // the backslash
  static constexpr std::string_view kLetters = "\"\\/bfnrt", kMeanings = "\"\\/\b\f\n\r\t";
  if (const std::size_t which = kLetters.find(peek()); !at_end() && which != kLetters.npos) {
    out += kMeanings[which];
    ++at_;
    return {};
  }
  if (peek() != 'u') return wrong("unknown escape: a backslash before " + found());
  ++at_;
  char32_t rune = TRY(hex4());
  if (rune >= 0xd800 && rune <= 0xdbff) {
    if (text_.substr(at_, 2) != "\\u") return wrong("half of a surrogate pair is missing");
    at_ += 2;
    const char32_t low = TRY(hex4());
    if (low < 0xdc00 || low > 0xdfff) return wrong("half of a surrogate pair is missing");
    rune = 0x10000 + ((rune - 0xd800) << 10) + (low - 0xdc00);
  } else if (rune >= 0xdc00 && rune <= 0xdfff) {
    return wrong("half of a surrogate pair is missing");
  }
  append_utf8(out, rune);
  return {};
}

Result<std::string> JsonReader::string() {
  std::string out;
  const std::size_t start = at_++;
  while (!at_end()) {
    const char c = peek();
    if (c == '"') return ++at_, out;
    if (c == '\\') {
      TRY(escape(out));
    } else if (static_cast<unsigned char>(c) < 0x20) {
      return wrong("a control character in a string must be escaped");
    } else {
      out += c;
      ++at_;
    }
  }
  at_ = start;
  return wrong("this string has no closing quote");
}

}  // namespace rumbo::codec
