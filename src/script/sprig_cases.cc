// Sprig's functions on the case of letters and on words.
#include "codec/unicode.h"
#include "codec/utf8.h"
#include "script/session.h"
#include "script/sprig.h"
#include "script/unicode.h"
#include "script/word_case.h"

namespace rumbo::script {
namespace {

using Text = std::vector<char32_t>;

/// A function of one string; its work is counted.
Body of_text(std::string (*change)(std::string_view)) {
  return [change](Call& call) -> Outcome<Any> {
    TRY(call.session.room_for_text(call[0].text().size()));
    return Any(change(call[0].text()));
  };
}

template <class Map>
std::string mapped(std::string_view text, Map map) {
  Text all = runes(text);
  for (char32_t& r : all) r = map(r);
  return from_runes(all);
}

std::string title(std::string_view text) {
  char32_t before = ' ';
  return mapped(text, [&](char32_t r) {
    // Go's strings.Title: a letter behind anything that is no letter, digit or underscore. Beyond
    // ASCII only white space separates.
    const bool word = before == '_' || codec::is_letter(before) || codec::is_decimal_digit(before);
    const bool separated = before < 0x80 ? !word : !word && is_space(before);
    before = r;
    return separated ? to_title(r) : r;
  });
}

std::string untitle(std::string_view text) {
  bool next = true;
  return mapped(text, [&](char32_t r) {
    if (is_space(r)) {
      next = true;
      return r;
    }
    const char32_t out = next ? to_lower(r) : r;
    next = false;
    return out;
  });
}

std::string swap_case(std::string_view text) {
  bool blank = true;
  return mapped(text, [&](char32_t r) {
    const bool is_title = r == 0x1c5 || r == 0x1c8 || r == 0x1cb || r == 0x1f2;
    if (is_upper(r) || is_title) {
      blank = false;
      return to_lower(r);
    }
    if (is_lower(r)) {
      const char32_t out = blank ? to_title(r) : to_upper(r);
      blank = false;
      return out;
    }
    blank = is_space(r);
    return r;
  });
}

/// Byte by byte, each taken as a character: so the original does it.
std::string without_space(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const char32_t r = static_cast<unsigned char>(c);
    if (!is_space(r)) codec::append_utf8(out, r);
  }
  return out.size() == text.size() ? std::string(text) : out;
}

std::string initials(std::string_view text) {
  std::string out;
  bool gap = true;
  for (const char c : text) {
    const char32_t r = static_cast<unsigned char>(c);
    if (is_space(r)) {
      gap = true;
    } else if (gap) {
      codec::append_utf8(out, r);
      gap = false;
    }
  }
  return out;
}

}  // namespace

void add_sprig_cases(FunctionTable& table) {
  table.add("upper", "string", of_text([](std::string_view s) { return mapped(s, to_upper); }));
  table.add("lower", "string", of_text([](std::string_view s) { return mapped(s, to_lower); }));
  table.add("title", "string", of_text(title));
  table.add("untitle", "string", of_text(untitle));
  table.add("swapcase", "string", of_text(swap_case));
  table.add("nospace", "string", of_text(without_space));
  table.add("initials", "string", of_text(initials));
  table.add("snakecase", "string", of_text([](std::string_view s) { return join_words(s, '_'); }));
  table.add("kebabcase", "string", of_text([](std::string_view s) { return join_words(s, '-'); }));
  table.add("camelcase", "string", of_text(pascal_case));
}

}  // namespace rumbo::script
