// Changes as lines for people.
#include <fmt/format.h>

#include "base/strings.h"
#include "codec/diff.h"
#include "codec/yaml.h"

namespace rumbo::codec {
namespace {

constexpr std::string_view kGreen = "\x1b[32m", kRed = "\x1b[31m", kYellow = "\x1b[33m",
                           kPlain = "\x1b[0m";

/// The value on one line, or nullopt if it needs several.
std::optional<std::string> one_line(const Value& value) {
  if (!value.empty()) return std::nullopt;
  if (value.is_string() && value.as_string().find('\n') != std::string_view::npos) return {};
  // Rather long than folded: the text is not meant to be read back.
  std::string text = emit_yaml_pretty(value);
  text.pop_back();
  return text;
}

std::vector<std::string_view> lines_of(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  return split(text, '\n');
}

class Renderer {
 public:
  explicit Renderer(bool color) : color_(color) {}

  void render(const Change& change) {
    const std::string path = change.path.empty() ? "(whole object)" : printable(change.path);
    if (!change.before) return side('+', path, *change.after);
    if (!change.after) return side('-', path, *change.before);
    const auto before = one_line(*change.before), after = one_line(*change.after);
    if (before && after) return line('~', fmt::format("{}: {} -> {}", path, *before, *after));
    line('~', path + ":");
    if (change.before->is_string() && change.after->is_string()) {
      return texts(change.before->as_string(), change.after->as_string());
    }
    block('-', *change.before);
    block('+', *change.after);
  }

  std::string take() && { return std::move(out_); }

 private:
  void line(char sign, std::string_view text) {
    const std::string_view paint = sign == '+' ? kGreen : sign == '-' ? kRed : kYellow;
    if (color_) {
      out_ += fmt::format("{}{} {}{}\n", paint, sign, text, kPlain);
    } else {
      out_ += fmt::format("{} {}\n", sign, text);
    }
  }

  void side(char sign, const std::string& path, const Value& value) {
    if (const auto text = one_line(value)) return line(sign, fmt::format("{}: {}", path, *text));
    line(sign, path + ":");
    block(sign, value);
  }

  void block(char sign, const Value& value) {
    const std::string text = emit_yaml_pretty(value);
    for (const std::string_view part : lines_of(text)) line(sign, fmt::format("    {}", part));
  }

  /// Of two texts the lines between what they have in common at both ends.
  void texts(std::string_view before, std::string_view after) {
    auto old_lines = lines_of(before), new_lines = lines_of(after);
    std::size_t first = 0;
    while (first < old_lines.size() && first < new_lines.size() &&
           old_lines[first] == new_lines[first]) {
      ++first;
    }
    while (old_lines.size() > first && new_lines.size() > first &&
           old_lines.back() == new_lines.back()) {
      old_lines.pop_back();
      new_lines.pop_back();
    }
    for (std::size_t i = first; i < old_lines.size(); ++i) {
      line('-', fmt::format("    {}", printable(old_lines[i])));
    }
    for (std::size_t i = first; i < new_lines.size(); ++i) {
      line('+', fmt::format("    {}", printable(new_lines[i])));
    }
    if (old_lines.size() == first && new_lines.size() == first) {
      line('~', "    (only line ends at the end of the text)");
    }
  }

  bool color_;
  std::string out_;
};

}  // namespace

std::string render_diff(std::span<const Change> changes, bool color) {
  Renderer renderer(color);
  for (const Change& change : changes) renderer.render(change);
  return std::move(renderer).take();
}

}  // namespace rumbo::codec
