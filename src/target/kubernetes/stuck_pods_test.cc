#include "target/kubernetes/stuck_pods.h"

#include <gtest/gtest.h>

#include "codec/json.h"

namespace rumbo::target::kubernetes {
namespace {

Value json(const std::string& text) {
  const auto value = codec::parse_json(text);
  EXPECT_TRUE(value) << text;
  return value ? *value : Value();
}

Value set(const std::string& spec = "{}") {
  return json(R"({"spec":)" + spec + R"(,"status":{"updateRevision":"db-good"}})");
}

Value pod(int ordinal, const std::string& revision, const std::string& ready,
          const std::string& waiting = "", const std::string& more = "") {
  return json(R"({"metadata":{"name":"db-)" + std::to_string(ordinal) +
              R"(","labels":{"controller-revision-hash":")" + revision + R"("})" + more +
              R"(},"status":{"conditions":[{"type":"Ready","status":")" + ready +
              R"("}],"containerStatuses":[{"name":"db","state":{"waiting":{"reason":")" + waiting +
              R"("}}}]}})");
}

/// What a transaction found whose template is taken back now.
Value before(const std::string& update = "db-good") {
  return json(R"({"status":{"currentRevision":"db-good","updateRevision":")" + update + R"("}})");
}

std::vector<std::string> in_the_way(const Value& of, const std::vector<Value>& pods,
                                    const Value& earlier) {
  std::vector<std::string> out;
  for (const Value& one : pods_in_the_way(of, pods, earlier)) {
    out.push_back(one["metadata"]["name"].str());
  }
  return out;
}

using Names = std::vector<std::string>;

TEST(StuckPods, AreOfAnotherRevisionAndNotReady) {
  const std::vector<Value> pods{pod(0, "db-good", "False"), pod(1, "db-bad", "True"),
                                pod(2, "db-bad", "False")};
  EXPECT_EQ(in_the_way(set(), pods, before()), Names{"db-2"});
}

TEST(StuckPods, AnUpdateRemovesOnlyWhatIsStuckForGood) {
  const std::vector<Value> pods{pod(0, "db-bad", "False", "ContainerCreating"),
                                pod(1, "db-bad", "False", "ImagePullBackOff")};
  EXPECT_EQ(in_the_way(set(), pods, Value()), Names{"db-1"});
  EXPECT_EQ(in_the_way(set(), pods, before()), (Names{"db-0", "db-1"}));
}

TEST(StuckPods, WhatWasRollingOutBeforeIsLeftToItself) {
  const std::vector<Value> pods{pod(0, "db-older", "False"), pod(1, "db-bad", "False")};
  EXPECT_EQ(in_the_way(set(), pods, before("db-older")), Names{"db-1"});
}

TEST(StuckPods, WhatIsBeingDeletedIsLeftAlone) {
  const std::vector<Value> pods{
      pod(0, "db-bad", "False", "", R"(,"deletionTimestamp":"2026-01-01T00:00:00Z")")};
  EXPECT_TRUE(in_the_way(set(), pods, before()).empty());
}

TEST(StuckPods, PodsBelowThePartitionKeepTheirRevision) {
  const std::vector<Value> pods{pod(0, "db-bad", "False"), pod(10, "db-bad", "False")};
  const Value parted = set(R"({"updateStrategy":{"rollingUpdate":{"partition":2}}})");
  EXPECT_EQ(in_the_way(parted, pods, before()), Names{"db-10"});
}

TEST(StuckPods, OtherPoliciesNeedNoHelp) {
  const std::vector<Value> pods{pod(0, "db-bad", "False")};
  const auto none = [&](const std::string& spec) {
    return in_the_way(set(spec), pods, before()).empty();
  };
  EXPECT_TRUE(none(R"({"podManagementPolicy":"Parallel"})"));
  EXPECT_TRUE(none(R"({"updateStrategy":{"type":"OnDelete"}})"));
  EXPECT_TRUE(pods_in_the_way(json(R"({"spec":{}})"), pods, before()).empty());
}

}  // namespace
}  // namespace rumbo::target::kubernetes
