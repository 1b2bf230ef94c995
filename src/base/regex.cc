#include "base/regex.h"

#include <algorithm>
#include <re2/re2.h>

namespace rumbo {

struct Regex::Program {
  explicit Program(std::string_view pattern, const re2::RE2::Options& options)
      : re(re2::StringPiece(pattern.data(), pattern.size()), options) {}
  re2::RE2 re;
};

namespace {

constexpr std::int64_t kMostMemory = std::int64_t{8} << 20;

bool is_literal(std::string_view pattern) {
  return std::all_of(pattern.begin(), pattern.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '/' || c == ' ' || c == ':';
  });
}

std::string_view explain(re2::RE2::ErrorCode code) {
  switch (code) {
    case re2::RE2::ErrorBadEscape:
      return "invalid escape sequence";
    case re2::RE2::ErrorBadCharClass:
      return "invalid character class";
    case re2::RE2::ErrorBadCharRange:
      return "invalid character class range";
    case re2::RE2::ErrorMissingBracket:
      return "missing closing ]";
    case re2::RE2::ErrorMissingParen:
      return "missing closing )";
    case re2::RE2::ErrorUnexpectedParen:
      return "unexpected )";
    case re2::RE2::ErrorTrailingBackslash:
      return "trailing backslash at end of expression";
    case re2::RE2::ErrorRepeatArgument:
      return "missing argument to repetition operator";
    case re2::RE2::ErrorRepeatSize:
      return "invalid repeat count";
    case re2::RE2::ErrorRepeatOp:
      return "invalid nested repetition operator";
    case re2::RE2::ErrorBadPerlOp:
      return "invalid or unsupported Perl syntax";
    case re2::RE2::ErrorBadUTF8:
      return "invalid UTF-8";
    case re2::RE2::ErrorBadNamedCapture:
      return "invalid named capture";
    case re2::RE2::ErrorPatternTooLarge:
      return "expression too large";
    default:
      return "regexp/syntax: internal error";
  }
}

}  // namespace

Result<Regex> Regex::compile(std::string_view pattern) {
  Regex regex;
  if (is_literal(pattern)) {
    regex.literal_ = pattern;
    return regex;
  }
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kMostMemory);
  auto program = std::make_shared<Program>(pattern, options);
  if (!program->re.ok()) {
    const auto code = program->re.error_code();
    std::string text(explain(code));
    const bool named = code != re2::RE2::ErrorTrailingBackslash;
    text += ": `" + (named ? program->re.error_arg() : std::string()) + "`";
    return fail(Code::invalid, text);
  }
  regex.program_ = std::move(program);
  return regex;
}

std::vector<Regex::Span> Regex::find(std::string_view text, std::size_t from) const {
  if (!program_) {
    const std::size_t at = from > text.size() ? text.npos : text.find(literal_, from);
    if (at == text.npos) return {};
    return {{at, at + literal_.size()}};
  }
  std::vector<re2::StringPiece> parts(static_cast<std::size_t>(groups()) + 1);
  const re2::StringPiece input(text.data(), text.size());
  if (!program_->re.Match(input, from, text.size(), re2::RE2::UNANCHORED, parts.data(),
                          static_cast<int>(parts.size()))) {
    return {};
  }
  std::vector<Span> out;
  out.reserve(parts.size());
  for (const re2::StringPiece& part : parts) {
    if (part.data() == nullptr) {
      out.emplace_back();
    } else {
      const auto begin = static_cast<std::size_t>(part.data() - text.data());
      out.push_back({begin, begin + part.size()});
    }
  }
  return out;
}

bool Regex::found_in(std::string_view text) const {
  if (!program_) return text.find(literal_) != text.npos;
  return re2::RE2::PartialMatch({text.data(), text.size()}, program_->re);
}

bool Regex::matches(std::string_view text) const {
  if (!program_) return text == literal_;
  return re2::RE2::FullMatch({text.data(), text.size()}, program_->re);
}

int Regex::groups() const {
  return program_ ? program_->re.NumberOfCapturingGroups() : 0;
}

std::optional<int> Regex::group(const std::string& name) const {
  if (!program_) return std::nullopt;
  const auto& names = program_->re.NamedCapturingGroups();
  const auto at = names.find(name);
  return at == names.end() ? std::nullopt : std::optional(at->second);
}

}  // namespace rumbo
