#include "target/podman/image_keep.h"

#include <gtest/gtest.h>

namespace rumbo::target::podman {
namespace {

const ObjectKey kWeb{"apps", "Deployment", "d", "web"};

void commit(Record& record, const std::string& txn, const std::string& image, int most = 3) {
  Thing thing;
  thing.owner = {{"i"}, "shop", "dev", {txn}};
  thing.pins = {{image, image + "@sha256:1"}};
  record.current[kWeb] = thing;
  record.pulled[image] = image + "@sha256:1";
  note_generation(record, {txn}, most);
}

TEST(ImageKeep, TheLastStatesOfAnApplicationKeepTheirImages) {
  Record record;
  for (int i = 1; i <= 5; ++i) commit(record, "t-" + std::to_string(i), "web:" + std::to_string(i));
  EXPECT_EQ(wanted_pins(record),
            (std::set<std::string>{"web:3@sha256:1", "web:4@sha256:1", "web:5@sha256:1"}));
  EXPECT_EQ(pulled_for_nothing(record), (std::set<std::string>{"web:1", "web:2"}));
  const auto again = record_from(to_value(record));
  ASSERT_TRUE(again);
  EXPECT_EQ(wanted_pins(*again), wanted_pins(record));
  EXPECT_EQ(pulled_for_nothing(*again), pulled_for_nothing(record));
}

TEST(ImageKeep, AHealIsNoNewState) {
  Record record;
  commit(record, "t-1", "web:1");
  commit(record, "t-2", "web:2");
  for (int i = 3; i < 9; ++i) commit(record, "t-" + std::to_string(i), "web:2");
  EXPECT_EQ(record.generations.size(), 2u);
  EXPECT_TRUE(pulled_for_nothing(record).empty()) << "the way back is still there";
}

TEST(ImageKeep, WhatWasUndoneLeavesNothing) {
  Record record;
  commit(record, "t-1", "web:1");
  record.pulled["web:2"] = "web:2@sha256:1";
  note_generation(record, {"t-2"}, 3);  // its things were taken away again
  EXPECT_EQ(record.generations.size(), 1u);
  EXPECT_EQ(pulled_for_nothing(record), std::set<std::string>{"web:2"});
}

TEST(ImageKeep, NothingIsKeptWhereNothingShallBe) {
  Record record;
  commit(record, "t-1", "web:1", 0);
  commit(record, "t-2", "web:2", 0);
  EXPECT_EQ(wanted_pins(record), std::set<std::string>{"web:2@sha256:1"});
}

}  // namespace
}  // namespace rumbo::target::podman
