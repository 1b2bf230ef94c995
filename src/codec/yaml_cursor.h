// YamlCursor: a place in YAML text that knows its line and column.
#pragma once

#include <cstddef>
#include <string_view>

#include "codec/yaml.h"

namespace rumbo::codec {

class YamlCursor {
 public:
  /// `text` must outlive this; offsets of marks begin at `base`. `ascii`: every byte is a
  /// character.
  YamlCursor(std::string_view text, std::size_t base, bool ascii)
      : text_(text), base_(base), ascii_(ascii) {}

  /// The byte here; NUL at the end (the text holds none).
  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  bool at_end() const { return at_ >= text_.size(); }
  bool at_break_or_end() const { return at_end() || text_[at_] == '\n'; }
  /// A blank, a line break or the end, as far as this text may hold them.
  bool at_blank_or_end(std::size_t ahead = 0) const {
    const char c = peek(ahead);
    return c == ' ' || c == '\n' || c == '\0';
  }
  std::size_t offset() const { return at_; }
  /// Bytes from the line's start.
  std::size_t column() const { return at_ - line_start_; }
  std::string_view text() const { return text_; }

  void skip(std::size_t bytes = 1) { at_ += bytes; }
  void skip_spaces() {
    while (peek() == ' ') ++at_;
  }
  /// Steps over the line break here.
  void skip_break() {
    ++at_;
    start_line();
  }
  /// To the line break, or the end.
  void skip_line() {
    const std::size_t end = text_.find('\n', at_);
    at_ = end == std::string_view::npos ? text_.size() : end;
  }
  /// A stream ends at the start of a line, by libyaml's count.
  void force_line_start() {
    if (column() != 0) start_line();
  }

  YamlMark mark() const {
    const std::size_t before = ascii_ ? column() : characters_before();
    return {line_, static_cast<std::uint32_t>(before + 1), static_cast<std::uint32_t>(base_ + at_)};
  }

 private:
  void start_line() {
    line_start_ = counted_to_ = at_;
    counted_ = 0;
    ++line_;
  }
  std::size_t characters_before() const;

  std::string_view text_;
  std::size_t base_;
  bool ascii_;
  std::size_t at_ = 0;
  std::size_t line_start_ = 0;
  std::uint32_t line_ = 1;
  // Characters of the line up to a byte of it: a long line is not counted anew for each mark.
  mutable std::size_t counted_to_ = 0;
  mutable std::size_t counted_ = 0;
};

}  // namespace rumbo::codec
