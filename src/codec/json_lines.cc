#include "codec/json_lines.h"

#include <fmt/format.h>

namespace rumbo::codec {
namespace {

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

tl::unexpected<Error> too_large(std::size_t limit) {
  return fail(Code::too_large, fmt::format("JSON stream: a document exceeds {} bytes", limit));
}

}  // namespace

void JsonLines::feed(std::string_view chunk) {
  // What was handed out is dropped here, not in next(), so that its view stayed valid until now.
  buffer_.erase(0, start_);
  at_ -= start_;
  start_ = 0;
  buffer_ += chunk;
}

Result<std::optional<std::string_view>> JsonLines::cut(std::size_t end) {
  if (end - start_ > max_bytes_) return too_large(max_bytes_);
  const std::string_view document = std::string_view(buffer_).substr(start_, end - start_);
  start_ = at_ = end;
  in_word_ = false;
  return document;
}

Result<std::optional<std::string_view>> JsonLines::next() {
  for (; at_ < buffer_.size(); ++at_) {
    const char c = buffer_[at_];
    if (in_string_) {
      if (escaped_) {
        escaped_ = false;
      } else if (c == '\\') {
        escaped_ = true;
      } else if (c == '"') {
        in_string_ = false;
        if (depth_ == 0) return cut(at_ + 1);
      }
      continue;
    }
    const bool opens = c == '{' || c == '[' || c == '"';
    if (in_word_ && (is_space(c) || opens)) return cut(at_);
    if (is_space(c)) {
      if (depth_ == 0) start_ = at_ + 1;
    } else if (c == '"') {
      in_string_ = true;
    } else if (opens) {
      ++depth_;
    } else if (c == '}' || c == ']') {
      if (depth_ == 0) return fail(Code::invalid, "JSON stream: a bracket closes nothing");
      if (--depth_ == 0) return cut(at_ + 1);
    } else if (depth_ == 0) {
      in_word_ = true;
    }
  }
  if (pending() > max_bytes_) return too_large(max_bytes_);
  if (!finished_) return std::nullopt;
  if (in_word_) return cut(buffer_.size());
  if (depth_ > 0 || in_string_) {
    return fail(Code::invalid, "JSON stream ends inside a document", Retry::later);
  }
  return std::nullopt;
}

}  // namespace rumbo::codec
