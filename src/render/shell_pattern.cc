#include "render/shell_pattern.h"

#include "codec/utf8.h"

namespace rumbo::render {
namespace {

struct Chunk {
  bool star = false;
  std::string_view text;
};

/// Takes stars and what follows them up to the next star.
Chunk take_chunk(std::string_view& pattern) {
  Chunk chunk;
  while (pattern.starts_with('*')) {
    pattern.remove_prefix(1);
    chunk.star = true;
  }
  bool in_range = false;
  std::size_t at = 0;
  for (; at < pattern.size(); ++at) {
    const char c = pattern[at];
    if (c == '\\') {
      if (at + 1 < pattern.size()) ++at;
    } else if (c == '[') {
      in_range = true;
    } else if (c == ']') {
      in_range = false;
    } else if (c == '*' && !in_range) {
      break;
    }
  }
  chunk.text = pattern.substr(0, at);
  pattern.remove_prefix(at);
  return chunk;
}

enum class Outcome { no, yes, malformed };

/// One character of a range.
bool take_escaped(std::string_view& chunk, char32_t& rune) {
  if (chunk.empty() || chunk.front() == '-' || chunk.front() == ']') return false;
  if (chunk.front() == '\\') {
    chunk.remove_prefix(1);
    if (chunk.empty()) return false;
  }
  const codec::Rune decoded = codec::decode_utf8(chunk, 0);
  rune = decoded.value;
  chunk.remove_prefix(decoded.size);
  return decoded.valid && !chunk.empty();
}

Outcome match_range(std::string_view& chunk, std::string_view& text) {
  const codec::Rune rune = codec::decode_utf8(text, 0);
  text.remove_prefix(rune.size);
  chunk.remove_prefix(1);
  const bool negated = chunk.starts_with('^');
  if (negated) chunk.remove_prefix(1);
  bool found = false;
  for (int count = 0;; ++count) {
    if (chunk.starts_with(']') && count > 0) {
      chunk.remove_prefix(1);
      break;
    }
    char32_t low = 0;
    if (!take_escaped(chunk, low)) return Outcome::malformed;
    char32_t high = low;
    if (chunk.front() == '-') {
      chunk.remove_prefix(1);
      if (!take_escaped(chunk, high)) return Outcome::malformed;
    }
    found |= low <= rune.value && rune.value <= high;
  }
  return found != negated ? Outcome::yes : Outcome::no;
}

/// Matches a chunk without stars at the text's beginning; `rest` is what is left of the text.
Outcome match_chunk(std::string_view chunk, std::string_view text, std::string_view& rest) {
  while (!chunk.empty()) {
    if (text.empty()) return Outcome::no;
    if (chunk.front() == '[') {
      const Outcome outcome = match_range(chunk, text);
      if (outcome != Outcome::yes) return outcome;
      continue;
    }
    if (chunk.front() == '?') {
      text.remove_prefix(codec::decode_utf8(text, 0).size);
      chunk.remove_prefix(1);
      continue;
    }
    if (chunk.front() == '\\') {
      chunk.remove_prefix(1);
      if (chunk.empty()) return Outcome::malformed;
    }
    if (chunk.front() != text.front()) return Outcome::no;
    text.remove_prefix(1);
    chunk.remove_prefix(1);
  }
  rest = text;
  return Outcome::yes;
}

}  // namespace

std::optional<bool> match_shell_pattern(std::string_view pattern, std::string_view text) {
  while (!pattern.empty()) {
    const Chunk chunk = take_chunk(pattern);
    if (chunk.star && chunk.text.empty()) return true;
    std::string_view rest;
    const Outcome first = match_chunk(chunk.text, text, rest);
    if (first == Outcome::yes && (rest.empty() || !pattern.empty())) {
      text = rest;
      continue;
    }
    if (first == Outcome::malformed) return std::nullopt;
    if (!chunk.star) return false;
    bool moved = false;
    for (std::size_t at = 0; at < text.size() && !moved; ++at) {
      const Outcome outcome = match_chunk(chunk.text, text.substr(at + 1), rest);
      if (outcome == Outcome::malformed) return std::nullopt;
      moved = outcome == Outcome::yes && (!pattern.empty() || rest.empty());
    }
    if (!moved) return false;
    text = rest;
  }
  return text.empty();
}

}  // namespace rumbo::render
