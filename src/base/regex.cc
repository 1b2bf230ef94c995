#include "base/regex.h"

#include <algorithm>
#include <map>
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

/// Long names of Unicode's general categories (PropertyValueAliases.txt), which Go 1.25 knows and
/// RE2 does not: letters in lower case only, since case, blanks, `-` and `_` do not count.
std::string_view short_category(std::string_view name) {
  static const std::map<std::string_view, std::string_view> kShort = {
      {"closepunctuation", "Pe"},
      {"connectorpunctuation", "Pc"},
      {"control", "Cc"},
      {"currencysymbol", "Sc"},
      {"dashpunctuation", "Pd"},
      {"decimalnumber", "Nd"},
      {"digit", "Nd"},
      {"enclosingmark", "Me"},
      {"finalpunctuation", "Pf"},
      {"format", "Cf"},
      {"initialpunctuation", "Pi"},
      {"letter", "L"},
      {"letternumber", "Nl"},
      {"lineseparator", "Zl"},
      {"lowercaseletter", "Ll"},
      {"mark", "M"},
      {"combiningmark", "M"},
      {"mathsymbol", "Sm"},
      {"modifierletter", "Lm"},
      {"modifiersymbol", "Sk"},
      {"nonspacingmark", "Mn"},
      {"number", "N"},
      {"openpunctuation", "Ps"},
      {"other", "C"},
      {"otherletter", "Lo"},
      {"othernumber", "No"},
      {"otherpunctuation", "Po"},
      {"othersymbol", "So"},
      {"paragraphseparator", "Zp"},
      {"privateuse", "Co"},
      {"punctuation", "P"},
      {"punct", "P"},
      {"separator", "Z"},
      {"spaceseparator", "Zs"},
      {"spacingmark", "Mc"},
      {"surrogate", "Cs"},
      {"symbol", "S"},
      {"titlecaseletter", "Lt"},
      {"uppercaseletter", "Lu"},
  };
  std::string plain;
  for (const char c : name) {
    if (c != ' ' && c != '-' && c != '_')
      plain += c >= 'A' && c <= 'Z' ? static_cast<char>(c | 32) : c;
  }
  const auto found = kShort.find(plain);
  return found == kShort.end() ? name : found->second;
}

/// `\p{Letter}` as `\p{L}`; everything else as it is.
std::string with_short_categories(std::string_view pattern) {
  std::string out;
  const bool quotes = pattern.find("\\Q") != pattern.npos;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    out += pattern[i];
    if (pattern[i] != '\\' || ++i == pattern.size()) continue;
    out += pattern[i];
    const bool property = !quotes && (pattern[i] == 'p' || pattern[i] == 'P');
    const std::size_t end = pattern.find('}', i);
    if (!property || pattern.substr(i + 1, 1) != "{" || end == pattern.npos) continue;
    std::string_view name = pattern.substr(i + 2, end - i - 2);
    out += '{';
    if (name.starts_with('^')) {
      out += '^';
      name.remove_prefix(1);
    }
    out += short_category(name);
    out += '}';
    i = end;
  }
  return out;
}

}  // namespace

Result<Regex> Regex::compile(std::string_view pattern) {
  Regex regex;
  if (is_literal(pattern)) {
    regex.literal_ = pattern;
    return regex;
  }
  const std::string translated = with_short_categories(pattern);
  pattern = translated;
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
