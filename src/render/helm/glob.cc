#include "render/helm/glob.h"

#include <vector>

#include "codec/utf8.h"

namespace rumbo::render::helm {
namespace {

constexpr std::size_t kMaxPattern = 1024;
constexpr int kMaxSteps = 1'000'000;  // patterns with many stars are exponential in the worst case

/// The end of a class behind its `[`, at the `]`; npos if there is none.
std::size_t class_end(std::string_view pattern, std::size_t at) {
  for (std::size_t i = at; i < pattern.size(); ++i) {
    if (pattern[i] == '\\') {
      ++i;
    } else if (pattern[i] == ']' && i > at) {
      return i;
    }
  }
  return pattern.npos;
}

bool in_class(std::string_view inside, char32_t rune) {
  const bool negate = inside.starts_with('!');
  if (negate) inside.remove_prefix(1);
  bool found = false;
  for (std::size_t i = 0; i < inside.size();) {
    if (inside[i] == '\\' && i + 1 < inside.size()) ++i;
    const codec::Rune low = codec::decode_utf8(inside, i);
    i += low.size;
    char32_t high = low.value;
    if (i + 1 < inside.size() && inside[i] == '-') {
      const codec::Rune to = codec::decode_utf8(inside, i + 1);
      high = to.value;
      i += 1 + to.size;
    }
    found = found || (low.value <= rune && rune <= high);
  }
  return found != negate;
}

/// The alternatives of a `{`, and where the pattern goes on behind the `}`.
struct Choice {
  std::vector<std::string_view> options;
  std::size_t end = 0;
};
std::optional<Choice> read_choice(std::string_view pattern, std::size_t at) {
  Choice choice;
  std::size_t begin = at;
  int depth = 0;
  for (std::size_t i = at; i < pattern.size(); ++i) {
    if (pattern[i] == '\\') {
      ++i;
    } else if (pattern[i] == '{') {
      ++depth;
    } else if (pattern[i] == '}' && depth-- == 0) {
      choice.options.push_back(pattern.substr(begin, i - begin));
      choice.end = i + 1;
      return choice;
    } else if (pattern[i] == ',' && depth == 0) {
      choice.options.push_back(pattern.substr(begin, i - begin));
      begin = i + 1;
    }
  }
  return std::nullopt;
}

class Matcher {
 public:
  bool match(std::string_view pattern, std::string_view text) {
    if (++steps_ > kMaxSteps) return false;
    while (!pattern.empty()) {
      switch (pattern[0]) {
        case '*':
          return match_star(pattern, text);
        case '{': {
          const auto choice = read_choice(pattern, 1);
          if (!choice) return false;
          for (const auto option : choice->options) {
            if (match(std::string(option) + std::string(pattern.substr(choice->end)), text)) {
              return true;
            }
          }
          return false;
        }
        default:
          if (!match_one(pattern, text)) return false;
      }
    }
    return text.empty();
  }

 private:
  bool match_star(std::string_view pattern, std::string_view text) {
    const bool across = pattern.starts_with("**");
    while (pattern.starts_with('*')) pattern.remove_prefix(1);
    for (;;) {
      if (match(pattern, text)) return true;
      if (text.empty() || (!across && text[0] == '/')) return false;
      text.remove_prefix(codec::decode_utf8(text, 0).size);
    }
  }

  static bool match_one(std::string_view& pattern, std::string_view& text) {
    if (text.empty()) return false;
    const codec::Rune rune = codec::decode_utf8(text, 0);
    if (pattern[0] == '?') {
      if (text[0] == '/') return false;
      pattern.remove_prefix(1);
      text.remove_prefix(rune.size);
      return true;
    }
    if (pattern[0] == '[') {
      const std::size_t end = class_end(pattern, 1);
      if (end == pattern.npos || !in_class(pattern.substr(1, end - 1), rune.value)) return false;
      pattern.remove_prefix(end + 1);
      text.remove_prefix(rune.size);
      return true;
    }
    if (pattern[0] == '\\' && pattern.size() > 1) pattern.remove_prefix(1);
    if (pattern[0] != text[0]) return false;
    pattern.remove_prefix(1);
    text.remove_prefix(1);
    return true;
  }

  int steps_ = 0;
};

}  // namespace

std::optional<Glob> Glob::parse(std::string_view pattern) {
  if (pattern.size() > kMaxPattern) return std::nullopt;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '\\') {
      ++i;
    } else if (pattern[i] == '[') {
      i = class_end(pattern, i + 1);
      if (i == pattern.npos) return std::nullopt;
    }
  }
  return Glob(pattern);
}

bool Glob::matches(std::string_view path) const {
  return Matcher().match(pattern_, path);
}

}  // namespace rumbo::render::helm
