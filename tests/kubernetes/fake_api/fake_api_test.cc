#include "fake_api.h"

#include <gtest/gtest.h>

#include "codec/json.h"
#include "sim/clock.h"

namespace rumbo::fake_api {
namespace {

TEST(FakeApi, Starts) {
  sim::SimClock clock;
  FakeApi api(clock);
  const auto response = api.as("x", "GET", "/api/v1/namespaces/default");
  EXPECT_EQ(response.status, 200) << response.body;
}

}  // namespace
}  // namespace rumbo::fake_api
