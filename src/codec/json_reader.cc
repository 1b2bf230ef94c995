#include "codec/json_reader.h"

#include <charconv>
#include <cmath>
#include <fmt/format.h>
#include <iterator>

#include "base/strings.h"
#include "codec/utf8.h"

namespace rumbo::codec {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// The last elements of a stack, from `start` on, taken off it.
template <class T>
std::vector<T> take(std::vector<T>& stack, std::size_t start) {
  const auto first = stack.begin() + static_cast<std::ptrdiff_t>(start);
  std::vector<T> out(std::make_move_iterator(first), std::make_move_iterator(stack.end()));
  stack.erase(first, stack.end());
  return out;
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

Value JsonReader::wrong(std::string message, Code code) {
  error_ = Error(code, std::move(message)).at(locate(text_, at_, file_));
  return {};
}

std::string JsonReader::found() const {
  if (at_end()) return "the end of the text";
  const Rune rune = decode_utf8(text_, at_);
  return fmt::format("`{}`", printable(text_.substr(at_, rune.size)));
}

void JsonReader::skip_space() {
  while (!at_end()) {
    const char c = text_[at_];
    if (c != ' ' && c != '\n' && c != '\t' && c != '\r') return;
    ++at_;
  }
}

void JsonReader::skip_digits() {
  while (is_digit(peek())) ++at_;
}

Result<Value> JsonReader::read() {
  Value document;
  if (const std::size_t bad = find_invalid_utf8(text_); bad != std::string_view::npos) {
    at_ = bad;
    wrong("text is not UTF-8");
  } else if (skip_space(); at_end()) {
    wrong("expected a JSON document, found nothing");
  } else if (document = value(0); !failed()) {
    skip_space();
    if (!at_end()) wrong("unexpected " + found() + " behind the JSON document");
  }
  if (failed()) return fail(*std::move(error_));
  return document;
}

Value JsonReader::value(int depth) {
  switch (peek()) {
    case '{':
      return object(depth + 1);
    case '[':
      return array(depth + 1);
    case '"':
      return Value(string());
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

Value JsonReader::word(std::string_view spelling, Value meaning) {
  if (text_.substr(at_, spelling.size()) != spelling) {
    return wrong(fmt::format("expected `{}`", spelling));
  }
  at_ += spelling.size();
  return meaning;
}

Value JsonReader::array(int depth) {
  if (depth > max_depth_) {
    return wrong(fmt::format("nested deeper than {} levels", max_depth_), Code::too_large);
  }
  const std::size_t start = items_.size();
  ++at_;
  skip_space();
  if (peek() == ']') return ++at_, Value::array();
  while (true) {
    skip_space();
    Value item = value(depth);
    if (failed()) return {};
    items_.push_back(std::move(item));
    skip_space();
    if (peek() == ']') return ++at_, Value::array(take(items_, start));
    if (peek() != ',') return wrong("expected `,` or `]` in an array, found " + found());
    ++at_;
  }
}

Value JsonReader::object(int depth) {
  if (depth > max_depth_) {
    return wrong(fmt::format("nested deeper than {} levels", max_depth_), Code::too_large);
  }
  const std::size_t start = members_.size();
  ++at_;
  skip_space();
  if (peek() == '}') return ++at_, Value::object();
  while (true) {
    skip_space();
    if (peek() != '"') return wrong("expected a key in double quotes, found " + found());
    const std::string_view key = string();
    if (failed()) return {};
    members_.emplace_back(key, Value());
    skip_space();
    if (peek() != ':') return wrong("expected `:` after a key, found " + found());
    ++at_;
    skip_space();
    Value item = value(depth);
    if (failed()) return {};
    members_.back().value = std::move(item);
    skip_space();
    if (peek() == '}') return ++at_, Value::object(take(members_, start));
    if (peek() != ',') return wrong("expected `,` or `}` in an object, found " + found());
    ++at_;
  }
}

Value JsonReader::number() {
  const std::size_t start = at_;
  bool real = false;
  if (peek() == '-') ++at_;
  if (!is_digit(peek())) return wrong("expected a digit, found " + found());
  if (peek() == '0' && at_ + 1 < text_.size() && is_digit(text_[at_ + 1])) {
    return wrong("a number may not begin with 0");
  }
  skip_digits();
  if (peek() == '.') {
    real = true;
    ++at_;
    if (!is_digit(peek())) return wrong("expected a digit after `.`, found " + found());
    skip_digits();
  }
  if (peek() == 'e' || peek() == 'E') {
    real = true;
    ++at_;
    if (peek() == '+' || peek() == '-') ++at_;
    if (!is_digit(peek())) return wrong("expected an exponent, found " + found());
    skip_digits();
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

char32_t JsonReader::hex4() {
  unsigned code = 0;
  const std::string_view digits = text_.substr(at_, 4);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
  if (error != std::errc() || end != digits.data() + 4 || digits[0] == '-') {
    wrong("expected four hexadecimal digits after `\\u`");
    return 0;
  }
  at_ += 4;
  return static_cast<char32_t>(code);
}

void JsonReader::escape() {
  ++at_;  // the backslash
  static constexpr std::string_view kLetters = "\"\\/bfnrt", kMeanings = "\"\\/\b\f\n\r\t";
  if (const std::size_t which = kLetters.find(peek()); !at_end() && which != kLetters.npos) {
    scratch_ += kMeanings[which];
    ++at_;
    return;
  }
  if (peek() != 'u') {
    wrong("unknown escape: a backslash before " + found());
    return;
  }
  ++at_;
  char32_t rune = hex4();
  if (failed()) return;
  bool half = rune >= 0xdc00 && rune <= 0xdfff;
  if (rune >= 0xd800 && rune <= 0xdbff) {
    half = text_.substr(at_, 2) != "\\u";
    if (!half) {
      at_ += 2;
      const char32_t low = hex4();
      if (failed()) return;
      half = low < 0xdc00 || low > 0xdfff;
      rune = 0x10000 + ((rune - 0xd800) << 10) + (low - 0xdc00);
    }
  }
  if (half) {
    wrong("half of a surrogate pair is missing");
    return;
  }
  append_utf8(scratch_, rune);
}

std::string_view JsonReader::string() {
  const std::size_t start = at_++;
  std::size_t clean = at_;  // from here to at_ it stands in the text as it is meant
  bool escaped = false;
  while (!at_end()) {
    const auto byte = static_cast<unsigned char>(text_[at_]);
    if (byte >= 0x20 && byte != '"' && byte != '\\') {
      ++at_;
      continue;
    }
    if (byte < 0x20) {
      wrong("a control character in a string must be escaped");
      return {};
    }
    const std::string_view plain = text_.substr(clean, at_ - clean);
    if (byte == '"') {
      ++at_;
      return escaped ? std::string_view(scratch_.append(plain)) : plain;
    }
    if (!escaped) scratch_.clear();
    escaped = true;
    scratch_ += plain;
    escape();
    if (failed()) return {};
    clean = at_;
  }
  at_ = start;
  wrong("this string has no closing quote");
  return {};
}

}  // namespace rumbo::codec
