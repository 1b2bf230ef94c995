// YamlMarks: from the characters that libyaml counts to bytes.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace rumbo::codec {

class YamlMarks {
 public:
  /// `text` must outlive this; it need not be valid UTF-8.
  explicit YamlMarks(std::string_view text);

  /// The byte where the character with that number begins; the text's size behind the last.
  std::size_t byte_of(std::size_t character) const;
  /// Line and column of a byte.
  Location locate(std::size_t byte, std::string_view file) const;

 private:
  std::string_view text_;
  std::vector<std::size_t> every_;  // byte of every kStride-th character; empty if all is ASCII
};

}  // namespace rumbo::codec
