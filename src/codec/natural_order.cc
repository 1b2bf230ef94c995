#include "codec/natural_order.h"

#include <algorithm>

#include "codec/unicode.h"
#include "codec/utf8.h"

namespace rumbo::codec {
namespace {

/// The number that the digits from `at` spell, modulo 2^64 as Go's arithmetic has it.
struct DigitRun {
  std::uint64_t number = 0;
  std::size_t end = 0;
};

DigitRun read_digits(std::u32string_view text, std::size_t at, std::uint64_t before) {
  DigitRun run{before, at};
  for (; run.end < text.size() && is_decimal_digit(text[run.end]); ++run.end) {
    run.number = run.number * 10 + (text[run.end] - '0');
  }
  return run;
}

std::u32string runes_of(std::string_view text) {
  std::u32string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const Rune rune = decode_utf8(text, at);
    out += rune.value;
    at += rune.size;
  }
  return out;
}

/// Both texts agree before `at` and differ there.
bool less_from(std::u32string_view a, std::u32string_view b, std::size_t at, YamlDialect dialect) {
  const bool a_letter = is_letter(a[at]), b_letter = is_letter(b[at]);
  if (a_letter && b_letter) return a[at] < b[at];
  if (a_letter || b_letter) {
    // v3 puts a letter first behind a digit: `v1alpha` before `v10`.
    const bool behind_digit = at > 0 && is_decimal_digit(a[at - 1]);
    return dialect == YamlDialect::yaml_v3 && behind_digit ? a_letter : b_letter;
  }
  std::uint64_t before = 0;
  if (a[at] == '0' || b[at] == '0') {
    // A zero inside a number is no leading zero: let its length count.
    for (std::size_t i = at; i > 0 && is_decimal_digit(a[i - 1]); --i) {
      if (a[i - 1] != '0') before = 1;
    }
  }
  const DigitRun x = read_digits(a, at, before), y = read_digits(b, at, before);
  if (x.number != y.number) {
    return static_cast<std::int64_t>(x.number) < static_cast<std::int64_t>(y.number);
  }
  if (x.end != y.end) return x.end < y.end;
  return a[at] < b[at];
}

/// A merge sort of its own: with a comparison that is no order, std::sort's behaviour is undefined.
template <class Less>
void merge_sort(std::vector<const Member*>& list, const Less& less) {
  constexpr std::size_t kRun = 12;  // Go, too, sorts so many by insertion
  for (std::size_t start = 0; start < list.size(); start += kRun) {
    const std::size_t end = std::min(start + kRun, list.size());
    for (std::size_t i = start + 1; i < end; ++i) {
      for (std::size_t j = i; j > start && less(list[j], list[j - 1]); --j) {
        std::swap(list[j], list[j - 1]);
      }
    }
  }
  std::vector<const Member*> merged(list.size() > kRun ? list.size() : 0);
  for (std::size_t width = kRun; width < list.size(); width *= 2) {
    for (std::size_t start = 0; start < list.size(); start += 2 * width) {
      const std::size_t middle = std::min(start + width, list.size());
      const std::size_t end = std::min(start + 2 * width, list.size());
      std::size_t left = start, right = middle;
      for (std::size_t out = start; out < end; ++out) {
        const bool take_right = left == middle || (right < end && less(list[right], list[left]));
        merged[out] = take_right ? list[right++] : list[left++];
      }
    }
    list.swap(merged);
  }
}

}  // namespace

bool natural_less(std::string_view a, std::string_view b, YamlDialect dialect) {
  const auto [x, y] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  if (x == a.end() || y == b.end()) return x == a.end() && y != b.end();
  // Nearly always two letters differ, and then that is all.
  if (is_letter(static_cast<unsigned char>(*x)) && is_letter(static_cast<unsigned char>(*y)) &&
      static_cast<unsigned char>(*x) < 0x80 && static_cast<unsigned char>(*y) < 0x80) {
    return *x < *y;
  }
  const std::u32string left = runes_of(a), right = runes_of(b);
  std::size_t at = 0;
  while (at < left.size() && at < right.size() && left[at] == right[at]) ++at;
  if (at == left.size() || at == right.size()) return left.size() < right.size();
  return less_from(left, right, at, dialect);
}

std::vector<const Member*> natural_order(std::span<const Member> members, YamlDialect dialect) {
  std::vector<const Member*> list;
  list.reserve(members.size());
  for (const Member& member : members) list.push_back(&member);
  const auto less = [dialect](const Member* a, const Member* b) {
    return natural_less(a->key(), b->key(), dialect);
  };
  merge_sort(list, less);
  return list;
}

}  // namespace rumbo::codec
