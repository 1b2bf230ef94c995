#include "script/go_duration.h"

#include <fmt/core.h>
#include <limits>
#include <utility>

#include "script/unicode.h"

namespace rumbo::script {
namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;
constexpr std::uint64_t kLimit = std::uint64_t{1} << 63;

std::uint64_t unit_size(std::string_view unit) {
  constexpr std::pair<std::string_view, std::uint64_t> kUnits[] = {
      {"ns", 1},         {"us", 1000},   {"µs", 1000},        {"μs", 1000},
      {"ms", 1'000'000}, {"s", kSecond}, {"m", 60 * kSecond}, {"h", 3600 * kSecond},
  };
  for (const auto& [name, size] : kUnits) {
    if (name == unit) return size;
  }
  return 0;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// "1.500" without trailing zeros and point.
std::string fraction(std::uint64_t value, std::uint64_t unit, int digits) {
  std::string out = std::to_string(value / unit);
  std::string rest = fmt::format("{:0{}}", value % unit, digits);
  rest.erase(rest.find_last_not_of('0') + 1);
  return rest.empty() ? out : out + "." + rest;
}

}  // namespace

std::string print_go_duration(std::int64_t nanoseconds) {
  const bool negative = nanoseconds < 0;
  const auto u = negative ? 0 - static_cast<std::uint64_t>(nanoseconds)
                          : static_cast<std::uint64_t>(nanoseconds);
  if (u == 0) return "0s";
  const std::string sign = negative ? "-" : "";
  if (u < 1000) return sign + std::to_string(u) + "ns";
  if (u < 1'000'000) return sign + fraction(u, 1000, 3) + "µs";
  if (u < kSecond) return sign + fraction(u, 1'000'000, 6) + "ms";
  const std::uint64_t minutes = u / (60 * kSecond);
  std::string out = fraction(u % (60 * kSecond), kSecond, 9) + "s";
  if (minutes > 0) {
    out.insert(0, std::to_string(minutes % 60) + "m");
    if (minutes >= 60) out.insert(0, std::to_string(minutes / 60) + "h");
  }
  return sign + out;
}

Outcome<std::int64_t> parse_go_duration(std::string_view text) {
  const std::string quoted = quote(text);
  const auto invalid = [&] { return failed("time: invalid duration " + quoted); };
  std::string_view s = text;
  bool negative = false;
  if (!s.empty() && (s[0] == '-' || s[0] == '+')) {
    negative = s[0] == '-';
    s.remove_prefix(1);
  }
  if (s == "0") return 0;
  if (s.empty()) return invalid();
  std::uint64_t total = 0;
  while (!s.empty()) {
    if (s[0] != '.' && !is_digit(s[0])) return invalid();
    std::uint64_t whole = 0;
    bool before = false, after = false;
    for (; !s.empty() && is_digit(s[0]); s.remove_prefix(1)) {
      before = true;
      if (whole > (kLimit - 9) / 10) return invalid();
      whole = whole * 10 + static_cast<std::uint64_t>(s[0] - '0');
    }
    std::uint64_t part = 0;
    double scale = 1;
    if (s.starts_with('.')) {
      s.remove_prefix(1);
      for (; !s.empty() && is_digit(s[0]); s.remove_prefix(1)) {
        after = true;
        if (part > (kLimit - 10) / 10) continue;
        part = part * 10 + static_cast<std::uint64_t>(s[0] - '0');
        scale *= 10;
      }
    }
    if (!before && !after) return invalid();
    std::size_t end = 0;
    while (end < s.size() && s[end] != '.' && !is_digit(s[end])) ++end;
    if (end == 0) return failed("time: missing unit in duration " + quoted);
    const std::string_view unit = s.substr(0, end);
    const std::uint64_t size = unit_size(unit);
    if (size == 0) {
      return failed("time: unknown unit " + quote(unit) + " in duration " + quoted);
    }
    s.remove_prefix(end);
    if (whole > kLimit / size) return invalid();
    whole *= size;
    if (part > 0) {
      whole += static_cast<std::uint64_t>(static_cast<double>(part) *
                                          (static_cast<double>(size) / scale));
    }
    total += whole;
    if (whole > kLimit || total > kLimit) return invalid();
  }
  if (negative) return static_cast<std::int64_t>(0 - total);
  if (total > kLimit - 1) return invalid();
  return static_cast<std::int64_t>(total);
}

}  // namespace rumbo::script
