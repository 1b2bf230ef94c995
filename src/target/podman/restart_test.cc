#include "target/podman/restart.h"

#include <gtest/gtest.h>

namespace rumbo::target::podman {
namespace {

using Do = RestartKeeper::Do;

ContainerSight running(int pid) {
  ContainerSight out;
  out.state = RunState::running;
  out.pid = pid;
  return out;
}
ContainerSight ended(int code) {
  ContainerSight out;
  out.state = RunState::exited;
  out.exit_code = code;
  return out;
}
MonoTime at(Duration since) {
  return {since};
}

TEST(RestartKeeper, ARunningContainerIsLeftAlone) {
  RestartKeeper keeper;
  EXPECT_EQ(keeper.step(running(1), RestartPolicy::always, at(0s)), Do::nothing);
  EXPECT_EQ(keeper.step(running(1), RestartPolicy::always, at(1h)), Do::nothing);
  EXPECT_EQ(keeper.restarts(), 0);
  EXPECT_TRUE(keeper.reason().empty());
}

TEST(RestartKeeper, TheFirstDeathIsRestartedByPodmanAtOnce) {
  RestartKeeper keeper;
  keeper.step(running(1), RestartPolicy::always, at(0s));
  EXPECT_EQ(keeper.step(running(2), RestartPolicy::always, at(60s)), Do::nothing);
  EXPECT_EQ(keeper.restarts(), 1);
  EXPECT_FALSE(keeper.waiting());
}

TEST(RestartKeeper, TheSecondDeathIsHeldForTenSecondsThenTwenty) {
  RestartKeeper keeper;
  keeper.step(running(1), RestartPolicy::always, at(0s));
  keeper.step(running(2), RestartPolicy::always, at(1s));
  EXPECT_EQ(keeper.step(ended(3), RestartPolicy::always, at(2s)), Do::nothing);
  EXPECT_TRUE(keeper.waiting());
  EXPECT_EQ(keeper.reason(), "CrashLoopBackOff");
  EXPECT_EQ(keeper.message(), "exit 3");
  EXPECT_EQ(keeper.step(running(3), RestartPolicy::always, at(3s)), Do::stop)
      << "Podman started it again too early";
  EXPECT_EQ(keeper.step(ended(137), RestartPolicy::always, at(4s)), Do::nothing);
  EXPECT_EQ(keeper.restarts(), 2) << "our own stop is no death";
  EXPECT_EQ(keeper.message(), "exit 3") << "nor is its exit status the container's";
  EXPECT_EQ(keeper.next(), at(12s));
  EXPECT_EQ(keeper.step(ended(137), RestartPolicy::always, at(11s)), Do::nothing);
  EXPECT_EQ(keeper.step(ended(137), RestartPolicy::always, at(12s)), Do::start);
  keeper.step(running(4), RestartPolicy::always, at(12s));
  keeper.step(ended(3), RestartPolicy::always, at(13s));
  EXPECT_EQ(keeper.next(), at(33s));
}

TEST(RestartKeeper, ThePauseIsAtMostFiveMinutes) {
  RestartKeeper keeper;
  MonoTime now = at(0s);
  int pid = 1;
  keeper.step(running(pid), RestartPolicy::always, now);
  Duration longest{0};
  for (int i = 0; i < 12; ++i) {
    now = now + Duration(1s);
    keeper.step(ended(1), RestartPolicy::always, now);
    if (keeper.waiting()) {
      longest = std::max(longest, keeper.next() - now);
      now = keeper.next();
    }
    keeper.step(ended(1), RestartPolicy::always, now + Duration(2s));
    keeper.step(running(++pid), RestartPolicy::always, now + Duration(2s));
  }
  EXPECT_EQ(longest, Duration(5min));
}

TEST(RestartKeeper, TenMinutesOfRunningForgetItsPast) {
  RestartKeeper keeper;
  keeper.step(running(1), RestartPolicy::always, at(0s));
  keeper.step(running(2), RestartPolicy::always, at(1s));
  keeper.step(running(3), RestartPolicy::always, at(1s + 11min));
  EXPECT_EQ(keeper.restarts(), 1);
  EXPECT_FALSE(keeper.waiting());
}

TEST(RestartKeeper, ItStartsWhatPodmanDoesNot) {
  RestartKeeper keeper;
  keeper.step(running(1), RestartPolicy::always, at(0s));
  EXPECT_EQ(keeper.step(ended(1), RestartPolicy::always, at(1s)), Do::nothing);
  EXPECT_EQ(keeper.step(ended(1), RestartPolicy::always, at(3s)), Do::start);
}

TEST(RestartKeeper, NeverAndOnFailureEndWhenTheySay) {
  RestartKeeper never;
  never.step(running(1), RestartPolicy::never, at(0s));
  EXPECT_EQ(never.step(ended(1), RestartPolicy::never, at(1s)), Do::nothing);
  EXPECT_EQ(never.step(ended(1), RestartPolicy::never, at(1h)), Do::nothing);
  EXPECT_EQ(never.reason(), "Error");

  RestartKeeper good;
  good.step(running(1), RestartPolicy::on_failure, at(0s));
  EXPECT_EQ(good.step(ended(0), RestartPolicy::on_failure, at(1h)), Do::nothing);
  EXPECT_TRUE(good.reason().empty());

  RestartKeeper bad;
  bad.step(running(1), RestartPolicy::on_failure, at(0s));
  EXPECT_EQ(bad.step(ended(2), RestartPolicy::on_failure, at(1s)), Do::start);
}

TEST(RestartKeeper, WhatEndedBeforeOurTimeStartsAgain) {
  RestartKeeper keeper;
  EXPECT_EQ(keeper.step(ended(0), RestartPolicy::always, at(0s)), Do::start);
  EXPECT_EQ(keeper.restarts(), 0);
}

TEST(RestartKeeper, WhatMayNotBeRepeatedRunsOnce) {
  RestartKeeper keeper;
  keeper.step(running(1), RestartPolicy::on_failure, at(0s), 0);
  EXPECT_EQ(keeper.step(ended(3), RestartPolicy::on_failure, at(2s), 0), Do::nothing);
  EXPECT_EQ(keeper.step(ended(3), RestartPolicy::on_failure, at(1h), 0), Do::nothing);
  EXPECT_EQ(keeper.restarts(), 1);
  EXPECT_FALSE(keeper.waiting());
}

TEST(RestartKeeper, WhatMayBeRepeatedOnceIsForgivenNoSecondDeath) {
  RestartKeeper keeper;
  keeper.step(running(1), RestartPolicy::on_failure, at(0s), 1);
  EXPECT_EQ(keeper.step(ended(3), RestartPolicy::on_failure, at(2s), 1), Do::start);
  keeper.step(running(2), RestartPolicy::on_failure, at(3s), 1);
  // However long it ran: the count is of the whole Job.
  EXPECT_EQ(keeper.step(ended(3), RestartPolicy::on_failure, at(1h), 1), Do::nothing);
  EXPECT_EQ(keeper.step(ended(3), RestartPolicy::on_failure, at(2h), 1), Do::nothing);
  EXPECT_EQ(keeper.restarts(), 2);
}

}  // namespace
}  // namespace rumbo::target::podman
