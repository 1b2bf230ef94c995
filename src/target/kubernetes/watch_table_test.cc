#include "target/kubernetes/watch_table.h"

#include <gtest/gtest.h>

#include "codec/json.h"
#include "target/kubernetes/ownership.h"

namespace rumbo::target::kubernetes {
namespace {

const ObjectKey kWeb{"apps", "Deployment", "shop", "web"};

/// `marked`: the fields that the object's marks say Rumbo owns.
Value object(int version, std::string_view fields, std::string_view marked, bool leaving = false) {
  const std::string text =
      R"({"metadata": {"resourceVersion": ")" + std::to_string(version) +
      R"(", "managedFields": [{"manager": "kube-controller-manager", "operation": "Update",
        "subresource": "status", "time": ")" +
      std::to_string(version) + R"("}, {"manager": "rumbo", "operation": "Apply", "fieldsV1": )" +
      std::string(fields) + "}]" +
      (leaving ? R"(, "deletionTimestamp": "2026-01-01T00:00:00Z")" : "") + "}}";
  const auto value = codec::parse_json(text);
  const auto mark = codec::parse_json(marked);
  EXPECT_TRUE(value && mark) << text;
  return value->with_path({"metadata", "annotations"},
                          Value::object({{kFieldsMark, fields_mark(*mark)}}));
}

TEST(WatchTableTest, TellsOfLostFieldsAndNotOfStatus) {
  WatchTable table;
  constexpr std::string_view kBoth = R"({"f:a": {}, "f:b": {}})";
  EXPECT_FALSE(table.put(kWeb, object(1, kBoth, kBoth)));
  EXPECT_FALSE(table.put(kWeb, object(2, kBoth, kBoth)));
  const auto event = table.put(kWeb, object(3, R"({"f:a": {}})", kBoth));
  ASSERT_TRUE(event);
  EXPECT_EQ(event->kind, TargetEvent::Kind::changed);
  EXPECT_EQ(event->key, kWeb);
}

TEST(WatchTableTest, OwnWritesAreNoNews) {
  WatchTable table;
  EXPECT_FALSE(table.put(kWeb, object(1, R"({"f:a": {}})", R"({"f:a": {}})")));
  EXPECT_FALSE(table.put(kWeb, object(2, R"({"f:b": {}})", R"({"f:b": {}})")));
}

TEST(WatchTableTest, WhatAListDoesNotNameAnyMoreIsGone) {
  WatchTable table;
  table.put(kWeb, object(1, "{}", "{}"));
  std::vector<TargetEvent> events;
  table.begin_list();
  table.end_list([&](const TargetEvent& event) { events.push_back(event); });
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].kind, TargetEvent::Kind::gone);
  EXPECT_EQ(table.size(), 0U);
}

TEST(WatchTableTest, ADeletionIsToldOnceItBegins) {
  WatchTable table;
  table.put(kWeb, object(1, "{}", "{}"));
  EXPECT_TRUE(table.put(kWeb, object(2, "{}", "{}", true)));
  EXPECT_FALSE(table.put(kWeb, object(3, "{}", "{}", true)));
  EXPECT_TRUE(table.remove(kWeb));
  EXPECT_FALSE(table.remove(kWeb));
}

}  // namespace
}  // namespace rumbo::target::kubernetes
