#include "app/tidy.h"

#include <ctime>
#include <gtest/gtest.h>

namespace rumbo::app {
namespace {

TEST(Tidy, OnceAfterWorkWhenItIsQuiet) {
  const std::clock_t began = std::clock();
  while (std::clock() - began < CLOCKS_PER_SEC / 5) {
  }
  Tidy tidy;
  MonoTime now{10s};
  EXPECT_FALSE(tidy.look(now)) << "it has just worked";
  EXPECT_FALSE(tidy.look(now + 1s)) << "too early to tell";
  now = now + 3600s;
  EXPECT_TRUE(tidy.look(now));
  now = now + 3600s;
  EXPECT_FALSE(tidy.look(now)) << "nothing was done since";
}

}  // namespace
}  // namespace rumbo::app
