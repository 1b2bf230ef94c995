// Regex: regular expressions in Go's syntax, matched in linear time.
//
// Threads: immutable after construction.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace rumbo {

class Regex {
 public:
  /// Code::invalid for a pattern that cannot be read, Code::too_large for one that needs too much
  /// memory. A pattern without special characters costs next to nothing.
  static Result<Regex> compile(std::string_view pattern);

  /// True if the pattern is found anywhere in the text.
  bool found_in(std::string_view text) const;
  /// True if the pattern matches the whole text.
  bool matches(std::string_view text) const;

 private:
  struct Program;
  std::string literal_;  ///< of a pattern without special characters
  std::shared_ptr<const Program> program_;
};

}  // namespace rumbo
