#include "codec/yaml_marks.h"

#include <algorithm>

#include "codec/utf8.h"

namespace rumbo::codec {
namespace {

constexpr std::size_t kStride = 32;

/// Every byte begins a character except UTF-8's continuation bytes.
bool begins_character(char c) {
  return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
}

}  // namespace

YamlMarks::YamlMarks(std::string_view text) : text_(text) {
  const bool ascii = std::all_of(text.begin(), text.end(),
                                 [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  if (ascii) return;
  std::size_t characters = 0;
  for (std::size_t byte = 0; byte < text.size(); ++byte) {
    if (begins_character(text[byte]) && characters++ % kStride == 0) every_.push_back(byte);
  }
}

std::size_t YamlMarks::byte_of(std::size_t character) const {
  if (every_.empty()) return std::min(character, text_.size());
  const std::size_t slot = character / kStride;
  if (slot >= every_.size()) return text_.size();
  std::size_t byte = every_[slot];
  for (std::size_t left = character % kStride; left > 0 && byte < text_.size(); --left) {
    do {
      ++byte;
    } while (byte < text_.size() && !begins_character(text_[byte]));
  }
  return byte;
}

Location YamlMarks::locate(std::size_t byte, std::string_view file) const {
  const std::string_view before = text_.substr(0, byte);
  const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
  return {std::string(file), static_cast<int>(std::count(before.begin(), before.end(), '\n')) + 1,
          static_cast<int>(count_runes(before.substr(line_start))) + 1};
}

}  // namespace rumbo::codec
