// Cron: when a schedule in crontab(5)'s five fields is due, in UTC or a time zone. As Kubernetes
// reads it: names of months and days, lists, ranges, steps, and @hourly, @daily, @midnight,
// @weekly, @monthly,
// @yearly.
//
// Threads: pure.
#pragma once

#include <bitset>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace rumbo {

class CronSchedule {
 public:
  /// Code::invalid names the field and what is allowed in it.
  static Result<CronSchedule> parse(std::string_view text);

  /// The first time later than this one; nullopt if there is none within five years ("30
  /// February").
  std::optional<WallTime> next_after(WallTime time) const;
  /// The same where the fields are local time: seconds east of Greenwich at an instant, in seconds
  /// since 1970. A time that a change of the clocks skips is not due that day, one that it repeats
  /// is due twice, as in Kubernetes.
  using OffsetAt = std::function<std::int64_t(std::int64_t)>;
  std::optional<WallTime> next_after(WallTime time, const OffsetAt& offset_at) const;

 private:
  bool day_matches(std::chrono::sys_days date) const;
  bool day_matches(int day, int month, int weekday) const;

  std::bitset<60> minutes_;
  std::bitset<24> hours_;
  std::bitset<32> days_;     // 1-31
  std::bitset<13> months_;   // 1-12
  std::bitset<7> weekdays_;  // 0 is Sunday
  bool any_day_ = false;     // the field is "*": only the other one counts
  bool any_weekday_ = false;
};

}  // namespace rumbo
