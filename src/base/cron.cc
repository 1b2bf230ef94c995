// Days: where both the day of the month and the day of the week are restricted, either is enough,
// as crontab(5) says.
#include "base/cron.h"

#include <array>
#include <chrono>
#include <string>

#include "base/strings.h"

namespace rumbo {
namespace {

constexpr int kMostDays = 5 * 366;

struct Field {
  std::string_view name;
  int low, high;
  std::array<std::string_view, 12> names;
  int first_name;
};

constexpr Field kMinute{"minute", 0, 59, {}, 0};
constexpr Field kHour{"hour", 0, 23, {}, 0};
constexpr Field kDay{"day of the month", 1, 31, {}, 0};
constexpr Field kMonth{
    "month",
    1,
    12,
    {"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"},
    1};
constexpr Field kWeekday{
    "day of the week", 0, 7, {"sun", "mon", "tue", "wed", "thu", "fri", "sat"}, 0};

tl::unexpected<Error> wrong(const Field& field, std::string_view text) {
  return fail(Code::invalid, "schedule: `" + printable(text, 40) + "` is no " +
                                 std::string(field.name) + " (" + std::to_string(field.low) + "-" +
                                 std::to_string(field.high) + ")");
}

Result<int> number(const Field& field, std::string_view text) {
  for (std::size_t i = 0; i < field.names.size(); ++i) {
    if (!field.names[i].empty() && to_lower(text) == field.names[i]) {
      return field.first_name + static_cast<int>(i);
    }
  }
  const auto value = parse_int(text);
  if (!value || *value < field.low || *value > field.high) return wrong(field, text);
  return static_cast<int>(*value);
}

/// "*", "5", "1-5", each with "/2"; sets(n) for every number meant.
template <class Set>
Result<> read_part(const Field& field, std::string_view part, const Set& set) {
  int step = 1;
  const auto slash = part.find('/');
  if (slash != std::string_view::npos) {
    const auto value = parse_int(part.substr(slash + 1));
    if (!value || *value < 1 || *value > field.high) return wrong(field, part);
    step = static_cast<int>(*value);
  }
  const std::string_view range = part.substr(0, slash);
  int low = field.low, high = field.high;
  if (range != "*" && range != "?") {
    const auto dash = range.find('-');
    low = TRY(number(field, range.substr(0, dash)));
    if (dash != std::string_view::npos) {
      high = TRY(number(field, range.substr(dash + 1)));
    } else if (slash == std::string_view::npos) {
      high = low;
    }
  }
  if (low > high) return wrong(field, part);
  for (int n = low; n <= high; n += step) set(n);
  return {};
}

template <class Set>
Result<> read_field(const Field& field, std::string_view text, const Set& set) {
  for (const std::string_view part : split(text, ',')) TRY(read_part(field, part, set));
  return {};
}

std::string_view macro(std::string_view word) {
  constexpr std::pair<std::string_view, std::string_view> kMacros[] = {
      {"@yearly", "0 0 1 1 *"}, {"@annually", "0 0 1 1 *"}, {"@monthly", "0 0 1 * *"},
      {"@weekly", "0 0 * * 0"}, {"@daily", "0 0 * * *"},    {"@midnight", "0 0 * * *"},
      {"@hourly", "0 * * * *"}};
  for (const auto& [name, meaning] : kMacros) {
    if (word == name) return meaning;
  }
  return word;
}

}  // namespace

Result<CronSchedule> CronSchedule::parse(std::string_view text) {
  CronSchedule out;
  std::vector<std::string_view> fields;
  for (const std::string_view word : split(macro(trim(text)), ' ')) {
    if (!word.empty()) fields.push_back(word);
  }
  if (fields.size() != 5) {
    return fail(Code::invalid, "schedule `" + printable(text, 60) +
                                   "` has not five fields: minute, hour, day of the month, month, "
                                   "day of the week");
  }
  const auto at = [](int n) { return static_cast<std::size_t>(n); };
  TRY(read_field(kMinute, fields[0], [&](int n) { out.minutes_.set(at(n)); }));
  TRY(read_field(kHour, fields[1], [&](int n) { out.hours_.set(at(n)); }));
  TRY(read_field(kDay, fields[2], [&](int n) { out.days_.set(at(n)); }));
  TRY(read_field(kMonth, fields[3], [&](int n) { out.months_.set(at(n)); }));
  TRY(read_field(kWeekday, fields[4], [&](int n) { out.weekdays_.set(at(n % 7)); }));
  out.any_day_ = fields[2].starts_with('*') || fields[2] == "?";
  out.any_weekday_ = fields[4].starts_with('*') || fields[4] == "?";
  return out;
}

bool CronSchedule::day_matches(int day, int month, int weekday) const {
  if (!months_[static_cast<std::size_t>(month)]) return false;
  const bool by_day = days_[static_cast<std::size_t>(day)];
  const bool by_weekday = weekdays_[static_cast<std::size_t>(weekday)];
  return any_day_ || any_weekday_ ? by_day && by_weekday : by_day || by_weekday;
}

bool CronSchedule::day_matches(std::chrono::sys_days date) const {
  const std::chrono::year_month_day ymd{date};
  return day_matches(static_cast<int>(static_cast<unsigned>(ymd.day())),
                     static_cast<int>(static_cast<unsigned>(ymd.month())),
                     static_cast<int>(std::chrono::weekday(date).c_encoding()));
}

std::optional<WallTime> CronSchedule::next_after(WallTime time) const {
  return next_after(time, [](std::int64_t) { return 0; });
}

std::optional<WallTime> CronSchedule::next_after(WallTime time, const OffsetAt& offset_at) const {
  using std::chrono::floor;
  using std::chrono::seconds;
  // Of no zone, and more than any change of the clocks moves them.
  constexpr std::int64_t kFar = 26 * 3600;
  const auto after = floor<seconds>(time.since_epoch).count();
  const auto today = floor<std::chrono::days>(seconds(after + offset_at(after)));
  // A repeated hour may lead back over midnight.
  auto day = today - std::chrono::days(1);
  for (int i = 0; i < kMostDays; ++i, day += std::chrono::days(1)) {
    if (!day_matches(std::chrono::sys_days(day))) continue;
    const std::int64_t midnight = seconds(day).count();
    const std::int64_t before = offset_at(midnight - kFar);
    const std::int64_t later = offset_at(midnight + kFar + 24 * 3600);
    std::optional<std::int64_t> due;
    for (std::int64_t minute = 0; minute < 24 * 60; ++minute) {
      if (!hours_[static_cast<std::size_t>(minute / 60)] ||
          !minutes_[static_cast<std::size_t>(minute % 60)]) {
        continue;
      }
      for (const std::int64_t offset : {before, later}) {
        const std::int64_t at = midnight + minute * 60 - offset;
        if (at <= after || (due && at >= *due)) continue;
        if (before != later && offset_at(at) != offset) continue;  // skipped by a change
        due = at;
      }
      if (due && before == later) break;
    }
    if (due) return WallTime{Duration(seconds(*due))};
  }
  return std::nullopt;
}

}  // namespace rumbo
