// YamlWriter: the characters of emitted YAML, with libyaml's habits of spacing, folding and
// quoting.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "codec/yaml.h"

namespace rumbo::codec {

/// What a scalar's text permits, as libyaml's emitter analyses it.
struct ScalarTraits {
  bool multiline = false;
  bool plain = true;
  bool single_quoted = true;
  bool block = true;
};

/// `tabs_in_blocks`: v3 keeps a text with tabs in a literal block, v2 quotes it.
ScalarTraits analyze_scalar(std::string_view text, bool tabs_in_blocks);

class YamlWriter {
 public:
  /// Lines are folded at the first blank behind column `width`.
  explicit YamlWriter(std::size_t width) : width_(width) {}

  /// Begins a line at `indent`, unless the text already stands there.
  void indent(int indent);
  /// A punctuation character; `keeps_start`: what follows still counts as the line's beginning.
  void indicator(std::string_view text, bool blank_before, bool blank_after, bool keeps_start);
  /// The text in the given style; continuation lines stand at `indent`. `fold` is off in keys.
  void scalar(std::string_view text, YamlStyle style, int indent, bool fold);

  bool at_line_start() const { return line_start_; }
  std::string take() && { return std::move(out_); }

 private:
  void plain(std::string_view text, int indent, bool fold);
  void single_quoted(std::string_view text, int indent, bool fold);
  void double_quoted(std::string_view text, int indent, bool fold);
  void literal(std::string_view text, int indent);
  void put(std::string_view text, std::size_t columns);
  void line_break(std::string_view text = "\n");
  bool too_wide() const { return column_ > width_; }

  std::string out_;
  std::size_t width_;
  std::size_t column_ = 0;
  bool blank_ = true;       // the last character was a blank, or nothing was written
  bool line_start_ = true;  // only indentation and indicators on this line
};

}  // namespace rumbo::codec
