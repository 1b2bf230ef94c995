#include "render/substitute_parse.h"

#include "codec/unicode.h"
#include "codec/utf8.h"

namespace rumbo::render {
namespace {

constexpr int kMostDepth = 64;

/// Which characters belong to a word; the second argument counts its bytes so far, from 1.
using Accept = bool (*)(char32_t, std::size_t);

bool any(char32_t, std::size_t) {
  return true;
}
bool name(char32_t c, std::size_t) {
  return codec::is_letter(c) || codec::is_decimal_digit(c) || c == '_';
}
bool not_closing(char32_t c, std::size_t) {
  return c != '}';
}
bool not_colon_or_closing(char32_t c, std::size_t) {
  return c != ':' && c != '}';
}
bool not_slash(char32_t c, std::size_t) {
  return c != '/';
}
bool slash(char32_t c, std::size_t) {
  return c == '/';
}
bool colon(char32_t c, std::size_t) {
  return c == ':';
}
bool one_colon(char32_t c, std::size_t at) {
  return c == ':' && at == 1;
}
bool one_equal(char32_t c, std::size_t at) {
  return c == '=' && at == 1;
}
bool one_hash(char32_t c, std::size_t at) {
  return c == '#' && at == 1;
}
bool hashes(char32_t c, std::size_t at) {
  return c == '#' && at < 3;
}
bool percents(char32_t c, std::size_t at) {
  return c == '%' && at < 3;
}
bool casing(char32_t c, std::size_t at) {
  return (c == ',' || c == '^') && at < 3;
}
bool default_function(char32_t c, std::size_t at) {
  return (at == 1 && c == ':') || (at == 2 && (c == '=' || c == '-' || c == '?' || c == '+'));
}
bool replace_function(char32_t c, std::size_t at) {
  return (at == 1 && c == '/') || (at == 2 && (c == '/' || c == '#' || c == '%'));
}

enum class Token { illegal, end, word, open, close };

/// What a scan looks for besides the end.
struct Mode {
  bool word = false, open = false, close = false;
  bool dollars = false, backslashes = false;  ///< which escapes count
};

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<std::vector<SubstitutePart>> parse() {
    std::vector<SubstitutePart> parts;
    while (true) {
      switch (scan(any, {.word = true, .open = true, .dollars = true})) {
        case Token::word:
          parts.push_back({false, word_, {}, {}});
          break;
        case Token::open:
          parts.push_back(TRY(variable()));
          break;
        case Token::end:
          return parts;
        default:
          return wrong("bad substitution");
      }
    }
  }

 private:
  static tl::unexpected<Error> wrong(std::string message) {
    return fail(Code::invalid, std::move(message));
  }

  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  bool opens() const { return text_.substr(at_).starts_with("${"); }

  bool escaped(const Mode& mode) const {
    const std::string_view two = text_.substr(at_, 2);
    return (mode.dollars && two == "$$") || (mode.backslashes && (two == "\\/" || two == "\\\\"));
  }

  /// Takes the next character into the word; false if it does not belong there.
  bool take(Accept accept, const Mode& mode) {
    if (escaped(mode)) {
      word_ += text_[at_ + 1];
      at_ += 2;
      return true;
    }
    const codec::Rune rune = codec::decode_utf8(text_, at_);
    if (!accept(rune.value, word_.size() + rune.size)) return false;
    word_ += text_.substr(at_, rune.size);
    at_ += rune.size;
    return true;
  }

  Token scan(Accept accept, const Mode& mode) {
    word_.clear();
    if (peek() == '\0') return Token::end;
    if (mode.open && opens()) {
      at_ += 2;
      return Token::open;
    }
    if (mode.close && peek() == '}') {
      ++at_;
      return Token::close;
    }
    if (!mode.word || !take(accept, mode)) return Token::illegal;
    while (peek() != '\0' && !(mode.open && opens()) && take(accept, mode)) {
    }
    return Token::word;
  }

  Result<SubstitutePart> variable() {
    if (++depth_ > kMostDepth) return wrong("substitutions nested more than 64 deep");
    auto part = inner_variable();
    --depth_;
    return part;
  }

  Result<SubstitutePart> inner_variable() {
    SubstitutePart part;
    part.is_variable = true;
    if (peek() == '#') return length(std::move(part));
    if (scan(name, {.word = true}) != Token::word) return wrong("unable to parse variable name");
    part.text = word_;
    switch (peek()) {
      case ':':
        return default_or_substring(std::move(part));
      case '=':
        return with_default(std::move(part));
      case ',':
      case '^':
        TRY(function(part, casing));
        return closed(std::move(part));
      case '/':
        return replacement(std::move(part));
      case '#':
      case '%':
        TRY(function(part, peek() == '#' ? hashes : percents));
        TRY(argument(part, not_closing, {}));
        return closed(std::move(part));
      default:
        break;
    }
    if (scan(name, {.close = true}) != Token::close) return wrong("missing closing brace");
    return part;
  }

  Result<> function(SubstitutePart& part, Accept accept) {
    if (scan(accept, {.word = true}) != Token::word) return wrong("bad substitution");
    part.function = word_;
    return {};
  }

  Result<> argument(SubstitutePart& part, Accept accept, Mode mode) {
    mode.word = mode.open = true;
    switch (scan(accept, mode)) {
      case Token::open:
        part.arguments.push_back(TRY(variable()));
        return {};
      case Token::word:
        part.arguments.push_back({false, word_, {}, {}});
        return {};
      default:
        return wrong("unable to parse substitution within function");
    }
  }

  Result<SubstitutePart> closed(SubstitutePart part) {
    if (scan(name, {.close = true}) != Token::close) return wrong("bad substitution");
    return part;
  }

  Result<SubstitutePart> length(SubstitutePart part) {
    TRY(function(part, one_hash));
    if (scan(name, {.word = true}) != Token::word) return wrong("bad substitution");
    part.text = word_;
    return closed(std::move(part));
  }

  Result<SubstitutePart> default_or_substring(SubstitutePart part) {
    const char second = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
    if (second == '=' || second == '-' || second == '?' || second == '+') {
      return with_default(std::move(part));
    }
    TRY(function(part, one_colon));
    TRY(argument(part, not_colon_or_closing, {}));
    switch (scan(colon, {.word = true, .close = true})) {
      case Token::close:
        return part;
      case Token::word:
        break;
      default:
        return wrong("bad substitution");
    }
    TRY(argument(part, not_closing, {}));
    return closed(std::move(part));
  }

  Result<SubstitutePart> with_default(SubstitutePart part) {
    if (scan(peek() == '=' ? one_equal : default_function, {.word = true}) != Token::word) {
      return wrong("unable to parse default function");
    }
    part.function = word_;
    while (peek() != '}') TRY(argument(part, not_closing, {}));
    return closed(std::move(part));
  }

  Result<SubstitutePart> replacement(SubstitutePart part) {
    const Mode escapes{.dollars = true, .backslashes = true};
    TRY(function(part, replace_function));
    TRY(argument(part, not_slash, escapes));
    if (scan(slash, {.word = true}) != Token::word) return wrong("bad substitution");
    if (peek() != '}') TRY(argument(part, not_closing, escapes));
    return closed(std::move(part));
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string word_;
  int depth_ = 0;
};

}  // namespace

Result<std::vector<SubstitutePart>> parse_substitutions(std::string_view text) {
  return Parser(text).parse();
}

}  // namespace rumbo::render
