// JsonReader: the careful reader behind parse_json, for what the fast one refuses.
//
// simdjson tells neither where an error is, nor takes integers beyond 64 bits; this reads the same
// grammar slowly, and either finds the place and the reason or the value after all.
#pragma once

#include <string>
#include <string_view>

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
  Result<Value> value(int depth);
  Result<Value> array(int depth);
  Result<Value> object(int depth);
  Result<Value> number();
  Result<Value> word(std::string_view spelling, Value meaning);
  Result<std::string> string();
  Result<> escape(std::string& out);
  Result<char32_t> hex4();
  void skip_space();
  bool at_end() const { return at_ == text_.size(); }
  char peek() const { return at_end() ? '\0' : text_[at_]; }
  std::string found() const;  // what stands here, for messages
  tl::unexpected<Error> wrong(std::string message, Code code = Code::invalid) const;

  std::string_view text_;
  int max_depth_;
  std::string_view file_;
  std::size_t at_ = 0;
};

}  // namespace rumbo::codec
