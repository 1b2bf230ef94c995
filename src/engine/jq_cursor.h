// JqCursor: the words of jq's language, one after the other, for those who read parts of it.
//
// Threads: one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/value.h"

namespace rumbo::engine {

class JqCursor {
 public:
  explicit JqCursor(std::string_view text) : text_(text) {}

  void skip_space();
  bool at_end() const { return at_ >= text_.size(); }
  char next() const { return at_end() ? '\0' : text_[at_]; }
  /// Takes these characters if they are next.
  bool take(std::string_view characters);
  /// Takes this word, and not the beginning of a longer one.
  bool take_word(std::string_view word);
  /// A name without quotes; empty if there is none.
  std::string_view name();
  /// Digits; empty if there are none.
  std::string_view digits();
  /// A JSON string that begins here.
  Result<std::string> string();
  /// A text, a number, true, false or null.
  Result<Value> literal();
  /// `.a."b".["c"]` without lists, or `.`, which is empty.
  Result<std::vector<std::string>> members();

  /// The error of whatever stands here.
  Error outside(const std::string& where = {}) const;

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace rumbo::engine
