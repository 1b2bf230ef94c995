#include "codec/json_scan.h"

#include <fmt/format.h>
#include <string>
#include <vector>

namespace rumbo::codec {
namespace {

constexpr std::size_t kMaxDepth = 10'000;  // encoding/json's own

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/// A byte as encoding/json quotes it.
std::string quoted(char c) {
  if (c == '\'') return R"('\'')";
  if (c == '"') return R"('"')";
  if (c == '\\') return R"('\\')";
  const auto byte = static_cast<unsigned char>(c);
  if (byte >= 0x80)
    return fmt::format("'{}{}'", char(0xc0 | (byte >> 6)), char(0x80 | (byte & 63)));
  if (c == '\n') return R"('\n')";
  if (c == '\t') return R"('\t')";
  if (c == '\r') return R"('\r')";
  if (byte < 0x20 || byte == 0x7f) return fmt::format("'\\x{:02x}'", byte);
  return fmt::format("'{}'", c);
}

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  Result<std::size_t> end_of_value() {
    skip_blanks();
    if (at_ >= text_.size()) return fail(Code::invalid, "EOF");
    TRY(value());
    while (!open_.empty()) TRY(next());
    return at_;
  }

 private:
  void skip_blanks() {
    while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
  }
  static tl::unexpected<Error> cut_off() { return fail(Code::invalid, "unexpected EOF"); }
  tl::unexpected<Error> wrong(std::string_view where) const {
    return fail(Code::invalid, fmt::format("invalid character {} {}", quoted(text_[at_]), where));
  }

  /// Reads a scalar, or opens an object or array.
  Result<> value() {
    skip_blanks();
    if (at_ >= text_.size()) return cut_off();
    switch (text_[at_]) {
      case '{':
        return open('}');
      case '[':
        return open(']');
      case '"':
        return string();
      case 't':
        return literal("true");
      case 'f':
        return literal("false");
      case 'n':
        return literal("null");
      default:
        if (text_[at_] == '-' || is_digit(text_[at_])) return number();
        return wrong("looking for beginning of value");
    }
  }

  Result<> open(char closing) {
    if (open_.size() >= kMaxDepth) return fail(Code::invalid, "exceeded max depth");
    ++at_;
    open_.push_back(closing);
    skip_blanks();
    if (at_ >= text_.size()) return cut_off();
    if (text_[at_] == closing) {
      ++at_;
      open_.pop_back();
      return {};
    }
    return closing == '}' ? key() : value();
  }

  Result<> key() {
    skip_blanks();
    if (at_ >= text_.size()) return cut_off();
    if (text_[at_] != '"') return wrong("looking for beginning of object key string");
    TRY(string());
    skip_blanks();
    if (at_ >= text_.size()) return cut_off();
    if (text_[at_] != ':') return wrong("after object key");
    ++at_;
    return value();
  }

  /// What follows an element of the innermost open container.
  Result<> next() {
    skip_blanks();
    if (at_ >= text_.size()) return cut_off();
    const char closing = open_.back();
    if (text_[at_] == closing) {
      ++at_;
      open_.pop_back();
      return {};
    }
    if (text_[at_] != ',') {
      return wrong(closing == '}' ? "after object key:value pair" : "after array element");
    }
    ++at_;
    return closing == '}' ? key() : value();
  }

  Result<> literal(std::string_view word) {
    for (std::size_t i = 0; i < word.size(); ++i, ++at_) {
      if (at_ >= text_.size()) return cut_off();
      if (text_[at_] != word[i]) {
        return wrong(fmt::format("in literal {} (expecting {})", word, quoted(word[i])));
      }
    }
    return {};
  }

  Result<> string() {
    for (++at_;; ++at_) {
      if (at_ >= text_.size()) return cut_off();
      const char c = text_[at_];
      if (c == '"') break;
      if (static_cast<unsigned char>(c) < 0x20) return wrong("in string literal");
      if (c == '\\') TRY(escape());
    }
    ++at_;
    return {};
  }

  Result<> escape() {
    if (++at_ >= text_.size()) return cut_off();
    if (text_[at_] == 'u') {
      for (int i = 0; i < 4; ++i) {
        if (++at_ >= text_.size()) return cut_off();
        if (!is_hex(text_[at_])) return wrong("in \\u hexadecimal character escape");
      }
      return {};
    }
    if (std::string_view("\"\\/bfnrt").find(text_[at_]) == std::string_view::npos) {
      return wrong("in string escape code");
    }
    return {};
  }

  Result<> digits(std::string_view where) {
    if (at_ >= text_.size()) return cut_off();
    if (!is_digit(text_[at_])) return wrong(where);
    while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
    return {};
  }

  Result<> number() {
    if (text_[at_] == '-') {
      if (++at_ >= text_.size()) return cut_off();
      if (!is_digit(text_[at_])) return wrong("in numeric literal");
    }
    if (text_[at_] == '0') {
      ++at_;
    } else {
      TRY(digits("in numeric literal"));
    }
    if (at_ < text_.size() && text_[at_] == '.') {
      ++at_;
      TRY(digits("after decimal point in numeric literal"));
    }
    if (at_ < text_.size() && (text_[at_] == 'e' || text_[at_] == 'E')) {
      ++at_;
      if (at_ < text_.size() && (text_[at_] == '+' || text_[at_] == '-')) ++at_;
      TRY(digits("in exponent of numeric literal"));
    }
    return {};
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<char> open_;  // the characters that close what is open
};

}  // namespace

Result<std::size_t> json_value_end(std::string_view text) {
  return Scanner(text).end_of_value();
}

}  // namespace rumbo::codec
