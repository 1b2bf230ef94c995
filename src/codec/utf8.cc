#include "codec/utf8.h"

#include <cstdint>
#include <cstring>

namespace rumbo::codec {
namespace {

unsigned byte_at(std::string_view text, std::size_t at) {
  return static_cast<unsigned char>(text[at]);
}

}  // namespace

Rune decode_utf8(std::string_view text, std::size_t at) {
  const unsigned first = byte_at(text, at);
  if (first < 0x80) return {first, 1, true};
  std::size_t size = 0;
  char32_t rune = 0, least = 0;
  if ((first & 0xe0) == 0xc0) {
    size = 2, rune = first & 0x1f, least = 0x80;
  } else if ((first & 0xf0) == 0xe0) {
    size = 3, rune = first & 0x0f, least = 0x800;
  } else if ((first & 0xf8) == 0xf0) {
    size = 4, rune = first & 0x07, least = 0x10000;
  } else {
    return {};
  }
  if (at + size > text.size()) return {};
  for (std::size_t i = 1; i < size; ++i) {
    const unsigned next = byte_at(text, at + i);
    if ((next & 0xc0) != 0x80) return {};
    rune = (rune << 6) | (next & 0x3f);
  }
  if (rune < least || rune > 0x10ffff || (rune >= 0xd800 && rune <= 0xdfff)) return {};
  return {rune, size, true};
}

std::size_t find_invalid_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    if (std::uint64_t eight = 0; at + sizeof eight <= text.size()) {
      std::memcpy(&eight, text.data() + at, sizeof eight);
      if ((eight & 0x8080808080808080U) == 0) {  // eight ASCII characters
        at += sizeof eight;
        continue;
      }
    }
    const Rune rune = decode_utf8(text, at);
    if (!rune.valid) return at;
    at += rune.size;
  }
  return std::string_view::npos;
}

void append_utf8(std::string& out, char32_t rune) {
  const auto put = [&out](char32_t byte) { out += static_cast<char>(byte); };
  if (rune < 0x80) {
    put(rune);
  } else if (rune < 0x800) {
    put(0xc0 | (rune >> 6));
    put(0x80 | (rune & 0x3f));
  } else if (rune < 0x10000) {
    put(0xe0 | (rune >> 12));
    put(0x80 | ((rune >> 6) & 0x3f));
    put(0x80 | (rune & 0x3f));
  } else {
    put(0xf0 | (rune >> 18));
    put(0x80 | ((rune >> 12) & 0x3f));
    put(0x80 | ((rune >> 6) & 0x3f));
    put(0x80 | (rune & 0x3f));
  }
}

std::optional<std::string> utf16_to_utf8(std::string_view text) {
  const bool little = text.starts_with("\xff\xfe");
  if (!little && !text.starts_with("\xfe\xff")) return std::nullopt;
  const auto unit = [&](std::size_t at) -> char32_t {
    if (at + 1 >= text.size()) return 0xfffd;
    const unsigned first = byte_at(text, at), second = byte_at(text, at + 1);
    return little ? first | second << 8 : first << 8 | second;
  };
  std::string out;
  for (std::size_t at = 2; at < text.size(); at += 2) {
    char32_t rune = unit(at);
    if (rune >= 0xd800 && rune <= 0xdfff) {
      const char32_t low = at + 2 < text.size() ? unit(at + 2) : 0;
      const bool pair = rune < 0xdc00 && low >= 0xdc00 && low <= 0xdfff;
      rune = pair ? 0x10000 + ((rune - 0xd800) << 10) + (low - 0xdc00) : 0xfffd;
      if (pair) at += 2;
    }
    append_utf8(out, rune);
  }
  return out;
}

std::size_t count_runes(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size(); ++count) at += decode_utf8(text, at).size;
  return count;
}

}  // namespace rumbo::codec
