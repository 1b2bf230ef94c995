#include "codec/yaml_cursor.h"

#include <algorithm>

namespace rumbo::codec {
namespace {

/// As libyaml counts: every byte begins a character except UTF-8's continuation bytes.
bool begins_character(char c) {
  return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
}

}  // namespace

/// In the line.
std::size_t YamlCursor::characters_before() const {
  const auto from = text_.begin() + static_cast<std::ptrdiff_t>(counted_to_);
  const auto to = text_.begin() + static_cast<std::ptrdiff_t>(at_);
  counted_ += static_cast<std::size_t>(std::count_if(from, to, begins_character));
  counted_to_ = at_;
  return counted_;
}

}  // namespace rumbo::codec
