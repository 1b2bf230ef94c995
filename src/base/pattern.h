// Pattern: a regular expression in RE2's language (Go's), for yes-or-no questions.
//
// Threads: immutable; copies share the compiled program.
#pragma once

#include <memory>
#include <string_view>

#include "base/result.h"

namespace rumbo {

class Pattern {
 public:
  /// Code::invalid with RE2's reason for what is no expression or needs too much memory.
  static Result<Pattern> parse(std::string_view text);

  /// True if it matches anywhere in the text, in time linear to it.
  bool found_in(std::string_view text) const;

 private:
  struct Program;
  explicit Pattern(std::shared_ptr<const Program> program) : program_(std::move(program)) {}
  std::shared_ptr<const Program> program_;
};

}  // namespace rumbo
