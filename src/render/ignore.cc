#include "render/ignore.h"

#include <span>

#include "base/strings.h"

namespace rumbo::render {
namespace {

constexpr std::size_t kMaxRules = 1000;
constexpr std::size_t kMaxPattern = 1024;
constexpr std::size_t kMaxSpans = 8;  // `**` in one pattern: each may try every folder

/// A `[…]` set at the front of `pattern`: takes it off and says whether `c` is in it. An unclosed
/// one is a plain '['.
bool in_set(std::string_view& pattern, char c) {
  std::size_t at = 1;
  const bool negated = at < pattern.size() && (pattern[at] == '!' || pattern[at] == '^');
  if (negated) ++at;
  bool found = false;
  for (bool first = true; at < pattern.size() && (first || pattern[at] != ']'); first = false) {
    if (pattern[at] == '\\' && at + 1 < pattern.size()) ++at;
    const char low = pattern[at++];
    char high = low;
    if (at + 1 < pattern.size() && pattern[at] == '-' && pattern[at + 1] != ']') {
      high = pattern[at + 1];
      at += 2;
    }
    found = found || (low <= c && c <= high);
  }
  if (at >= pattern.size()) {
    pattern.remove_prefix(1);
    return c == '[';
  }
  pattern.remove_prefix(at + 1);
  return found != negated;
}

/// One pattern element against one character; takes the element off.
bool matches_one(std::string_view& pattern, char c) {
  if (pattern.front() == '[') return in_set(pattern, c);
  const bool any = pattern.front() == '?';
  if (pattern.front() == '\\' && pattern.size() > 1) pattern.remove_prefix(1);
  const bool same = pattern.front() == c;
  pattern.remove_prefix(1);
  return any || same;
}

bool matches_parts(std::span<const std::string> pattern, std::span<const std::string_view> names) {
  while (!pattern.empty()) {
    if (pattern.front() == "**") {
      if (pattern.size() == 1) return !names.empty();
      for (std::size_t skip = 0; skip <= names.size(); ++skip) {
        if (matches_parts(pattern.subspan(1), names.subspan(skip))) return true;
      }
      return false;
    }
    if (names.empty() || !matches_name(pattern.front(), names.front())) return false;
    pattern = pattern.subspan(1);
    names = names.subspan(1);
  }
  return names.empty();
}

/// Without line end and without trailing spaces that no backslash keeps.
std::string_view trimmed_line(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  while (line.ends_with(' ') && !line.ends_with("\\ ")) line.remove_suffix(1);
  return line;
}

}  // namespace

bool matches_name(std::string_view pattern, std::string_view name) {
  // After a mismatch only the last `*` needs to take one character more.
  std::string_view star_pattern, star_name;
  bool starred = false;
  while (!name.empty() || !pattern.empty()) {
    if (pattern.starts_with('*')) {
      pattern.remove_prefix(1);
      starred = true;
      star_pattern = pattern;
      star_name = name;
      continue;
    }
    if (!pattern.empty() && !name.empty() && matches_one(pattern, name.front())) {
      name.remove_prefix(1);
      continue;
    }
    if (!starred || star_name.empty()) return false;
    star_name.remove_prefix(1);
    pattern = star_pattern;
    name = star_name;
  }
  return true;
}

Result<IgnoreRules> IgnoreRules::parse(std::string_view text, std::string_view file) {
  IgnoreRules rules;
  int number = 0;
  for (const auto raw : split(text, '\n')) {
    ++number;
    std::string_view line = trimmed_line(raw);
    if (line.empty() || line.starts_with('#')) continue;
    const auto refuse = [&](const char* what) {
      return fail(Error(Code::too_large, what).at({std::string(file), number, 1}));
    };
    if (line.size() > kMaxPattern) return refuse("the pattern exceeds 1024 bytes");
    if (rules.rules_.size() == kMaxRules) return refuse("more than 1000 patterns");
    Rule rule;
    rule.take_back = line.starts_with('!');
    if (rule.take_back) line.remove_prefix(1);
    rule.folders_only = line.ends_with('/');
    if (rule.folders_only) line.remove_suffix(1);
    const bool tied = line.find('/') != std::string_view::npos;
    if (line.starts_with('/')) line.remove_prefix(1);
    if (line.empty()) continue;
    if (!tied) rule.parts.emplace_back("**");
    std::size_t spans = 0;
    for (const auto part : split(line, '/')) {
      if (part == "**" && ++spans > kMaxSpans) return refuse("more than 8 `**` in one pattern");
      rule.parts.emplace_back(part);
    }
    rules.rules_.push_back(std::move(rule));
  }
  return rules;
}

int IgnoreRules::verdict(std::string_view path, bool folder) const {
  const auto names = split(path, '/');
  for (auto it = rules_.rbegin(); it != rules_.rend(); ++it) {
    if (it->folders_only && !folder) continue;
    if (matches_parts(it->parts, names)) return it->take_back ? 0 : 1;
  }
  return -1;
}

bool IgnoreRules::leaves_out(std::string_view path) const {
  for (auto slash = path.find('/'); slash != std::string_view::npos;
       slash = path.find('/', slash + 1)) {
    if (verdict(path.substr(0, slash), true) == 1) return true;
  }
  return verdict(path, false) == 1;
}

}  // namespace rumbo::render
