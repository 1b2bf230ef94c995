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
  /// Perl syntax without what needs backtracking; bounded to 8 MiB of program. The message is what
  /// is wrong in the words Go uses: "missing closing ): `(`".
  static Result<Regex> compile(std::string_view pattern);
  ~Regex();
  Regex(Regex&&) noexcept;
  Regex& operator=(Regex&&) noexcept;

  struct Span {
    std::size_t begin = std::string_view::npos, end = std::string_view::npos;
    bool matched() const { return begin != std::string_view::npos; }
  };
  /// The leftmost match at or behind `from`: the whole first, then the groups. Empty if none.
  std::vector<Span> find(std::string_view text, std::size_t from = 0) const;
  bool matches(std::string_view text) const;
  int groups() const;
  /// The number of a named group.
  std::optional<int> group(const std::string& name) const;

 private:
  struct Program;
  explicit Regex(std::unique_ptr<Program> program);
  std::unique_ptr<Program> program_;
};

}  // namespace rumbo
