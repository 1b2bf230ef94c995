#include "codec/yaml_scalar_reader.h"

#include <algorithm>
#include <array>

namespace rumbo::codec {
namespace {

constexpr std::size_t kLongestKey = 1000;  // libyaml takes 1024 characters

/// Characters that may not begin a plain scalar, or only where something certain follows.
bool begins_plain(char c, bool blank_follows) {
  constexpr std::string_view kNever = ",[]{}#&*!|>'\"%@`\n?:";
  if (c == '-') return !blank_follows;
  return c != '\0' && kNever.find(c) == std::string_view::npos;
}

}  // namespace

std::optional<YamlScalarReader::Scalar> YamlScalarReader::read(std::size_t indent) {
  const char c = cursor_.peek();
  if (c == '"' || c == '\'') return quoted(c);
  if (c == '|' || c == '>') return block(indent);
  if (begins_plain(c, cursor_.at_blank_or_end(1))) return plain(indent);
  return std::nullopt;
}

std::optional<YamlScalarReader::Scalar> YamlScalarReader::read_in_flow() {
  const char c = cursor_.peek();
  std::optional<Scalar> scalar;
  if (c == '"' || c == '\'') {
    scalar = quoted(c);
  } else if (begins_plain(c, cursor_.at_blank_or_end(1))) {
    scalar = plain_in_flow();
  }
  if (scalar && scalar->span.start.line != scalar->span.end.line) return std::nullopt;
  return scalar;
}

/// To a comma, a bracket or the colon of a key. Where a colon or a question mark could mean
/// something else, libyaml shall say.
std::optional<YamlScalarReader::Scalar> YamlScalarReader::plain_in_flow() {
  constexpr std::string_view kBrackets = ",[]{}";
  const std::string_view rest = cursor_.text().substr(cursor_.offset());
  std::size_t end = 0;
  bool is_key = false;
  for (std::size_t at = 0;; ++at) {
    if (at == rest.size() || at > kLongestKey) return std::nullopt;
    const char c = rest[at];
    if (c == '\n' || c == '\t' || c == '?' || (c == '#' && end != at)) return std::nullopt;
    if (kBrackets.find(c) != std::string_view::npos) break;
    if (c == ':') {
      const char next = at + 1 < rest.size() ? rest[at + 1] : '\n';
      is_key = next == ' ';
      if (is_key) break;
      if (next == '\n' || next == '\t' || kBrackets.find(next) != std::string_view::npos) {
        return std::nullopt;
      }
    }
    if (c != ' ') end = at + 1;
  }
  Scalar scalar;
  scalar.span.start = cursor_.mark();
  cursor_.skip(end);
  scalar.span.end = cursor_.mark();
  scalar.text = rest.substr(0, end);
  scalar.is_key = is_key;
  return scalar;
}

/// To the end of the text in this line: a key's colon, a comment or the line break. `end` is the
/// byte behind the last character that is no blank. False where a tab stands.
bool YamlScalarReader::plain_line(std::size_t& end) {
  const std::string_view text = cursor_.text();
  std::size_t at = cursor_.offset();
  end = at;
  for (; at < text.size() && text[at] != '\n'; ++at) {
    const char c = text[at];
    if (c == ' ') continue;
    if (c == '\t') return false;
    if (c == '#' && end != at) break;  // a blank stands before it
    if (c == ':' && (at + 1 == text.size() || text[at + 1] == ' ' || text[at + 1] == '\n')) break;
    if (c == ':' && text[at + 1] == '\t') return false;
    end = at + 1;
  }
  return true;
}

std::optional<YamlScalarReader::Scalar> YamlScalarReader::plain(std::size_t indent) {
  Scalar scalar;
  scalar.span.start = cursor_.mark();
  const std::size_t start = cursor_.offset();
  std::size_t end = 0;
  if (!plain_line(end)) return std::nullopt;
  cursor_.skip(end - start);
  scalar.span.end = cursor_.mark();
  scalar.text = cursor_.text().substr(start, end - start);
  cursor_.skip_spaces();
  if (cursor_.peek() == ':') {
    if (end - start > kLongestKey) return std::nullopt;
    scalar.is_key = true;
    return scalar;
  }
  if (cursor_.peek() == '#' || cursor_.at_end()) return scalar;
  // The text goes on in lines that are indented deeper.
  YamlCursor next = cursor_;
  while (next.peek() == '\n') {
    next.skip_break();
    next.skip_spaces();
  }
  if (next.at_end() || next.column() <= indent || next.peek() == '#') return scalar;
  text_ = scalar.text;
  if (!more_plain_lines(indent, scalar.span.end)) return std::nullopt;
  scalar.text = text_;
  return scalar;
}

bool YamlScalarReader::more_plain_lines(std::size_t indent, YamlMark& scalar_end) {
  while (cursor_.peek() == '\n') {
    YamlCursor next = cursor_;
    std::size_t breaks = 0;
    while (next.peek() == '\n') {
      next.skip_break();
      next.skip_spaces();
      ++breaks;
    }
    if (next.peek() == '\t') return false;
    if (next.at_end() || next.column() <= indent || next.peek() == '#') return true;
    cursor_ = next;
    const std::size_t start = cursor_.offset();
    std::size_t end = 0;
    if (!plain_line(end) || end == start) return false;
    if (breaks == 1) {
      text_ += ' ';
    } else {
      text_.append(breaks - 1, '\n');
    }
    text_ += cursor_.text().substr(start, end - start);
    cursor_.skip(end - start);
    scalar_end = cursor_.mark();
    cursor_.skip_spaces();
    if (cursor_.peek() == ':') return false;  // no key may begin here
  }
  return true;
}

/// What a backslash in double quotes stands for; false for what is rarely written.
bool YamlScalarReader::escape() {
  constexpr std::string_view kWritten = "nt\"\\r 0abefv";
  constexpr std::string_view kMeant("\n\t\"\\\r \0\a\b\x1b\f\v", kWritten.size());
  const std::size_t found = kWritten.find(cursor_.peek(1));
  if (found == std::string_view::npos) return false;
  text_ += kMeant[found];
  cursor_.skip(2);
  return true;
}

/// Blanks and line breaks between words in quotes. Of blanks beside a line break nothing is left,
/// one break is a space, and more are one less; `after_escape`: behind a break that is no text.
bool YamlScalarReader::quoted_blanks(bool after_escape) {
  const std::size_t first = cursor_.offset();
  std::size_t breaks = 0;
  cursor_.skip_spaces();
  const std::size_t spaces = cursor_.offset() - first;
  while (cursor_.peek() == '\n') {
    cursor_.skip_break();
    cursor_.skip_spaces();
    ++breaks;
  }
  if (cursor_.peek() == '\t') return false;
  if (after_escape) {
    text_.append(breaks, '\n');
  } else if (breaks == 0) {
    text_.append(spaces, ' ');
  } else if (breaks == 1) {
    text_ += ' ';
  } else {
    text_.append(breaks - 1, '\n');
  }
  return true;
}

/// The words between two blanks of a quoted scalar that is not as written. nullopt: give up; else
/// true where a break in the source is escaped.
std::optional<bool> YamlScalarReader::quoted_word(char quote) {
  const std::string_view stops = quote == '"' ? "\"\\ \n\t" : "' \n\t";
  for (;;) {
    const std::string_view rest = cursor_.text().substr(cursor_.offset());
    const std::size_t stop = rest.find_first_of(stops);
    if (stop == std::string_view::npos || rest[stop] == '\t') return std::nullopt;
    text_ += rest.substr(0, stop);
    cursor_.skip(stop);
    const char c = cursor_.peek();
    if (c == '\'' && cursor_.peek(1) == '\'') {
      text_ += '\'';
      cursor_.skip(2);
    } else if (c == '\\' && cursor_.peek(1) == '\n') {
      cursor_.skip();
      cursor_.skip_break();
      return true;
    } else if (c != '\\') {
      return false;
    } else if (!escape()) {
      return std::nullopt;
    }
  }
}

std::optional<YamlScalarReader::Scalar> YamlScalarReader::quoted(char quote) {
  Scalar scalar;
  scalar.style = quote == '"' ? YamlStyle::double_quoted : YamlStyle::single_quoted;
  scalar.span.start = cursor_.mark();
  cursor_.skip();
  const std::string_view rest = cursor_.text().substr(cursor_.offset());
  const std::size_t stop = rest.find_first_of(quote == '"' ? "\"\\\n\t" : "'\n\t");
  if (stop == std::string_view::npos) return std::nullopt;
  const bool doubled = quote == '\'' && rest.substr(stop).starts_with("''");
  if (rest[stop] == quote && !doubled) {
    scalar.text = rest.substr(0, stop);
    cursor_.skip(stop);
  } else {
    text_.clear();
    for (;;) {
      const auto escaped_break = quoted_word(quote);
      if (!escaped_break) return std::nullopt;
      if (cursor_.peek() == quote) break;
      if (!quoted_blanks(*escaped_break)) return std::nullopt;
      const std::string_view line = cursor_.text().substr(cursor_.offset(), 3);
      if (cursor_.column() == 0 && (line == "---" || line == "...")) return std::nullopt;
    }
    scalar.text = text_;
  }
  cursor_.skip();
  scalar.span.end = cursor_.mark();
  scalar.is_key = followed_by_colon(scalar.span);
  return scalar;
}

/// A quoted scalar may be a key if it ends in its line.
bool YamlScalarReader::followed_by_colon(const YamlSpan& span) const {
  YamlCursor next = cursor_;
  next.skip_spaces();
  return next.peek() == ':' && span.start.line == span.end.line && next.at_blank_or_end(1) &&
         span.end.offset - span.start.offset <= kLongestKey;
}

/// Lines with nothing in them and the indentation of the next that has something. Without `indent`
/// the deepest of them decides, and is at least `least`.
bool YamlScalarReader::block_breaks(std::size_t least, std::size_t& indent, YamlMark& end) {
  std::size_t deepest = 0;
  end = cursor_.mark();
  for (;;) {
    while ((indent == 0 || cursor_.column() < indent) && cursor_.peek() == ' ') cursor_.skip();
    deepest = std::max(deepest, cursor_.column());
    if ((indent == 0 || cursor_.column() < indent) && cursor_.peek() == '\t') return false;
    if (cursor_.peek() != '\n') break;
    cursor_.skip_break();
    breaks_ += '\n';
    end = cursor_.mark();
  }
  if (indent == 0) indent = std::max({deepest, least, std::size_t{1}});
  return true;
}

std::optional<YamlScalarReader::Scalar> YamlScalarReader::block(std::size_t parent_indent) {
  Scalar scalar;
  const bool literal = cursor_.peek() == '|';
  scalar.style = literal ? YamlStyle::literal : YamlStyle::folded;
  scalar.span.start = cursor_.mark();
  cursor_.skip();
  const char chomping = cursor_.peek();
  if (chomping == '-' || chomping == '+') cursor_.skip();
  const std::size_t header = cursor_.offset();
  cursor_.skip_spaces();
  if (cursor_.peek() == '#' && cursor_.offset() > header) cursor_.skip_line();
  if (cursor_.peek() != '\n') return std::nullopt;
  cursor_.skip_break();

  text_.clear();
  breaks_.clear();
  std::size_t indent = 0;
  bool break_waits = false, after_blank = false;  // of the line before
  if (!block_breaks(parent_indent + 1, indent, scalar.span.end)) return std::nullopt;
  while (cursor_.column() == indent && !cursor_.at_end()) {
    const bool blank = cursor_.peek() == ' ' || cursor_.peek() == '\t';
    if (!literal && break_waits && !after_blank && !blank) {
      if (breaks_.empty()) text_ += ' ';
    } else if (break_waits) {
      text_ += '\n';
    }
    text_ += breaks_;
    breaks_.clear();
    after_blank = blank;
    const std::size_t from = cursor_.offset();
    cursor_.skip_line();
    text_ += cursor_.text().substr(from, cursor_.offset() - from);
    break_waits = !cursor_.at_end();
    if (break_waits) cursor_.skip_break();
    if (!block_breaks(parent_indent + 1, indent, scalar.span.end)) return std::nullopt;
  }
  if (chomping != '-' && break_waits) text_ += '\n';
  if (chomping == '+') text_ += breaks_;
  scalar.text = text_;
  return scalar;
}

}  // namespace rumbo::codec
