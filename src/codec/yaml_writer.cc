#include "codec/yaml_writer.h"

#include <array>
#include <fmt/format.h>

#include "codec/utf8.h"

namespace rumbo::codec {
namespace {

constexpr std::string_view kNeverFirst = "#,[]{}&*!|>'\"%@`";
constexpr int kIndent = 2;

bool is_break(char32_t rune) {
  return rune == '\n' || rune == '\r' || rune == 0x85 || rune == 0x2028 || rune == 0x2029;
}

bool is_blank_or_break(char32_t rune) {
  return rune == ' ' || rune == '\t' || rune == '\0' || is_break(rune);
}

/// libyaml's idea: nothing above U+FFFF.
bool is_printable(char32_t rune) {
  if (rune < 0x7f) return rune >= 0x20 || rune == '\n';
  if (rune < 0xa0 || rune == 0xfeff || rune == 0xfffe || rune == 0xffff) return false;
  return rune <= 0xffff;
}

std::string escape(char32_t rune) {
  switch (rune) {
    case '\0':
      return "\\0";
    case '\a':
      return "\\a";
    case '\b':
      return "\\b";
    case '\t':
      return "\\t";
    case '\n':
      return "\\n";
    case '\v':
      return "\\v";
    case '\f':
      return "\\f";
    case '\r':
      return "\\r";
    case 0x1b:
      return "\\e";
    case '"':
      return "\\\"";
    case '\\':
      return "\\\\";
    case 0x85:
      return "\\N";
    case 0x2028:
      return "\\L";
    case 0x2029:
      return "\\P";
    default:
      break;
  }
  const auto code = static_cast<std::uint32_t>(rune);
  if (code <= 0xff) return fmt::format("\\x{:02X}", code);
  if (code <= 0xffff) return fmt::format("\\u{:04X}", code);
  return fmt::format("\\U{:08X}", code);
}

bool is_blank_at(std::string_view text, std::size_t at) {
  return at < text.size() && text[at] == ' ';
}

constexpr std::string_view kHarmless =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_/.-()+=;$<^~ ";

using ByteTable = std::array<bool, 256>;

constexpr ByteTable harmless_table() {
  ByteTable table{};
  for (const char c : kHarmless) table[static_cast<unsigned char>(c)] = true;
  return table;
}

/// ASCII that is written as it is in every style: neither a blank, a quote nor an escape.
constexpr ByteTable graphic_table() {
  ByteTable table{};
  for (std::size_t byte = 0x21; byte < 0x7f; ++byte) {
    table[byte] = byte != '"' && byte != '\'' && byte != '\\';
  }
  return table;
}

constexpr ByteTable kHarmlessBytes = harmless_table(), kGraphicBytes = graphic_table();

bool is_graphic(char c) {
  return kGraphicBytes[static_cast<unsigned char>(c)];
}

/// The run of graphic ASCII that begins at `at`, each character one byte and one column.
std::string_view graphic_run(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end < text.size() && is_graphic(text[end])) ++end;
  return text.substr(at, end - at);
}

/// A quick look that settles most texts: nothing in them could need quotes.
bool is_harmless(std::string_view text) {
  if (text.empty() || text.front() == ' ' || text.front() == '-' || text.front() == '.' ||
      text.back() == ' ' || text.back() == ':') {
    return false;
  }
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if (kHarmlessBytes[byte]) continue;
    // A colon inside a word, as in the name of an image.
    if (byte != ':' || at == 0 || text[at + 1] == ' ') return false;
  }
  return true;
}

/// Where the last character begins.
std::size_t last_rune(std::string_view text) {
  std::size_t at = text.size() - 1;
  while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80) --at;
  return at;
}

/// Looks at every character once, knowing its neighbours.
class Analysis {
 public:
  Analysis(std::string_view text, bool tabs_in_blocks)
      : text_(text), tabs_in_blocks_(tabs_in_blocks) {}

  ScalarTraits run() {
    if (text_.empty()) return {false, true, true, false};
    indicator_ = text_.starts_with("---") || text_.starts_with("...");
    bool after_blank = true;
    for (std::size_t at = 0; at < text_.size();) {
      if (at > 0 && kHarmlessBytes[static_cast<unsigned char>(text_[at])]) {
        const auto byte = static_cast<unsigned char>(text_[at++]);
        look_for_space(byte, false, at == text_.size());
        after_blank = byte == ' ';
        continue;
      }
      const Rune rune = decode_utf8(text_, at);
      const std::size_t next = at + rune.size;
      look_for_indicator(rune.value, at == 0, after_blank, next);
      look_for_special(rune.value);
      look_for_space(rune.value, at == 0, next == text_.size());
      after_blank = is_blank_or_break(rune.value);
      at = next;
    }
    return verdict();
  }

