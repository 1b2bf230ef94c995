// The pieces of Go's time layouts.
//
// Threads: pure functions.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace rumbo::script {

enum class TimePart : std::uint8_t {
  none,
  long_month,
  month,
  number_month,
  zero_month,
  long_weekday,
  weekday,
  day,
  under_day,
  zero_day,
  under_year_day,
  zero_year_day,
  hour,
  hour12,
  zero_hour12,
  minute,
  zero_minute,
  second,
  zero_second,
  long_year,
  year,
  upper_pm,
  lower_pm,
  zone_name,
  iso_zone,                ///< Z0700
  iso_seconds_zone,        ///< Z070000
  iso_short_zone,          ///< Z07
  iso_colon_zone,          ///< Z07:00
  iso_colon_seconds_zone,  ///< Z07:00:00
  number_zone,
  number_seconds_zone,
  number_short_zone,
  number_colon_zone,
  number_colon_seconds_zone,
  fraction_zero,  ///< .000
  fraction_nine,  ///< .999
};

struct TimeChunk {
  std::string_view prefix;  ///< the text before the part
  TimePart part = TimePart::none;
  std::string_view text;  ///< the part itself
  std::string_view suffix;
};
TimeChunk next_time_chunk(std::string_view layout);

inline constexpr std::array<std::string_view, 12> kMonths = {
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December"};
inline constexpr std::array<std::string_view, 7> kWeekdays = {
    "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};

}  // namespace rumbo::script
