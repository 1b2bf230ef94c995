#include "base/cron.h"

#include <gtest/gtest.h>

namespace rumbo {
namespace {

std::int64_t utc(std::int64_t) {
  return 0;
}
/// Berlin in 2026: the clocks go forward on 29 March at 01:00 UTC, and back on 25 October.
std::int64_t berlin(std::int64_t at) {
  constexpr std::int64_t kForward = 1774746000, kBack = 1792890000;
  return at >= kForward && at < kBack ? 7200 : 3600;
}

struct Row {
  const char *schedule, *after, *next;
  std::int64_t (*zone)(std::int64_t) = utc;
};
void PrintTo(const Row& row, std::ostream* out) {
  *out << row.schedule << " after " << row.after;
}
class CronTable : public ::testing::TestWithParam<Row> {};

TEST_P(CronTable, IsDueNext) {
  const auto schedule = CronSchedule::parse(GetParam().schedule);
  ASSERT_TRUE(schedule) << schedule.error().to_string();
  const auto next = schedule->next_after(from_rfc3339(GetParam().after).value(), GetParam().zone);
  EXPECT_EQ(next, from_rfc3339(GetParam().next)) << (next ? to_rfc3339(*next) : "never");
}

INSTANTIATE_TEST_SUITE_P(
    Schedules, CronTable,
    ::testing::Values(Row{"* * * * *", "2026-11-25T12:00:00Z", "2026-11-25T12:01:00Z"},
                      Row{"* * * * *", "2026-11-25T12:00:59Z", "2026-11-25T12:01:00Z"},
                      Row{"*/15 * * * *", "2026-11-25T12:46:00Z", "2026-11-25T13:00:00Z"},
                      Row{"5/20 * * * *", "2026-11-25T12:06:00Z", "2026-11-25T12:25:00Z"},
                      Row{"30 2 * * *", "2026-11-25T12:00:00Z", "2026-11-26T02:30:00Z"},
                      Row{"0 0 29 2 *", "2026-11-25T12:00:00Z", "2028-02-29T00:00:00Z"},
                      Row{"0 0 30 2 *", "2026-11-25T12:00:00Z", "never"},
                      Row{"0 9 * * mon-fri", "2026-11-27T10:00:00Z", "2026-11-30T09:00:00Z"},
                      Row{"0 9 * * 7", "2026-11-25T10:00:00Z", "2026-11-29T09:00:00Z"},
                      Row{"0 0 1 * 5", "2026-11-25T12:00:00Z", "2026-11-27T00:00:00Z"},
                      Row{"0 0 1 JAN,jul *", "2026-11-25T12:00:00Z", "2027-01-01T00:00:00Z"},
                      Row{"@hourly", "2026-12-31T23:30:00Z", "2027-01-01T00:00:00Z"},
                      Row{" 0  12 * * ? ", "2026-11-25T12:00:00Z", "2026-11-26T12:00:00Z"}));

INSTANTIATE_TEST_SUITE_P(
    InBerlin, CronTable,
    ::testing::Values(Row{"0 9 * * *", "2026-01-10T00:00:00Z", "2026-01-10T08:00:00Z", berlin},
                      Row{"0 9 * * *", "2026-07-10T00:00:00Z", "2026-07-10T07:00:00Z", berlin},
                      Row{"30 0 * * mon", "2026-07-12T12:00:00Z", "2026-07-12T22:30:00Z", berlin},
                      Row{"0 0 1 * *", "2026-06-15T00:00:00Z", "2026-06-30T22:00:00Z", berlin},
                      // Skipped by the clocks: not that day. Repeated by them: twice.
                      Row{"30 2 * * *", "2026-03-28T12:00:00Z", "2026-03-30T00:30:00Z", berlin},
                      Row{"*/30 * * * *", "2026-03-29T00:30:00Z", "2026-03-29T01:00:00Z", berlin},
                      Row{"30 2 * * *", "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z", berlin},
                      Row{"30 2 * * *", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", berlin},
                      Row{"30 2 * * *", "2026-10-25T01:30:00Z", "2026-10-26T01:30:00Z", berlin}));

TEST(Cron, NamesTheFieldThatIsWrong) {
  for (const auto& [text, word] : {std::pair{"60 * * * *", "minute (0-59)"},
                                   {"* 24 * * *", "hour (0-23)"},
                                   {"* * 0 * *", "day of the month (1-31)"},
                                   {"* * * 13 *", "month (1-12)"},
                                   {"* * * * fry", "day of the week"},
                                   {"5-1 * * * *", "minute"},
                                   {"*/0 * * * *", "minute"},
                                   {"* * * *", "five fields"},
                                   {"@often", "five fields"},
                                   {"", "five fields"}}) {
    const auto schedule = CronSchedule::parse(text);
    ASSERT_FALSE(schedule) << text;
    EXPECT_NE(schedule.error().to_string().find(word), std::string::npos)
        << schedule.error().to_string();
  }
}

}  // namespace
}  // namespace rumbo
