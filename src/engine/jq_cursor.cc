#include "engine/jq_cursor.h"

#include <algorithm>
#include <cctype>

#include "base/strings.h"
#include "codec/json.h"

namespace rumbo::engine {
namespace {

bool is_digit(char c) {
  return std::isdigit(static_cast<unsigned char>(c)) != 0;
}
bool in_name(char c) {
  return c == '_' || std::isalnum(static_cast<unsigned char>(c)) != 0;
}

}  // namespace

void JqCursor::skip_space() {
  while (!at_end() && std::isspace(static_cast<unsigned char>(text_[at_])) != 0) ++at_;
}

bool JqCursor::take(std::string_view characters) {
  if (!text_.substr(at_).starts_with(characters)) return false;
  at_ += characters.size();
  return true;
}

bool JqCursor::take_word(std::string_view word) {
  const std::string_view rest = text_.substr(std::min(at_, text_.size()));
  if (!rest.starts_with(word)) return false;
  if (rest.size() > word.size() && in_name(rest[word.size()])) return false;
  at_ += word.size();
  return true;
}

std::string_view JqCursor::name() {
  const std::size_t start = at_;
  while (!at_end() && in_name(text_[at_])) ++at_;
  return text_.substr(start, at_ - start);
}

std::string_view JqCursor::digits() {
  const std::size_t start = at_;
  while (!at_end() && is_digit(text_[at_])) ++at_;
  return text_.substr(start, at_ - start);
}

Result<std::string> JqCursor::string() {
  std::size_t end = at_ + 1;
  while (end < text_.size() && text_[end] != '"') end += text_[end] == '\\' ? 2 : 1;
  if (end >= text_.size()) return fail(Code::invalid, "a string does not end");
  const Value value = TRY(codec::parse_json(text_.substr(at_, end + 1 - at_)));
  at_ = end + 1;
  return value.str();
}

Result<Value> JqCursor::literal() {
  skip_space();
  if (next() == '"') return Value(TRY(string()));
  std::size_t end = at_;
  while (end < text_.size() && (in_name(text_[end]) || text_[end] == '-' || text_[end] == '.')) {
    ++end;
  }
  auto value = codec::parse_json(text_.substr(at_, end - at_));
  if (!value) return fail(outside("inside of select"));
  at_ = end;
  return *std::move(value);
}

Result<std::vector<std::string>> JqCursor::members() {
  std::vector<std::string> out;
  if (next() != '.') return fail(outside("inside of select"));
  while (take(".")) {
    const bool bracket = take("[");
    if (next() == '"') {
      out.push_back(TRY(string()));
    } else if (const std::string_view word = bracket ? std::string_view() : name(); !word.empty()) {
      out.emplace_back(word);
    } else if (bracket || !out.empty()) {
      return fail(outside("inside of select"));
    }
    if (bracket && !take("]")) return fail(outside("inside of select"));
    static_cast<void>(take("?"));
  }
  return out;
}

Error JqCursor::outside(const std::string& where) const {
  const std::string rest = printable(text_.substr(std::min(at_, text_.size())), 40);
  return Error(Code::unsupported, (rest.empty() ? "its end" : "`" + rest + "`") +
                                      (where.empty() ? "" : " " + where) +
                                      " is outside of the part of jq that is read here")
      .with_hint(
          "that is: paths like .spec.containers[].image, with `| select(.name == \"x\")` and its "
          "like (and, or, not, startswith, endswith, contains, test, has); or use jsonPointers");
}

}  // namespace rumbo::engine
