// UTF-8: checking and decoding (RFC 3629).
//
// Threads: pure functions.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace rumbo::codec {

/// One decoded character.
struct Rune {
  char32_t value = 0xfffd;
  std::size_t size = 1;  ///< bytes taken; 1 for a byte that begins no character
  bool valid = false;
};

/// Decodes at `at` (which must be inside the text): overlong forms and surrogates are invalid.
Rune decode_utf8(std::string_view text, std::size_t at);

/// The first byte that is not UTF-8, or npos.
std::size_t find_invalid_utf8(std::string_view text);

void append_utf8(std::string& out, char32_t rune);

/// The text in UTF-8 if it begins with a UTF-16 byte order mark, which is left out; else nullopt.
/// Half surrogate pairs become U+FFFD.
std::optional<std::string> utf16_to_utf8(std::string_view text);

/// How many characters the text has; each invalid byte counts as one.
std::size_t count_runes(std::string_view text);

}  // namespace rumbo::codec
