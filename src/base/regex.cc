#include "base/regex.h"

#include <algorithm>
#include <re2/re2.h>

#include "base/strings.h"

namespace rumbo {
namespace {

constexpr std::size_t kMostPattern = 4096;
constexpr std::int64_t kMostMemory = std::int64_t{8} << 20;

bool is_literal(std::string_view pattern) {
  return std::all_of(pattern.begin(), pattern.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '-' || c == '_' || c == '/' || c == ' ' || c == ':';
  });
}

}  // namespace

struct Regex::Program {
  Program(std::string_view pattern, const re2::RE2::Options& options)
      : re({pattern.data(), pattern.size()}, options) {}
  re2::RE2 re;
};

Result<Regex> Regex::compile(std::string_view pattern) {
  Regex regex;
  if (pattern.size() > kMostPattern) {
    return fail(Code::too_large, "a regular expression longer than 4096 bytes");
  }
  if (is_literal(pattern)) {
    regex.literal_ = pattern;
    return regex;
  }
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kMostMemory);
  auto program = std::make_shared<Program>(pattern, options);
  if (!program->re.ok()) {
    return fail(Code::invalid, "the regular expression `" + printable(pattern, 256) +
                                   "` cannot be read: " + program->re.error());
  }
  regex.program_ = std::move(program);
  return regex;
}

bool Regex::found_in(std::string_view text) const {
  if (!program_) return text.find(literal_) != text.npos;
  return re2::RE2::PartialMatch({text.data(), text.size()}, program_->re);
}

bool Regex::matches(std::string_view text) const {
  if (!program_) return text == literal_;
  return re2::RE2::FullMatch({text.data(), text.size()}, program_->re);
}

}  // namespace rumbo
