#include "script/go_time.h"

#include <cstdlib>
#include <fmt/core.h>
#include <limits>

#include "script/time_layout.h"

namespace rumbo::script {
namespace {

constexpr std::int64_t kDay = 86400;
constexpr std::int64_t kNanos = 1'000'000'000;

std::int64_t floor_div(std::int64_t a, std::int64_t b) {
  return a / b - (a % b < 0 ? 1 : 0);
}

/// Days since 1970-01-01 of a date of the Gregorian calendar.
std::int64_t days_of(std::int64_t year, int month, int day) {
  year -= month <= 2 ? 1 : 0;
  const std::int64_t era = floor_div(year, 400);
  const std::int64_t of_era = year - era * 400;
  const std::int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

std::string zone_text(TimePart part, int offset) {
  const bool iso = part >= TimePart::iso_zone && part <= TimePart::iso_colon_seconds_zone;
  if (iso && offset == 0) return "Z";
  const int size = std::abs(offset);
  const int hours = size / 3600, minutes = size / 60 % 60, seconds = size % 60;
  const char sign = offset < 0 ? '-' : '+';
  switch (part) {
    case TimePart::iso_short_zone:
    case TimePart::number_short_zone:
      return fmt::format("{}{:02}", sign, hours);
    case TimePart::iso_colon_zone:
    case TimePart::number_colon_zone:
      return fmt::format("{}{:02}:{:02}", sign, hours, minutes);
    case TimePart::iso_seconds_zone:
    case TimePart::number_seconds_zone:
      return fmt::format("{}{:02}{:02}{:02}", sign, hours, minutes, seconds);
    case TimePart::iso_colon_seconds_zone:
    case TimePart::number_colon_seconds_zone:
      return fmt::format("{}{:02}:{:02}:{:02}", sign, hours, minutes, seconds);
    default:
      return fmt::format("{}{:02}{:02}", sign, hours, minutes);
  }
}

std::string fraction_text(std::string_view part, std::int32_t nanoseconds, bool trims) {
  std::string digits = fmt::format("{:09}", nanoseconds);
  digits.resize(std::min<std::size_t>(part.size() - 1, 9), '0');
  if (trims) {
    digits.erase(digits.find_last_not_of('0') + 1);
    if (digits.empty()) return {};
  }
  return part[0] + digits;
}

}  // namespace

bool is_leap(std::int64_t year) {
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

int days_in_month(std::int64_t year, int month) {
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && is_leap(year) ? 29 : kDays[month - 1];
}

std::int64_t seconds_of(std::int64_t year, int month, int day, int hour, int minute, int second) {
  return days_of(year, month, day) * kDay + hour * 3600 + minute * 60 + second;
}

GoDate GoTime::date() const {
  const std::int64_t local = seconds + zone.offset;
  const std::int64_t days = floor_div(local, kDay);
  const std::int64_t rest = local - days * kDay;
  const std::int64_t shifted = days + 719468;
  const std::int64_t era = floor_div(shifted, 146097);
  const std::int64_t of_era = shifted - era * 146097;
  const std::int64_t years = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
  const std::int64_t of_year = of_era - (365 * years + years / 4 - years / 100);
  const std::int64_t part = (5 * of_year + 2) / 153;
  GoDate out;
  out.day = static_cast<int>(of_year - (153 * part + 2) / 5 + 1);
  out.month = static_cast<int>(part + (part < 10 ? 3 : -9));
  out.year = years + era * 400 + (out.month <= 2 ? 1 : 0);
  out.hour = static_cast<int>(rest / 3600);
  out.minute = static_cast<int>(rest / 60 % 60);
  out.second = static_cast<int>(rest % 60);
  out.weekday = static_cast<int>(((days + 4) % 7 + 7) % 7);
  out.year_day = static_cast<int>(days - days_of(out.year, 1, 1) + 1);
  return out;
}

GoTime GoTime::plus(std::int64_t nanos) const {
  GoTime out = *this;
  const std::int64_t whole = floor_div(nanos, kNanos);
  out.seconds += whole;
  const std::int64_t rest = out.nanoseconds + (nanos - whole * kNanos);
  out.seconds += rest / kNanos;
  out.nanoseconds = static_cast<std::int32_t>(rest % kNanos);
  return out;
}

std::int64_t GoTime::since(const GoTime& other) const {
  std::int64_t out = 0, distance = 0;
  if (__builtin_sub_overflow(seconds, other.seconds, &distance) ||
      __builtin_mul_overflow(distance, kNanos, &out) ||
      __builtin_add_overflow(out, nanoseconds - other.nanoseconds, &out)) {
    return seconds > other.seconds ? std::numeric_limits<std::int64_t>::max()
                                   : std::numeric_limits<std::int64_t>::min();
  }
  return out;
}

std::string GoTime::format(std::string_view layout) const {
  const GoDate d = date();
  const int hour12 = d.hour % 12 == 0 ? 12 : d.hour % 12;
  const auto month = static_cast<std::size_t>(d.month - 1);
  const auto weekday = static_cast<std::size_t>(d.weekday);
  std::string out;
  while (!layout.empty()) {
    const TimeChunk chunk = next_time_chunk(layout);
    out += chunk.prefix;
    layout = chunk.suffix;
    switch (chunk.part) {
      case TimePart::none:
        return out;
      case TimePart::year:
        out += fmt::format("{:02}", std::max<std::int64_t>(d.year, 0) % 100);
        break;
      case TimePart::long_year:
        out += fmt::format("{:04}", d.year);
        break;
      case TimePart::month:
        out += kMonths[month].substr(0, 3);
        break;
      case TimePart::long_month:
        out += kMonths[month];
        break;
      case TimePart::number_month:
        out += std::to_string(d.month);
        break;
      case TimePart::zero_month:
        out += fmt::format("{:02}", d.month);
        break;
      case TimePart::weekday:
        out += kWeekdays[weekday].substr(0, 3);
        break;
      case TimePart::long_weekday:
        out += kWeekdays[weekday];
        break;
      case TimePart::day:
        out += std::to_string(d.day);
        break;
      case TimePart::under_day:
        out += fmt::format("{:2}", d.day);
        break;
      case TimePart::zero_day:
        out += fmt::format("{:02}", d.day);
        break;
      case TimePart::under_year_day:
        out += fmt::format("{:3}", d.year_day);
        break;
      case TimePart::zero_year_day:
        out += fmt::format("{:03}", d.year_day);
        break;
      case TimePart::hour:
        out += fmt::format("{:02}", d.hour);
        break;
      case TimePart::hour12:
        out += std::to_string(hour12);
        break;
      case TimePart::zero_hour12:
        out += fmt::format("{:02}", hour12);
        break;
      case TimePart::minute:
        out += std::to_string(d.minute);
        break;
      case TimePart::zero_minute:
        out += fmt::format("{:02}", d.minute);
        break;
      case TimePart::second:
        out += std::to_string(d.second);
        break;
      case TimePart::zero_second:
        out += fmt::format("{:02}", d.second);
        break;
      case TimePart::upper_pm:
        out += d.hour >= 12 ? "PM" : "AM";
        break;
      case TimePart::lower_pm:
        out += d.hour >= 12 ? "pm" : "am";
        break;
      case TimePart::zone_name:
        out += zone.name.empty() ? zone_text(TimePart::number_zone, zone.offset) : zone.name;
        break;
      case TimePart::fraction_zero:
        out += fraction_text(chunk.text, nanoseconds, false);
        break;
      case TimePart::fraction_nine:
        out += fraction_text(chunk.text, nanoseconds, true);
        break;
      default:
        out += zone_text(chunk.part, zone.offset);
        break;
    }
  }
  return out;
}

}  // namespace rumbo::script
