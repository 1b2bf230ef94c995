#include "base/time.h"

#include <array>
#include <cmath>
#include <cstdio>
#include <utility>

namespace rumbo {
namespace {

using std::chrono::duration_cast;
using std::chrono::sys_days;

/// Reads exactly `count` digits at `at`; -1 if they are not there.
int digits(std::string_view text, std::size_t at, std::size_t count) {
  if (at + count > text.size()) return -1;
  int number = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    number = number * 10 + (text[i] - '0');
  }
  return number;
}

constexpr std::array<std::pair<std::string_view, double>, 8> kUnits{{
    {"ns", 1.0},
    {"us", 1e3},
    {"\u00b5s", 1e3},
    {"\u03bcs", 1e3},
    {"ms", 1e6},
    {"s", 1e9},
    {"m", 60e9},
    {"h", 3600e9},
}};

}  // namespace

std::string to_rfc3339(WallTime time) {
  const std::chrono::sys_time<std::chrono::milliseconds> instant{
      std::chrono::floor<std::chrono::milliseconds>(time.since_epoch)};
  const auto day = std::chrono::floor<std::chrono::days>(instant);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{instant - day};
  std::array<char, 40> out{};
  std::snprintf(
      out.data(), out.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
      static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
      static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
  return out.data();
}

std::optional<WallTime> from_rfc3339(std::string_view text) {
  const int year = digits(text, 0, 4), month = digits(text, 5, 2), day = digits(text, 8, 2);
  const int hour = digits(text, 11, 2), minute = digits(text, 14, 2), second = digits(text, 17, 2);
  if (year < 0 || month < 0 || day < 0 || hour < 0 || minute < 0 || second < 0) return {};
  if (text[4] != '-' || text[7] != '-' || (text[10] != 'T' && text[10] != 't')) return {};
  if (text[13] != ':' || text[16] != ':' || hour > 23 || minute > 59 || second > 60) return {};
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return {};
  Duration since = sys_days(date).time_since_epoch() + std::chrono::hours(hour) +
                   std::chrono::minutes(minute) + std::chrono::seconds(second);
  std::size_t at = 19;
  if (at < text.size() && text[at] == '.') {
    std::int64_t scale = 100'000'000;
    for (++at; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, scale /= 10) {
      since += Duration((text[at] - '0') * scale);
    }
  }
  const std::string_view zone = text.substr(at);
  if (zone == "Z" || zone == "z") return WallTime{since};
  if (zone.size() != 6 || (zone[0] != '+' && zone[0] != '-') || zone[3] != ':') return {};
  const int offset_hours = digits(zone, 1, 2), offset_minutes = digits(zone, 4, 2);
  if (offset_hours < 0 || offset_minutes < 0) return {};
  const Duration offset = std::chrono::hours(offset_hours) + std::chrono::minutes(offset_minutes);
  return WallTime{zone[0] == '+' ? since - offset : since + offset};
}

std::string to_string(Duration duration) {
  if (duration < Duration(0)) return "-" + to_string(-duration);
  std::array<char, 40> out{};
  const double seconds = std::chrono::duration<double>(duration).count();
  if (duration < 1ms) {
    std::snprintf(out.data(), out.size(), "%.0fus", seconds * 1e6);
  } else if (duration < 1s) {
    std::snprintf(out.data(), out.size(), "%.0fms", seconds * 1e3);
  } else if (duration < 1min) {
    const bool whole = duration % 1s == Duration(0);
    std::snprintf(out.data(), out.size(), whole ? "%.0fs" : "%.1fs", seconds);
  } else {
    const auto total = duration_cast<std::chrono::seconds>(duration).count();
    std::string text;
    if (total >= 3600) text += std::to_string(total / 3600) + "h";
    if (total % 3600 >= 60) text += std::to_string(total % 3600 / 60) + "m";
    if (total % 60 != 0) text += std::to_string(total % 60) + "s";
    return text;
  }
  return out.data();
}

std::optional<Duration> parse_duration(std::string_view text) {
  if (text == "0") return Duration(0);
  if (text.empty() || text.size() > 64) return {};
  double total = 0;
  while (!text.empty()) {
    double number = 0;
    double scale = 0;
    std::size_t used = 0;
    for (; used < text.size(); ++used) {
      const char c = text[used];
      if (c == '.' && scale == 0) {
        scale = 1;
      } else if (c >= '0' && c <= '9') {
        number = number * 10 + (c - '0');
        scale *= 10;
      } else {
        break;
      }
    }
    if (used == 0 || (used == 1 && text[0] == '.')) return {};
    text.remove_prefix(used);
    // The longest unit first: "ms" before "m".
    const std::pair<std::string_view, double>* unit = nullptr;
    for (const auto& candidate : kUnits) {
      if (!text.starts_with(candidate.first)) continue;
      if (unit == nullptr || candidate.first.size() > unit->first.size()) unit = &candidate;
    }
    if (unit == nullptr) return {};
    text.remove_prefix(unit->first.size());
    total += number / (scale > 1 ? scale : 1) * unit->second;
  }
  if (total > 9.2e18) return {};
  return Duration(std::llround(total));
}

}  // namespace rumbo
