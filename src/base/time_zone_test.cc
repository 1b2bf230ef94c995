#include "base/time_zone.h"

#include <fstream>
#include <gtest/gtest.h>
#include <sstream>

#include "base/time.h"

namespace rumbo {
namespace {

std::string zone_file(const std::string& name) {
  std::ifstream in("/usr/share/zoneinfo/" + name, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

std::int64_t seconds(const char* time) {
  return std::chrono::floor<std::chrono::seconds>(from_rfc3339(time)->since_epoch).count();
}

TEST(TimeZone, FollowsTransitionsAndTheRuleBeyondThem) {
  const std::string berlin = zone_file("Europe/Berlin");
  if (berlin.empty()) GTEST_SKIP() << "no tzdata";
  const auto at = [&](const char* time) {
    const auto zone = zone_at(berlin, seconds(time));
    return zone ? zone->name + " " + std::to_string(zone->offset) : "none";
  };
  EXPECT_EQ(at("2026-01-10T00:00:00Z"), "CET 3600");
  EXPECT_EQ(at("2026-03-29T00:59:59Z"), "CET 3600");
  EXPECT_EQ(at("2026-03-29T01:00:00Z"), "CEST 7200");
  EXPECT_EQ(at("2026-10-25T00:59:59Z"), "CEST 7200");
  EXPECT_EQ(at("2026-10-25T01:00:00Z"), "CET 3600");
  EXPECT_EQ(at("2150-03-29T00:59:59Z"), "CET 3600");
  EXPECT_EQ(at("2150-07-01T00:00:00Z"), "CEST 7200");
  EXPECT_EQ(at("1890-01-01T00:00:00Z"), "LMT 3208");
}

TEST(TimeZone, GarbageIsNone) {
  EXPECT_FALSE(zone_at("", 0));
  EXPECT_FALSE(zone_at("TZif2", 0));
  EXPECT_FALSE(zone_at(std::string("TZif") + std::string(60, '\xff'), 0));
}

TEST(TimeZone, NamesStayBelowTheirDirectory) {
  for (const char* name : {"UTC", "Europe/Berlin", "America/Port-au-Prince", "Etc/GMT+1"}) {
    EXPECT_TRUE(is_zone_name(name)) << name;
  }
  for (const char* name : {"", "/etc/passwd", "../x", "a/../b", "a b", "a\n"}) {
    EXPECT_FALSE(is_zone_name(name)) << name;
  }
}

}  // namespace
}  // namespace rumbo
