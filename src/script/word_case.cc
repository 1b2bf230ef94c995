#include "script/word_case.h"

#include <vector>

#include "codec/unicode.h"
#include "script/unicode.h"

namespace rumbo::script {
namespace {

using Text = std::vector<char32_t>;

enum class Word { invalid, number, upper, alphabet, connector, punctuation, other };

bool is_connector(char32_t r) {
  return r == '-' || r == '_' || is_space(r);
}

bool is_alphabet(char32_t r) {
  return codec::is_letter(r) && (is_upper(r) || is_lower(r));
}

/// Go's unicode.IsPunct for ASCII and the general punctuation block.
bool is_punctuation(char32_t r) {
  if (r < 0x80) {
    return std::string_view("!\"#%&'()*,-./:;?@[\\]_{}").find(static_cast<char>(r)) !=
           std::string_view::npos;
  }
  return r == 0xa1 || r == 0xa7 || r == 0xab || r == 0xb6 || r == 0xb7 || r == 0xbb || r == 0xbf ||
         (r >= 0x2010 && r <= 0x2027) ||
         (r >= 0x2030 && r <= 0x205e && r != 0x2044 && r != 0x2052) ||
         (r >= 0x3001 && r <= 0x3003) || (r >= 0x3008 && r <= 0x3011);
}

/// Cuts words off the front of a text.
class Words {
 public:
  explicit Words(const Text& text) : text_(text) {}

  bool more() const { return at_ < text_.size(); }
  Word next(Text& word) {
    const std::size_t start = at_;
    const Word kind = more() ? cut() : Word::invalid;
    word.assign(text_.begin() + static_cast<std::ptrdiff_t>(start),
                text_.begin() + static_cast<std::ptrdiff_t>(at_));
    return kind;
  }

 private:
  template <class Test>
  void skip(Test test) {
    while (more() && test(text_[at_])) ++at_;
  }

  Word cut() {
    const char32_t r = text_[at_++];
    if (is_connector(r)) {
      skip(is_connector);
      return Word::connector;
    }
    if (is_punctuation(r)) {
      skip(is_punctuation);
      return Word::punctuation;
    }
    if (is_upper(r)) {
      cut_upper();
      return Word::upper;
    }
    if (is_alphabet(r)) {
      skip([](char32_t c) { return is_alphabet(c) && !is_upper(c); });
      return Word::alphabet;
    }
    if (is_number(r)) {
      skip(is_number);
      return Word::number;
    }
    skip([](char32_t c) {
      return !is_connector(c) && !is_alphabet(c) && !is_number(c) && !is_punctuation(c);
    });
    return Word::other;
  }

  /// "HTTPServer" is HTTP and Server; "Server" is one word.
  void cut_upper() {
    if (!more()) return;
    if (is_upper(text_[at_])) {
      skip(is_upper);
      if (more() && is_alphabet(text_[at_])) --at_;
    } else if (is_alphabet(text_[at_])) {
      skip([](char32_t c) { return is_alphabet(c) && !is_upper(c); });
    }
  }

  const Text& text_;
  std::size_t at_ = 0;
};

class Joiner {
 public:
  Joiner(const Text& text, char32_t connector) : words_(text), connector_(connector) {}

  Text join() {
    Text word;
    Word kind = words_.next(word);
    while (words_.more()) {
      if (kind != Word::connector) append(kind, word);
      const Word previous = kind;
      const Text last = word;
      kind = words_.next(word);
      if (previous == Word::number) {
        run_of_letters_and_numbers(kind, word);
        if (kind != Word::invalid && kind != Word::punctuation && kind != Word::connector) {
          out_.push_back(connector_);
        }
      } else if (previous == Word::connector) {
        append(previous, last);
      } else if (previous != Word::punctuation) {
        after_word(kind, word);
      }
    }
    append(kind, word);
    return out_;
  }

 private:
  void run_of_letters_and_numbers(Word& kind, Text& word) {
    while (kind == Word::alphabet || kind == Word::number) {
      append(kind, word);
      kind = words_.next(word);
    }
  }

  void after_word(Word& kind, Text& word) {
    if (kind != Word::number) {
      if (kind != Word::connector && kind != Word::punctuation) out_.push_back(connector_);
      return;
    }
    if (!words_.more()) return;
    const Text number = word;
    kind = words_.next(word);
    if (kind != Word::alphabet) {
      append(Word::number, number);
      if (kind != Word::connector && kind != Word::punctuation) out_.push_back(connector_);
      return;
    }
    out_.push_back(connector_);
    append(Word::number, number);
    run_of_letters_and_numbers(kind, word);
    if (kind != Word::invalid && kind != Word::connector && kind != Word::punctuation) {
      out_.push_back(connector_);
    }
  }

  void append(Word kind, const Text& word) {
    const bool change = kind == Word::upper || kind == Word::connector;
    for (const char32_t r : word) {
      if (change && is_connector(r)) {
        out_.push_back(connector_);
      } else {
        out_.push_back(change && is_upper(r) ? to_lower(r) : r);
      }
    }
  }

  Words words_;
  char32_t connector_;
  Text out_;
};

}  // namespace

std::string join_words(std::string_view text, char32_t connector) {
  const Text all = runes(text);
  return from_runes(Joiner(all, connector).join());
}

std::string pascal_case(std::string_view text) {
  const Text all = runes(text);
  Text out;
  std::size_t i = 0;
  char32_t current = 0;
  bool first_upper = false;
  while (i < all.size()) {
    current = all[i++];
    if (!is_connector(current)) {
      first_upper = is_upper(current);
      current = to_upper(current);
      break;
    }
    out.push_back(current);
  }
  if (i >= all.size()) {
    if (!all.empty()) out.push_back(current);
    return from_runes(out);
  }
  while (i < all.size()) {
    const char32_t previous = current;
    current = all[i++];
    if (is_connector(current) && is_connector(previous)) {
      out.push_back(previous);
      continue;
    }
    if (is_connector(previous)) {
      first_upper = is_upper(current);
      current = to_upper(current);
      continue;
    }
    if (first_upper) {
      if (is_upper(current)) {
        current = to_lower(current);
      } else {
        first_upper = false;
      }
    }
    out.push_back(previous);
  }
  out.push_back(current);
  return from_runes(out);
}

}  // namespace rumbo::script
