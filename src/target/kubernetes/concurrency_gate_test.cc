#include "target/kubernetes/concurrency_gate.h"

#include <gtest/gtest.h>
#include <thread>
#include <vector>

#include "io/env.h"
#include "io/fake/manual_clock.h"

namespace rumbo::target::kubernetes {
namespace {

using Place = ConcurrencyGate::Place;

class GateTest : public ::testing::Test {
 protected:
  Place enter() { return gate.enter(Cancel()).value(); }
  void succeed(int times) {
    for (int i = 0; i < times; ++i) enter().succeeded();
  }
  io::fake::ManualClock clock;
  ConcurrencyGate gate{clock, {.start = 4, .least = 1, .most = 6}};
};

TEST_F(GateTest, GrowsByOneForAWindowOfSuccessesUpToTheMost) {
  succeed(3);
  EXPECT_EQ(gate.admitted(), 4);
  succeed(1);
  EXPECT_EQ(gate.admitted(), 5);
  succeed(5);
  EXPECT_EQ(gate.admitted(), 6);
  succeed(100);
  EXPECT_EQ(gate.admitted(), 6);
}

TEST_F(GateTest, HalvesOnceForWhatWasUnderWayTogether) {
  Place a = enter(), b = enter(), c = enter();
  a.throttled();
  b.throttled();
  EXPECT_EQ(gate.admitted(), 2);
  c.succeeded();
  enter().throttled();
  EXPECT_EQ(gate.admitted(), 1);
  enter().throttled();
  EXPECT_EQ(gate.admitted(), 1);
  succeed(1);
  EXPECT_EQ(gate.admitted(), 2);
}

TEST_F(GateTest, OtherOutcomesFreeTheirPlaceOnly) {
  for (int i = 0; i < 20; ++i) enter();
  EXPECT_EQ(gate.admitted(), 4);
}

TEST_F(GateTest, AFullGateWaitsForAPlaceOrTheCancel) {
  std::vector<Place> places;
  for (int i = 0; i < 4; ++i) places.push_back(enter());
  Cancel cancel;
  cancel.cancel();
  EXPECT_EQ(gate.enter(cancel).error().code(), Code::cancelled);
  EXPECT_EQ(gate.enter(Cancel().with_deadline(clock.mono())).error().code(), Code::timeout);
  std::thread waiting([&] { EXPECT_TRUE(gate.enter(Cancel())); });
  places.pop_back();
  waiting.join();
}

}  // namespace
}  // namespace rumbo::target::kubernetes
