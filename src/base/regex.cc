#include "base/regex.h"

#include <re2/re2.h>

namespace rumbo {

struct Regex::Program {
  explicit Program(std::string_view pattern, const re2::RE2::Options& options)
      : re(re2::StringPiece(pattern.data(), pattern.size()), options) {}
  re2::RE2 re;
};

namespace {

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

Regex::Regex(std::unique_ptr<Program> program) : program_(std::move(program)) {}
Regex::~Regex() = default;
Regex::Regex(Regex&&) noexcept = default;
Regex& Regex::operator=(Regex&&) noexcept = default;

Result<Regex> Regex::compile(std::string_view pattern) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  auto program = std::make_unique<Program>(pattern, options);
  if (!program->re.ok()) {
    const auto code = program->re.error_code();
    std::string text(explain(code));
    const bool named = code != re2::RE2::ErrorTrailingBackslash;
    text += ": `" + (named ? program->re.error_arg() : std::string()) + "`";
    return fail(Code::invalid, text);
  }
  return Regex(std::move(program));
}

std::vector<Regex::Span> Regex::find(std::string_view text, std::size_t from) const {
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

bool Regex::matches(std::string_view text) const {
  return program_->re.Match(re2::StringPiece(text.data(), text.size()), 0, text.size(),
                            re2::RE2::UNANCHORED, nullptr, 0);
}

int Regex::groups() const {
  return program_->re.NumberOfCapturingGroups();
}

std::optional<int> Regex::group(const std::string& name) const {
  const auto& names = program_->re.NamedCapturingGroups();
  const auto at = names.find(name);
  return at == names.end() ? std::nullopt : std::optional(at->second);
}

}  // namespace rumbo
