#include "script/any.h"

#include <gtest/gtest.h>

#include "script/compare.h"
#include "script/convert.h"
#include "script/list.h"
#include "script/map.h"
#include "script/test_host.h"

namespace rumbo::script {
namespace {

const Value kTree = Value::object({{"a", Value::object({{"b", 1}})},
                                   {"l", Value::array({Value::object({{"c", 2}}), 3})},
                                   {"s", "text"}});

TEST(Any, WrappingAValueKeepsItAndHandsOutOneObjectPerMember) {
  const Any any = Any::from(kTree);
  EXPECT_EQ(any.map()->find("a")->map(), any.map()->find("a")->map());
  EXPECT_EQ(any.map()->find("l")->list()->at(0).map(), any.map()->find("l")->list()->at(0).map());
  EXPECT_TRUE(to_value(any)->same(kTree)) << "unchanged trees convert back by sharing";
}

TEST(Any, AChangeBelowIsSeenFromAboveAndNotInTheValue) {
  const Any any = Any::from(kTree);
  any.map()->find("l")->list()->at(0).map()->set("c", "changed");
  EXPECT_EQ((*to_value(any))["l"][0]["c"].str(), "changed");
  EXPECT_EQ(kTree["l"][0]["c"].as_int(), 2);
  any.map()->find("a")->map()->erase("b");
  EXPECT_EQ((*to_value(any))["a"].size(), 0u);
  EXPECT_EQ(kTree["a"].size(), 1u);
}

TEST(Any, SetIsSeenThroughEveryReference) {
  EXPECT_EQ(
      run("{{ $a := .a }}{{ $_ := set $a \"b\" 5 }}{{ .a.b }}{{ (merge .a (dict \"z\" 1)).z }}"
          "{{ .a.z }}",
          Any::from(kTree)),
      "511");
}

TEST(Any, MapsStaySortedWhateverIsDone) {
  Map map(kTree);
  map.set("b", "x");
  map.set("a", "y");
  EXPECT_TRUE(map.erase("s"));
  EXPECT_FALSE(map.erase("s"));
  ASSERT_EQ(map.size(), 3u);
  EXPECT_EQ(map.key(0), "a");
  EXPECT_EQ(map.key(1), "b");
  const Any changed = map.at(0);
  EXPECT_EQ(changed.text(), "y");
  EXPECT_FALSE(map.find("nope"));
}

TEST(Any, NumbersOfFilesAreFloats) {
  const Value value = helm_numbers(Value::object({{"n", 8080}}));
  EXPECT_EQ(run("{{ .n }} {{ kindOf .n }}", Any::from(value)), "8080 float64");
  EXPECT_EQ(run("{{ kindOf .n }}", Any::from(Value::object({{"n", 8080}}))), "int64");
}

TEST(Any, DeepEqualityCountsTypes) {
  TestHost host;
  Session session(host);
  EXPECT_TRUE(deep_equal(session, Any::from(kTree), Any::from(kTree)).value());
  EXPECT_FALSE(deep_equal(session, Any::integer(1), Any::int64(1)).value());
  EXPECT_FALSE(deep_equal(session, Any::strings({"a"}), Any::list({"a"})).value());
}

}  // namespace
}  // namespace rumbo::script
