#include "script/unicode.h"

#include <algorithm>
#include <fmt/core.h>

#include "codec/utf8.h"
#include "script/unicode_tables.h"

namespace rumbo::script {
namespace {

bool in(std::span<const tables::Range> ranges, char32_t rune) {
  const auto at =
      std::upper_bound(ranges.begin(), ranges.end(), static_cast<std::uint32_t>(rune),
                       [](std::uint32_t r, const tables::Range& range) { return r < range.first; });
  return at != ranges.begin() && static_cast<std::uint32_t>(rune) <= (at - 1)->last;
}

char32_t shift(std::span<const tables::Shift> shifts, char32_t rune) {
  const auto r = static_cast<std::uint32_t>(rune);
  auto at =
      std::upper_bound(shifts.begin(), shifts.end(), r,
                       [](std::uint32_t x, const tables::Shift& entry) { return x < entry.first; });
  // Entries with step 2 interleave with their neighbours: the one before may be the right one.
  for (int back = 0; back < 3 && at != shifts.begin(); ++back) {
    --at;
    if (r <= at->last && (r - at->first) % at->step == 0) {
      return static_cast<char32_t>(static_cast<std::int64_t>(r) + at->distance);
    }
  }
  return rune;
}

void append_escaped(std::string& out, char32_t rune, char quote, bool ascii) {
  if (rune == static_cast<char32_t>(quote) || rune == '\\') {
    out += '\\';
    out += static_cast<char>(rune);
    return;
  }
  if (rune < 0x80 ? is_print(rune) : (!ascii && is_print(rune))) {
    codec::append_utf8(out, rune);
    return;
  }
  switch (rune) {
    case '\a':
      out += "\\a";
      return;
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    case '\v':
      out += "\\v";
      return;
    default:
      break;
  }
  const auto number = static_cast<std::uint32_t>(rune);
  if (number < ' ' || number == 0x7f) {
    out += fmt::format("\\x{:02x}", number);
  } else if (number > 0x10ffff || (number >= 0xd800 && number < 0xe000)) {
    out += "\\ufffd";
  } else if (number < 0x10000) {
    out += fmt::format("\\u{:04x}", number);
  } else {
    out += fmt::format("\\U{:08x}", number);
  }
}

}  // namespace

bool is_print(char32_t rune) {
  if (rune < 0x7f) return rune >= 0x20;
  return in(tables::print, rune);
}
bool is_upper(char32_t rune) {
  return in(tables::upper, rune);
}
bool is_lower(char32_t rune) {
  return in(tables::lower, rune);
}
bool is_number(char32_t rune) {
  return in(tables::number, rune);
}
bool is_space(char32_t rune) {
  if (rune < 0x80) return rune == ' ' || (rune >= '\t' && rune <= '\r');
  return rune == 0x85 || rune == 0xa0 || rune == 0x1680 || (rune >= 0x2000 && rune <= 0x200a) ||
         rune == 0x2028 || rune == 0x2029 || rune == 0x202f || rune == 0x205f || rune == 0x3000;
}
char32_t to_upper(char32_t rune) {
  return shift(tables::to_upper, rune);
}
char32_t to_lower(char32_t rune) {
  return shift(tables::to_lower, rune);
}
char32_t to_title(char32_t rune) {
  return shift(tables::to_title, rune);
}

std::vector<char32_t> runes(std::string_view text) {
  std::vector<char32_t> out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const codec::Rune rune = codec::decode_utf8(text, i);
    out.push_back(rune.valid ? rune.value : U'\ufffd');
    i += rune.valid ? rune.size : 1;
  }
  return out;
}

std::string from_runes(const std::vector<char32_t>& runes) {
  std::string out;
  for (const char32_t rune : runes) {
    const bool valid = rune <= 0x10ffff && (rune < 0xd800 || rune >= 0xe000);
    codec::append_utf8(out, valid ? rune : U'\ufffd');
  }
  return out;
}

std::string_view trim_space(std::string_view text) {
  while (!text.empty()) {
    const codec::Rune rune = codec::decode_utf8(text, 0);
    if (!rune.valid || !is_space(rune.value)) break;
    text.remove_prefix(rune.size);
  }
  while (!text.empty()) {
    std::size_t start = text.size() - 1;
    while (start > 0 && (static_cast<unsigned char>(text[start]) & 0xc0) == 0x80) --start;
    const codec::Rune rune = codec::decode_utf8(text, start);
    if (!rune.valid || start + rune.size != text.size() || !is_space(rune.value)) break;
    text.remove_suffix(rune.size);
  }
  return text;
}

std::string quote(std::string_view text, bool ascii) {
  std::string out = "\"";
  out.reserve(text.size() + 2);
  for (std::size_t i = 0; i < text.size();) {
    const codec::Rune rune = codec::decode_utf8(text, i);
    if (!rune.valid) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[i]));
      ++i;
      continue;
    }
    append_escaped(out, rune.value, '"', ascii);
    i += rune.size;
  }
  out += '"';
  return out;
}

std::string quote_rune(char32_t rune, bool ascii) {
  std::string out = "'";
  const bool valid = rune <= 0x10ffff && (rune < 0xd800 || rune >= 0xe000);
  append_escaped(out, valid ? rune : U'\ufffd', '\'', ascii);
  out += '\'';
  return out;
}

}  // namespace rumbo::script