 private:
  void look_for_indicator(char32_t c, bool first, bool after_blank, std::size_t next) {
    const bool before_blank =
        next >= text_.size() || is_blank_or_break(decode_utf8(text_, next).value);
    const bool starts =
        first && ((c < 0x80 && kNeverFirst.find(static_cast<char>(c)) != kNeverFirst.npos) ||
                  ((c == '?' || c == '-') && before_blank));
    if (starts || (c == ':' && before_blank) || (c == '#' && after_blank)) indicator_ = true;
  }

  void look_for_special(char32_t c) {
    if (c == '\t' && tabs_in_blocks_) {
      tab_ = true;
    } else if (!is_printable(c)) {
      special_ = true;
    }
  }

  void look_for_space(char32_t c, bool first, bool last) {
    if (c == ' ') {
      outer_space_ |= first || last;
      trailing_space_ |= last;
      break_space_ |= previous_ == Previous::line_break;
      previous_ = Previous::space;
    } else if (is_break(c)) {
      multiline_ = true;
      outer_space_ |= first || last;
      space_break_ |= previous_ == Previous::space;
      previous_ = Previous::line_break;
    } else {
      previous_ = Previous::other;
    }
  }

  ScalarTraits verdict() const {
    ScalarTraits traits;
    traits.multiline = multiline_;
    const bool quote = space_break_ || tab_ || special_;
    traits.single_quoted = !quote && !break_space_;
    traits.plain = traits.single_quoted && !outer_space_ && !multiline_ && !indicator_;
    traits.block = !trailing_space_ && !space_break_ && !special_;
    return traits;
  }

  enum class Previous { other, space, line_break };

  std::string_view text_;
  bool tabs_in_blocks_;
  Previous previous_ = Previous::other;
  bool multiline_ = false, indicator_ = false, special_ = false, tab_ = false;
  bool outer_space_ = false, trailing_space_ = false, break_space_ = false, space_break_ = false;
};

}  // namespace

ScalarTraits analyze_scalar(std::string_view text, bool tabs_in_blocks) {
  if (is_harmless(text)) return {};
  return Analysis(text, tabs_in_blocks).run();
}

void YamlWriter::put(std::string_view text, std::size_t columns) {
  out_ += text;
  column_ += columns;
}

void YamlWriter::line_break(std::string_view text) {
  out_ += text;
  column_ = 0;
}

void YamlWriter::indent(int indent) {
  const auto target = static_cast<std::size_t>(std::max(indent, 0));
  if (!line_start_ || column_ > target || (column_ == target && !blank_)) line_break();
  if (column_ < target) {
    out_.append(target - column_, ' ');
    column_ = target;
  }
  blank_ = line_start_ = true;
}

void YamlWriter::indicator(std::string_view text, bool blank_before, bool blank_after,
                           bool keeps_start) {
  if (blank_before && !blank_) put(" ", 1);
  put(text, text.size());
  blank_ = blank_after;
  line_start_ = line_start_ && keeps_start;
}

void YamlWriter::scalar(std::string_view text, YamlStyle style, int indent, bool fold) {
  switch (style) {
    case YamlStyle::single_quoted:
      return single_quoted(text, indent, fold);
    case YamlStyle::double_quoted:
      return double_quoted(text, indent, fold);
    case YamlStyle::literal:
      return literal(text, indent);
    default:
      return plain(text, indent, fold);
  }
}

void YamlWriter::plain(std::string_view text, int indent_to, bool fold) {
  if (!blank_) put(" ", 1);
  if (!fold || width_ - std::min(width_, column_) >= text.size()) {
    put(text, count_runes(text));
    blank_ = line_start_ = false;
    return;
  }
  bool after_blank = false;
  for (std::size_t at = 0; at < text.size();) {
    if (const std::string_view run = graphic_run(text, at); !run.empty()) {
      put(run, run.size());
      line_start_ = after_blank = false;
      at += run.size();
      continue;
    }
    const std::size_t size = decode_utf8(text, at).size;
    if (text[at] == ' ') {
      if (fold && !after_blank && too_wide() && !is_blank_at(text, at + 1)) {
        indent(indent_to);
      } else {
        put(" ", 1);
      }
      after_blank = true;
    } else {
      put(text.substr(at, size), 1);
      line_start_ = after_blank = false;
    }
    at += size;
  }
  blank_ = line_start_ = false;
}

