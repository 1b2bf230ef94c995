// Regex: RE2 regular expressions, whose time is linear in the text whatever the pattern.
//
// Threads: immutable, may be shared.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace rumbo {

class Regex {
 public:
  Regex() = default;  ///< of the empty pattern
  /// Perl syntax without what needs backtracking; bounded to 8 MiB of program. The message is what
  /// is wrong in the words Go uses: "missing closing ): `(`".
  /// Plain letters, digits and `-_/ :` cost next to nothing.
  static Result<Regex> compile(std::string_view pattern);

  struct Span {
    std::size_t begin = std::string_view::npos, end = std::string_view::npos;
    bool matched() const { return begin != std::string_view::npos; }
  };
  /// The leftmost match at or behind `from`: the whole first, then the groups. Empty if none.
  std::vector<Span> find(std::string_view text, std::size_t from = 0) const;
  /// True if it matches anywhere in the text.
  bool found_in(std::string_view text) const;
  /// True if it matches the whole text.
  bool matches(std::string_view text) const;
  int groups() const;
  /// The number of a named group.
  std::optional<int> group(const std::string& name) const;

 private:
  struct Program;
  std::string literal_;                     ///< of a pattern without special characters
  std::shared_ptr<const Program> program_;  ///< null for those
};

}  // namespace rumbo
