#include "script/lexer.h"

#include <algorithm>
#include <array>
#include <fmt/core.h>
#include <utility>

#include "codec/unicode.h"
#include "codec/utf8.h"
#include "script/unicode.h"

namespace rumbo::script {
namespace {

constexpr char32_t kEnd = 0xffffffff;
constexpr std::string_view kSpaces = " \t\r\n";
constexpr std::size_t kTrimMarker = 2;  // the dash and the space next to it

bool is_blank(char32_t r) {
  return r == ' ' || r == '\t' || r == '\r' || r == '\n';
}

bool is_alphanumeric(char32_t r) {
  if (r < 0x80) {
    return r == '_' || (r >= '0' && r <= '9') || ((r | 0x20) >= 'a' && (r | 0x20) <= 'z');
  }
  return r != kEnd && (codec::is_letter(r) || codec::is_decimal_digit(r));
}

bool has_left_trim_marker(std::string_view text) {
  return text.size() >= 2 && text[0] == '-' && is_blank(static_cast<unsigned char>(text[1]));
}
bool has_right_trim_marker(std::string_view text) {
  return text.size() >= 2 && is_blank(static_cast<unsigned char>(text[0])) && text[1] == '-';
}
std::size_t left_trim_length(std::string_view text) {
  return std::min(text.find_first_not_of(kSpaces), text.size());
}
std::size_t right_trim_length(std::string_view text) {
  const std::size_t last = text.find_last_not_of(kSpaces);
  return last == text.npos ? text.size() : text.size() - last - 1;
}

TokenKind keyword(std::string_view word) {
  static constexpr std::array<std::pair<std::string_view, TokenKind>, 12> kWords{{
      {".", TokenKind::dot},
      {"block", TokenKind::block},
      {"break", TokenKind::break_},
      {"continue", TokenKind::continue_},
      {"define", TokenKind::define},
      {"else", TokenKind::else_},
      {"end", TokenKind::end},
      {"if", TokenKind::if_},
      {"nil", TokenKind::nil},
      {"range", TokenKind::range},
      {"template", TokenKind::template_},
      {"with", TokenKind::with},
  }};
  for (const auto& [text, kind] : kWords) {
    if (text == word) return kind;
  }
  return TokenKind::identifier;
}

/// Go's %#U: "U+2603 '☃'".
std::string describe_rune(char32_t rune) {
  if (rune == kEnd) return "U+FFFFFFFFFFFFFFFF";
  std::string out = fmt::format("U+{:04X}", static_cast<std::uint32_t>(rune));
  if (is_print(rune)) {
    out += " '";
    codec::append_utf8(out, rune);
    out += "'";
  }
  return out;
}

}  // namespace

std::string Token::describe() const {
  if (kind == TokenKind::end_of_file) return "EOF";
  if (kind == TokenKind::error) return std::string(text);
  if (kind > TokenKind::keyword) return "<" + std::string(text) + ">";
  const auto all = runes(text);
  if (text.size() > 10 && all.size() > 10) {
    return quote(from_runes({all.begin(), all.begin() + 10})) + "...";
  }
  return text.size() > 10 ? quote(text) + "..." : quote(text);
}

char32_t Lexer::advance() {
  if (position_ >= input_.size()) {
    at_end_ = true;
    return kEnd;
  }
  if (const auto byte = static_cast<unsigned char>(input_[position_]); byte < 0x80) {
    ++position_;
    if (byte == '\n') ++line_;
    return byte;
  }
  const codec::Rune rune = codec::decode_utf8(input_, position_);
  position_ += rune.valid ? rune.size : 1;
  return rune.valid ? rune.value : U'\ufffd';
}

void Lexer::back() {
  if (at_end_ || position_ == 0) return;
  std::size_t start = position_ - 1;
  if (static_cast<unsigned char>(input_[start]) < 0x80) {
    if (input_[start] == '\n') --line_;
    position_ = start;
    return;
  }
  while (start > 0 && position_ - start < 4 &&
         (static_cast<unsigned char>(input_[start]) & 0xc0) == 0x80) {
    --start;
  }
  const codec::Rune rune = codec::decode_utf8(input_, start);
  if (!rune.valid || start + rune.size != position_) start = position_ - 1;
  position_ = start;
}

/// Over letters, digits and `_`; what stands behind them.
char32_t Lexer::advance_over_word() {
  while (position_ < input_.size()) {
    const auto byte = static_cast<unsigned char>(input_[position_]);
    if (byte >= 0x80 || !is_alphanumeric(byte)) break;
    ++position_;
  }
  char32_t r = advance();
  while (is_alphanumeric(r)) r = advance();
  back();
  return r;
}

char32_t Lexer::peek() {
  const char32_t rune = advance();
  back();
  return rune;
}

bool Lexer::accept(std::string_view valid) {
  const char32_t rune = advance();
  if (rune < 0x80 && valid.find(static_cast<char>(rune)) != valid.npos) return true;
  back();
  return false;
}

void Lexer::accept_run(std::string_view valid) {
  while (accept(valid)) {
  }
}

Token Lexer::emit(TokenKind kind) {
  const Token token{kind, static_cast<std::uint32_t>(start_), start_line_,
                    input_.substr(start_, position_ - start_)};
  start_ = position_;
  start_line_ = line_;
  return token;
}

Token Lexer::error(std::string message) {
  error_ = std::move(message);
  const Token token{TokenKind::error, static_cast<std::uint32_t>(start_), start_line_, error_};
  start_ = position_ = 0;
  input_ = {};
  return token;
}

void Lexer::count_lines() {
  const std::string_view passed = input_.substr(start_, position_ - start_);
  line_ += static_cast<int>(std::count(passed.begin(), passed.end(), '\n'));
}

void Lexer::ignore() {
  count_lines();
  start_ = position_;
  start_line_ = line_;
}

Token Lexer::next() {
  if (inside_action_) return lex_inside_action();
  Token out;
  while (!lex_text(out)) {
  }
  return out;
}

bool Lexer::lex_text(Token& out) {
  const std::size_t found = rest().find("{{");
  if (found != std::string_view::npos) {
    if (found > 0) {
      position_ += found;
      std::size_t trimmed = 0;
      if (has_left_trim_marker(input_.substr(position_ + 2))) {
        trimmed = right_trim_length(input_.substr(start_, position_ - start_));
      }
      position_ -= trimmed;
      count_lines();
      const Token text = emit(TokenKind::text);
      position_ += trimmed;
      ignore();
      if (!text.text.empty()) {
        out = text;
        return true;
      }
    }
    return lex_left_delimiter(out);
  }
  position_ = input_.size();
  if (position_ > start_) {
    count_lines();
    out = emit(TokenKind::text);
  } else {
    out = emit(TokenKind::end_of_file);
  }
  return true;
}

bool Lexer::lex_left_delimiter(Token& out) {
  position_ += 2;
  const std::size_t after = has_left_trim_marker(rest()) ? kTrimMarker : 0;
  if (input_.substr(position_ + after).starts_with("/*")) {
    position_ += after;
    ignore();
    return lex_comment(out);
  }
  out = emit(TokenKind::left_delimiter);
  inside_action_ = true;
  position_ += after;
  ignore();
  parens_ = 0;
  return true;
}

bool Lexer::lex_comment(Token& out) {
  position_ += 2;
  const std::size_t end = rest().find("*/");
  if (end == std::string_view::npos) {
    out = error("unclosed comment");
    return true;
  }
  position_ += end + 2;
  bool trims = false;
  if (!at_right_delimiter(trims)) {
    out = error("comment ends before closing delimiter");
    return true;
  }
  count_lines();
  emit(TokenKind::text);
  if (trims) position_ += kTrimMarker;
  position_ += 2;
  if (trims) position_ += left_trim_length(rest());
  ignore();
  return false;
}

bool Lexer::at_right_delimiter(bool& trims) const {
  trims = false;
  if (position_ >= input_.size()) return false;
  const auto first = static_cast<unsigned char>(input_[position_]);
  if (first != '}' && !is_blank(first)) return false;
  trims = has_right_trim_marker(rest()) && input_.substr(position_ + kTrimMarker).starts_with("}}");
  return trims || looking_at("}}");
}

Token Lexer::lex_right_delimiter() {
  bool trims = false;
  at_right_delimiter(trims);
  if (trims) {
    position_ += kTrimMarker;
    ignore();
  }
  position_ += 2;
  const Token token = emit(TokenKind::right_delimiter);
  if (trims) {
    position_ += left_trim_length(rest());
    ignore();
  }
  inside_action_ = false;
  return token;
}

Token Lexer::lex_inside_action() {
  bool trims = false;
  if (at_right_delimiter(trims)) {
    if (parens_ == 0) return lex_right_delimiter();
    return error("unclosed left paren");
  }
  const char32_t r = advance();
  if (r == kEnd) return error("unclosed action");
  if (is_blank(r)) {
    back();
    return lex_space();
  }
  switch (r) {
    case '=':
      return emit(TokenKind::assign);
    case ':':
      return advance() == '=' ? emit(TokenKind::declare) : error("expected :=");
    case '|':
      return emit(TokenKind::pipe);
    case '"':
      return lex_quoted('"', TokenKind::string, "quoted string");
    case '`':
      return lex_raw();
    case '\'':
      return lex_quoted('\'', TokenKind::character_constant, "character constant");
    case '$':
      return lex_field_or_variable(TokenKind::variable);
    case '(':
      ++parens_;
      return emit(TokenKind::left_paren);
    case ')':
      if (--parens_ < 0) return error("unexpected right paren");
      return emit(TokenKind::right_paren);
    default:
      break;
  }
  if (r == '.' && position_ < input_.size() &&
      (input_[position_] < '0' || input_[position_] > '9')) {
    return lex_field_or_variable(TokenKind::field);
  }
  if (r == '.' || r == '+' || r == '-' || (r >= '0' && r <= '9')) {
    back();
    return lex_number();
  }
  if (is_alphanumeric(r)) {
    back();
    return lex_identifier();
  }
  if (r < 0x80 && is_print(r)) return emit(TokenKind::character);
  return error("unrecognized character in action: " + describe_rune(r));
}

Token Lexer::lex_space() {
  const std::size_t first = position_;
  while (position_ < input_.size() && is_blank(static_cast<unsigned char>(input_[position_]))) {
    if (input_[position_++] == '\n') ++line_;
  }
  if (has_right_trim_marker(input_.substr(position_ - 1)) &&
      input_.substr(position_ - 1 + kTrimMarker).starts_with("}}")) {
    back();  // the space belongs to the trim marker
    if (position_ == first) return lex_right_delimiter();
  }
  return emit(TokenKind::space);
}

bool Lexer::at_terminator() {
  const char32_t r = peek();
  if (is_blank(r)) return true;
  switch (r) {
    case kEnd:
    case '.':
    case ',':
    case '|':
    case ':':
    case ')':
    case '(':
      return true;
    default:
      return looking_at("}}");
  }
}

Token Lexer::lex_identifier() {
  const char32_t r = advance_over_word();
  const std::string_view word = input_.substr(start_, position_ - start_);
  if (!at_terminator()) return error("bad character " + describe_rune(r));
  if (const TokenKind kind = keyword(word); kind > TokenKind::keyword) return emit(kind);
  if (word == "true" || word == "false") return emit(TokenKind::boolean);
  return emit(TokenKind::identifier);
}

Token Lexer::lex_field_or_variable(TokenKind kind) {
  if (at_terminator()) {
    return emit(kind == TokenKind::variable ? TokenKind::variable : TokenKind::dot);
  }
  const char32_t r = advance_over_word();
  if (!at_terminator()) return error("bad character " + describe_rune(r));
  return emit(kind);
}

Token Lexer::lex_quoted(char quote, TokenKind kind, std::string_view what) {
  while (true) {
    char32_t r = advance();
    if (r == static_cast<char32_t>(quote)) return emit(kind);
    if (r == '\\') {
      r = advance();
      if (r != kEnd && r != '\n') continue;
    }
    if (r == kEnd || r == '\n') return error("unterminated " + std::string(what));
  }
}

Token Lexer::lex_raw() {
  while (true) {
    const char32_t r = advance();
    if (r == kEnd) return error("unterminated raw quoted string");
    if (r == '`') return emit(TokenKind::raw_string);
  }
}

Token Lexer::lex_number() {
  const auto bad = [&] {
    return error("bad number syntax: " + quote(input_.substr(start_, position_ - start_)));
  };
  if (!scan_number()) return bad();
  if (const char32_t sign = peek(); sign == '+' || sign == '-') {
    if (!scan_number() || input_[position_ - 1] != 'i') return bad();
    return emit(TokenKind::complex);
  }
  return emit(TokenKind::number);
}

bool Lexer::scan_number() {
  accept("+-");
  std::string_view digits = "0123456789_";
  if (accept("0")) {
    if (accept("xX")) {
      digits = "0123456789abcdefABCDEF_";
    } else if (accept("oO")) {
      digits = "01234567_";
    } else if (accept("bB")) {
      digits = "01_";
    }
  }
  accept_run(digits);
  if (accept(".")) accept_run(digits);
  if (digits.size() == 11 && accept("eE")) {
    accept("+-");
    accept_run("0123456789_");
  }
  if (digits.size() == 23 && accept("pP")) {
    accept("+-");
    accept_run("0123456789_");
  }
  accept("i");
  if (is_alphanumeric(peek())) {
    advance();
    return false;
  }
  return true;
}

}  // namespace rumbo::script
