#include "render/helm/helmignore.h"

#include "base/strings.h"
#include "codec/utf8.h"

namespace rumbo::render::helm {
namespace {

constexpr std::size_t kMaxRules = 1000;
constexpr std::size_t kMaxRule = 1024;

/// One character of a class; `\` escapes. False if the pattern is malformed there.
bool class_rune(std::string_view& pattern, char32_t& rune) {
  if (pattern.empty() || pattern[0] == '-' || pattern[0] == ']') return false;
  if (pattern[0] == '\\') {
    pattern.remove_prefix(1);
    if (pattern.empty()) return false;
  }
  const codec::Rune read = codec::decode_utf8(pattern, 0);
  rune = read.value;
  pattern.remove_prefix(read.size);
  return !pattern.empty();
}

/// Matches `[…]`, whose `[` is consumed already. -1 if malformed.
int match_class(std::string_view& pattern, char32_t rune) {
  bool negate = false;
  if (pattern.starts_with('^')) {
    negate = true;
    pattern.remove_prefix(1);
  }
  bool found = false;
  for (int ranges = 0;; ++ranges) {
    if (pattern.starts_with(']') && ranges > 0) {
      pattern.remove_prefix(1);
      return found != negate ? 1 : 0;
    }
    char32_t low = 0;
    if (!class_rune(pattern, low)) return -1;
    char32_t high = low;
    if (pattern.starts_with('-')) {
      pattern.remove_prefix(1);
      if (!class_rune(pattern, high)) return -1;
    }
    if (low <= rune && rune <= high) found = true;
  }
}

/// Matches the pattern up to the next `*` against the beginning of the text. Consumes both.
bool match_chunk(std::string_view& pattern, std::string_view& text) {
  while (!pattern.empty() && pattern[0] != '*') {
    if (text.empty()) return false;
    const codec::Rune rune = codec::decode_utf8(text, 0);
    if (pattern[0] == '[') {
      pattern.remove_prefix(1);
      if (rune.value == U'/') return false;
      if (match_class(pattern, rune.value) != 1) return false;
      text.remove_prefix(rune.size);
      continue;
    }
    if (pattern[0] == '?') {
      if (text[0] == '/') return false;
      pattern.remove_prefix(1);
      text.remove_prefix(rune.size);
      continue;
    }
    if (pattern[0] == '\\') {
      pattern.remove_prefix(1);
      if (pattern.empty()) return false;
    }
    if (pattern[0] != text[0]) return false;
    pattern.remove_prefix(1);
    text.remove_prefix(1);
  }
  return true;
}

}  // namespace

bool match_path(std::string_view pattern, std::string_view path) {
  // The last `*` may take one character more whenever what follows it does not fit.
  std::string_view star_pattern, star_text;
  bool star = false;
  for (;;) {
    if (pattern.starts_with('*')) {
      while (pattern.starts_with('*')) pattern.remove_prefix(1);
      star = true;
      star_pattern = pattern;
      star_text = path;
    }
    std::string_view rest = pattern, text = path;
    const bool fits = match_chunk(rest, text) && (!rest.empty() || text.empty());
    if (fits) {
      if (rest.empty()) return true;
      pattern = rest;
      path = text;
      continue;
    }
    if (!star || star_text.empty() || star_text[0] == '/') return false;
    star_text.remove_prefix(codec::decode_utf8(star_text, 0).size);
    pattern = star_pattern;
    path = star_text;
  }
}

HelmIgnore::HelmIgnore() {
  rules_.push_back({.pattern = "templates/.?*"});
}

Result<HelmIgnore> HelmIgnore::parse(std::string_view text) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  HelmIgnore ignore;
  const auto defaults = std::move(ignore.rules_);
  ignore.rules_.clear();
  for (const auto line : split(text, '\n')) TRY(ignore.add(trim(line)));
  ignore.rules_.insert(ignore.rules_.end(), defaults.begin(), defaults.end());
  return ignore;
}

Result<> HelmIgnore::add(std::string_view line) {
  if (line.empty() || line.starts_with('#')) return {};
  if (line.find("**") != line.npos) {
    return fail(Code::invalid, "double-star (**) syntax is not supported");
  }
  if (line.size() > kMaxRule || rules_.size() >= kMaxRules) {
    return fail(Code::too_large, "more than 1000 rules, or one longer than 1024 bytes");
  }
  Rule rule;
  if (line.starts_with('!')) {
    rule.negate = true;
    line.remove_prefix(1);
  }
  if (line.ends_with('/')) {
    rule.folders_only = true;
    line.remove_suffix(1);
  }
  if (line.starts_with('/')) {
    line.remove_prefix(1);
  } else {
    rule.name_only = line.find('/') == line.npos;
  }
  rule.pattern = line;
  rules_.push_back(std::move(rule));
  return {};
}

bool HelmIgnore::ignores(std::string_view path, bool folder) const {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  for (const Rule& rule : rules_) {
    const bool wrong_kind = rule.folders_only && !folder;
    if (wrong_kind && !rule.negate) continue;
    const bool matches = match_path(rule.pattern, rule.name_only ? name : path);
    if (rule.negate ? wrong_kind || !matches : matches) return true;
  }
  return false;
}

bool HelmIgnore::leaves_out(std::string_view path) const {
  for (auto slash = path.find('/'); slash != path.npos; slash = path.find('/', slash + 1)) {
    if (ignores(path.substr(0, slash), true)) return true;
  }
  return ignores(path, false);
}

}  // namespace rumbo::render::helm
