// JsonReader: the reader behind parse_json, in one pass over the text.
//
// Text without escapes is taken as it stands; elements are gathered on two stacks, so that each
// array and object is allocated once, in its size. An error remembers its place; nothing else is
// kept.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/value.h"
#include "codec/json.h"

namespace rumbo::codec {

class JsonReader {
 public:
  JsonReader(std::string_view text, int max_depth, std::string_view file)
      : text_(text), max_depth_(max_depth), file_(file) {}

  /// The document, or an error with its place. max_bytes is the caller's to check.
  Result<Value> read();

 private:
  // Each reads what stands here and goes behind it; where it cannot, it sets error_.
  Value value(int depth);
  Value array(int depth);
  Value object(int depth);
  Value number();
  Value word(std::string_view spelling, Value meaning);
  std::string_view string();  // lies in the text or in scratch_, until the next string is read
  void escape();              // appends to scratch_
  char32_t hex4();
  void skip_space();
  void skip_digits();
  bool at_end() const { return at_ == text_.size(); }
  char peek() const { return at_end() ? '\0' : text_[at_]; }
  std::string found() const;                                    // what stands here, for messages
  Value wrong(std::string message, Code code = Code::invalid);  // sets error_
  bool failed() const { return error_.has_value(); }

  std::string_view text_;
  int max_depth_;
  std::string_view file_;
  std::size_t at_ = 0;
  std::string scratch_;          // the last string that had escapes
  std::vector<Value> items_;     // of the arrays that are open
  std::vector<Member> members_;  // of the objects that are open
  std::optional<Error> error_;
};

}  // namespace rumbo::codec
