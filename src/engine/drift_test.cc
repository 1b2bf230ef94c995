#include "engine/drift.h"

#include <gtest/gtest.h>

namespace rumbo::engine {
namespace {

const ObjectKey kWeb{"apps", "Deployment", "dev", "web"};

Value deployment(int replicas) {
  return Value::object({{"apiVersion", "apps/v1"},
                        {"kind", "Deployment"},
                        {"metadata", Value::object({{"name", "web"}, {"namespace", "dev"}})},
                        {"spec", Value::object({{"replicas", std::int64_t{replicas}}})}});
}

Observation seen(Value object) {
  Observation out;
  out.key = kWeb;
  out.exists = true;
  out.object = std::move(object);
  return out;
}

std::vector<DriftItem> drift_of(Observation live) {
  Object wanted;
  wanted.key = kWeb;
  wanted.value = deployment(2);
  Capabilities host;
  host.atomic_switch = true;
  return find_drift({wanted}, {std::move(live)}, host);
}

TEST(DriftTest, NamesTheFieldsThatDiffer) {
  const auto drift = drift_of(seen(deployment(3)));
  ASSERT_EQ(drift.size(), 1U);
  EXPECT_EQ(drift[0].kind, DriftItem::Kind::changed);
  EXPECT_EQ(drift[0].fields, std::vector<std::string>{"spec.replicas"});
}

TEST(DriftTest, WhatIsGoneIsMissing) {
  Observation gone;
  gone.key = kWeb;
  const auto drift = drift_of(gone);
  ASSERT_EQ(drift.size(), 1U);
  EXPECT_EQ(drift[0].kind, DriftItem::Kind::missing);
  EXPECT_EQ(drift[0].reason, "was deleted");
}

// Its target's agent mends the first by itself; nobody but a transaction mends the second.
TEST(DriftTest, ALostPartIsMissingAndAnEndedOneUnhealthy) {
  Observation live = seen(deployment(2));
  auto drift = drift_of(live);
  ASSERT_EQ(drift.size(), 1U);
  EXPECT_EQ(drift[0].kind, DriftItem::Kind::unhealthy);
  live.lost = "pod web-0 was removed";
  drift = drift_of(live);
  ASSERT_EQ(drift.size(), 1U);
  EXPECT_EQ(drift[0].kind, DriftItem::Kind::missing);
  EXPECT_EQ(drift[0].reason, "pod web-0 was removed");
}

}  // namespace
}  // namespace rumbo::engine
