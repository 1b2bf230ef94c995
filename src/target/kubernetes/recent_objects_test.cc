#include "target/kubernetes/recent_objects.h"

#include <gtest/gtest.h>

namespace rumbo::target::kubernetes {
namespace {

const ObjectKey kWeb{"apps", "Deployment", "shop", "web"};
const KindName kDeployments{"apps", "Deployment"};

Value web(const std::string& version, int ready = 0, const std::string& api = "apps/v1") {
  return Value::object({{"apiVersion", api},
                        {"metadata", Value::object({{"resourceVersion", version}})},
                        {"status", Value::object({{"ready", std::int64_t{ready}}})}});
}

MonoTime at(int seconds) {
  return {std::chrono::seconds(seconds)};
}

struct RecentObjectsTest : ::testing::Test {
  RecentObjectsTest() { recent.watched(kDeployments, true); }
  void moved(const std::string& version, int seconds = 0) {
    recent.moved(kWeb, version, nullptr, at(seconds));
  }
  RecentObjects recent;
};

TEST_F(RecentObjectsTest, WhatWasPutIsBelievedUntilAnEventTellsOfANewerOne) {
  EXPECT_FALSE(recent.current(kWeb, at(0)));
  recent.put(kWeb, web("10"), at(0));
  EXPECT_EQ(recent.current(kWeb, at(1)), web("10"));
  moved("10");
  EXPECT_EQ(recent.current(kWeb, at(1)), web("10")) << "the event of that very write";
  moved("9");
  EXPECT_EQ(recent.current(kWeb, at(1)), web("10")) << "an older event came late";
  moved("11");
  EXPECT_FALSE(recent.current(kWeb, at(1)));
  recent.put(kWeb, web("11"), at(1));
  EXPECT_EQ(recent.current(kWeb, at(1)), web("11"));
}

TEST_F(RecentObjectsTest, AnEventThatCameBeforeTheAnswerCounts) {
  recent.expect(kWeb, at(0));
  moved("12");
  recent.put(kWeb, web("11"), at(0));
  EXPECT_FALSE(recent.current(kWeb, at(0))) << "the answer was overtaken";
  moved("100");
  recent.put(kWeb, web("99"), at(0));
  EXPECT_FALSE(recent.current(kWeb, at(0))) << "versions are numbers, not texts";
}

TEST_F(RecentObjectsTest, AnOlderAnswerDoesNotReplaceANewerOne) {
  recent.put(kWeb, web("11", 1), at(0));
  recent.put(kWeb, web("10", 0), at(0));
  EXPECT_EQ(recent.current(kWeb, at(0)), web("11", 1));
}

TEST_F(RecentObjectsTest, WholeEventsBringTheObject) {
  recent.put(kWeb, web("10", 0), at(0));
  const Value ready = web("12", 1);
  recent.moved(kWeb, "12", &ready, at(8));
  EXPECT_EQ(recent.current(kWeb, at(27)), ready);
  const Value other = web("13", 2, "apps/v2");
  recent.moved(kWeb, "13", &other, at(8));
  EXPECT_FALSE(recent.current(kWeb, at(8))) << "in another version than it is applied in";
}

TEST_F(RecentObjectsTest, NothingIsBelievedWithoutAWatchOrForLong) {
  recent.put(kWeb, web("10"), at(0));
  EXPECT_FALSE(recent.current(kWeb, at(21))) << "a watch may be silently stalled";
  recent.put(kWeb, web("10"), at(30));
  recent.watched(kDeployments, false);
  EXPECT_FALSE(recent.current(kWeb, at(30)));
  recent.put(kWeb, web("10"), at(30));
  EXPECT_FALSE(recent.current(kWeb, at(30)));
  recent.watched(kDeployments, true);
  EXPECT_FALSE(recent.current(kWeb, at(30))) << "what happened meanwhile is not known";
}

TEST_F(RecentObjectsTest, WhatIsGoneOrHasNoVersionIsReadAnew) {
  recent.put(kWeb, web("10"), at(0));
  recent.gone(kWeb);
  EXPECT_FALSE(recent.current(kWeb, at(0)));
  recent.put(kWeb, web("ten"), at(0));
  EXPECT_FALSE(recent.current(kWeb, at(0)));
  recent.put(kWeb, web("10"), at(0));
  moved("opaque");
  EXPECT_FALSE(recent.current(kWeb, at(0)));
}

TEST_F(RecentObjectsTest, SweepKeepsWhatIsInUse) {
  recent.put(kWeb, web("10"), at(0));
  recent.sweep(at(5));
  EXPECT_TRUE(recent.current(kWeb, at(5)));
  recent.sweep(at(100));
  moved("10", 100);
  EXPECT_FALSE(recent.current(kWeb, at(100)));
}

}  // namespace
}  // namespace rumbo::target::kubernetes
