// Bad luck in virtual time: clocks that jump, and remedies where there is nothing to remedy.
#include <gtest/gtest.h>

#include "rig.h"

namespace rumbo::controltest {
namespace {

std::string shop(const std::string& more = "") {
  return application("shop", more) + environment();
}

TEST(Luck, AClockThatJumpsChangesNoOutcome) {
  using namespace std::chrono_literals;
  for (const Duration jump : {Duration(-24h), Duration(10 * 365 * 24h), Duration(-1s)}) {
    Rig rig(shop());
    rig.source.commit(kShopUrl, release("shop", "app:1"));
    rig.run(10s);
    rig.source.commit(kShopUrl, release("shop", "app:2", "after:20s"));
    bool jumped = false;
    rig.on_pause = [&] {
      if (!jumped) rig.clock.jump_wall(jump);
      jumped = true;
    };
    rig.run(2min);
    EXPECT_TRUE(jumped);
    EXPECT_EQ(rig.image(), "app:2");
    EXPECT_EQ(rig.outcome_of_last(), "committed");
    EXPECT_EQ(rig.transactions(), 2) << "nothing timed out and nothing was tried twice";
    EXPECT_TRUE(rig.operations().verify_log());
    rig.clock.jump_wall(Duration(0) - jump);
    rig.source.commit(kShopUrl, release("shop", "app:3"));
    rig.run(2min);
    EXPECT_EQ(rig.image(), "app:3");
  }
}

TEST(Luck, RemediesNameWhatTheyAreAbout) {
  Rig rig(shop());
  rig.source.commit(kShopUrl, release("shop", "app:1"));
  rig.run(10s);
  const auto whose = rig.operations().remedy({.remedy = Remedy::recreate_volume});
  ASSERT_FALSE(whose);
  EXPECT_NE(whose.error().message().find("needs the application"), std::string::npos);
  const auto none = rig.operations().remedy(
      {.remedy = Remedy::forget, .select = {{"shop"}, ""}, .object = "nothing"});
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code(), Code::not_found);
  const auto sim = rig.operations().remedy({.remedy = Remedy::from_target});
  ASSERT_FALSE(sim);
  EXPECT_EQ(sim.error().code(), Code::unsupported) << "the simulated target knows none";
  const auto snapshot = rig.operations().snapshot();
  ASSERT_FALSE(snapshot);
  EXPECT_EQ(snapshot.error().code(), Code::unsupported);
}

TEST(Luck, LogsOfAnApplicationByItsNameAlone) {
  Rig rig(shop());
  rig.source.commit(kShopUrl, release("shop", "app:1"));
  rig.run(10s);
  const auto none = [](const Value&) { return true; };
  EXPECT_TRUE(rig.operations().logs({.object = "shop"}, none, Cancel()));
  EXPECT_TRUE(rig.operations().logs({.select = {{"shop"}, ""}}, none, Cancel()));
  EXPECT_TRUE(rig.operations().logs({}, none, Cancel()));
  EXPECT_FALSE(rig.operations().logs({.object = "cart"}, none, Cancel()));
}

}  // namespace
}  // namespace rumbo::controltest