void YamlWriter::single_quoted(std::string_view text, int indent_to, bool fold) {
  indicator("'", true, false, false);
  bool after_blank = false, after_break = false;
  for (std::size_t at = 0; at < text.size();) {
    if (const std::string_view run = graphic_run(text, at); !run.empty()) {
      if (after_break) indent(indent_to);
      put(run, run.size());
      line_start_ = after_blank = after_break = false;
      at += run.size();
      continue;
    }
    const Rune rune = decode_utf8(text, at);
    const std::string_view bytes = text.substr(at, rune.size);
    at += rune.size;
    if (rune.value == ' ') {
      const bool inside = at > 1 && at < text.size();
      if (fold && !after_blank && too_wide() && inside && !is_blank_at(text, at)) {
        indent(indent_to);
      } else {
        put(" ", 1);
      }
      after_blank = true;
    } else if (is_break(rune.value)) {
      // A single line break would read back as a blank.
      if (!after_break && rune.value == '\n') line_break();
      line_break(bytes);
      line_start_ = after_break = true;
    } else {
      if (after_break) indent(indent_to);
      put(rune.value == '\'' ? "''" : bytes, rune.value == '\'' ? 2 : 1);
      line_start_ = after_blank = after_break = false;
    }
  }
  indicator("'", false, false, false);
}

void YamlWriter::double_quoted(std::string_view text, int indent_to, bool fold) {
  indicator("\"", true, false, false);
  // go-yaml looks for the mark at the text's start whichever character it is at.
  const bool escape_all = text.starts_with("\ufeff");
  bool after_blank = false;
  for (std::size_t at = 0; at < text.size();) {
    if (const std::string_view run = graphic_run(text, at); !run.empty() && !escape_all) {
      put(run, run.size());
      after_blank = false;
      at += run.size();
      continue;
    }
    const Rune rune = decode_utf8(text, at);
    const std::string_view bytes = text.substr(at, rune.size);
    at += rune.size;
    if (escape_all || !is_printable(rune.value) || is_break(rune.value) || rune.value == '"' ||
        rune.value == '\\') {
      const std::string escaped = escape(rune.value);
      put(escaped, escaped.size());
      after_blank = false;
    } else if (rune.value == ' ') {
      const bool inside = at > 1 && at < text.size();
      if (fold && !after_blank && too_wide() && inside) {
        indent(indent_to);
        if (is_blank_at(text, at)) put("\\", 1);
      } else {
        put(" ", 1);
      }
      after_blank = true;
    } else {
      put(bytes, 1);
      after_blank = false;
    }
  }
  indicator("\"", false, false, false);
}

void YamlWriter::literal(std::string_view text, int indent_to) {
  indicator("|", true, false, false);
  if (text.front() == ' ' || is_break(decode_utf8(text, 0).value)) {
    put(std::to_string(kIndent), 1);
  }
  // How many line ends the reader shall keep: none, one, or all.
  const std::size_t last = last_rune(text);
  if (!is_break(decode_utf8(text, last).value)) {
    put("-", 1);
  } else if (last == 0 || is_break(decode_utf8(text, last_rune(text.substr(0, last))).value)) {
    put("+", 1);
  }
  line_break();
  blank_ = line_start_ = true;
  bool after_break = true;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;  // of the printable ASCII that begins here
    while (end < text.size() && text[end] >= ' ' && text[end] < 0x7f) ++end;
    if (end > at) {
      if (after_break) indent(indent_to);
      put(text.substr(at, end - at), end - at);
      line_start_ = after_break = false;
      at = end;
      continue;
    }
    const Rune rune = decode_utf8(text, at);
    const std::string_view bytes = text.substr(at, rune.size);
    if (is_break(rune.value)) {
      line_break(bytes);
      line_start_ = after_break = true;
    } else {
      if (after_break) indent(indent_to);
      put(bytes, 1);
      line_start_ = after_break = false;
    }
    at += rune.size;
  }
}

}  // namespace rumbo::codec
