// GoTime: an instant in a zone, as Go's time.Time, and its layouts ("2006-01-02").
//
// Threads: values and pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "script/failure.h"

namespace rumbo::script {

struct GoZone {
  std::string name = "UTC";  ///< empty: the offset is printed instead
  int offset = 0;            ///< seconds east of Greenwich
};

struct GoDate {
  std::int64_t year = 1;
  int month = 1, day = 1, hour = 0, minute = 0, second = 0;
  int weekday = 0;   ///< 0 is Sunday
  int year_day = 1;  ///< from 1
};

struct GoTime {
  /// January 1 of year 1, UTC: Go's zero time.
  static constexpr std::int64_t kZero = -62135596800;

  std::int64_t seconds = kZero;  ///< since 1970
  std::int32_t nanoseconds = 0;
  GoZone zone;

  GoDate date() const;
  /// time.Time.Format.
  std::string format(std::string_view layout) const;
  /// time.Time.String.
  std::string print() const { return format("2006-01-02 15:04:05.999999999 -0700 MST"); }
  GoTime plus(std::int64_t nanos) const;
  /// Nanoseconds from `other` to this, held within an int64.
  std::int64_t since(const GoTime& other) const;
};

/// The instant of a date in a zone with this offset.
std::int64_t seconds_of(std::int64_t year, int month, int day, int hour, int minute, int second);
int days_in_month(std::int64_t year, int month);
bool is_leap(std::int64_t year);

/// time.Parse; the error is Go's text.
Outcome<GoTime> parse_go_time(std::string_view layout, std::string_view value);

}  // namespace rumbo::script
