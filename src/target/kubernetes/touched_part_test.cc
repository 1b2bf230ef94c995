#include "target/kubernetes/touched_part.h"

#include <gtest/gtest.h>

#include "codec/json.h"

namespace rumbo::target::kubernetes {
namespace {

Value json(std::string_view text) {
  auto value = codec::parse_json(text);
  EXPECT_TRUE(value) << text;
  return value.value_or(Value());
}

std::string touched(std::string_view live, std::string_view want, std::string_view own) {
  const auto set = FieldSet::parse(json(own));
  EXPECT_TRUE(set);
  return codec::to_json(touched_part(json(live), json(want), *set));
}

TEST(TouchedPart, DefaultsAndWhatOthersAddAreLeftOut) {
  EXPECT_EQ(touched(R"({"spec": {"replicas": 2, "revisionHistoryLimit": 10}, "other": 1})",
                    R"({"spec": {"replicas": 3}})", R"({"f:spec": {"f:replicas": {}}})"),
            R"({"spec":{"replicas":2}})");
}

TEST(TouchedPart, WhatIsDeclaredNoLongerIsShown) {
  EXPECT_EQ(touched(R"({"data": {"a": "1", "b": "2", "c": "3"}})", R"({"data": {"a": "1"}})",
                    R"({"f:data": {"f:a": {}, "f:b": {}}})"),
            R"({"data":{"a":"1","b":"2"}})");
}

TEST(TouchedPart, ElementsOfListsByTheirKeys) {
  EXPECT_EQ(touched(R"({"ports": [{"port": 80, "protocol": "TCP", "targetPort": 80},
                            {"port": 81, "protocol": "TCP", "targetPort": 81},
                            {"port": 82, "protocol": "TCP", "targetPort": 82}]})",
                    R"({"ports": [{"port": 80, "name": "web"}]})",
                    R"({"f:ports": {"k:{\"port\":80,\"protocol\":\"TCP\"}": {"f:port": {}},
                              "k:{\"port\":81,\"protocol\":\"TCP\"}": {"f:port": {}}}})"),
            R"({"ports":[{"port":80},{"port":81}]})")
      << "81 is declared no longer, 82 is somebody else's";
}

TEST(TouchedPart, ElementsOfSetsByTheirValue) {
  EXPECT_EQ(touched(R"({"finalizers": ["a", "b", "c"]})", R"({"finalizers": ["a"]})",
                    R"({"f:finalizers": {"v:\"a\"": {}, "v:\"b\"": {}}})"),
            R"({"finalizers":["a","b"]})");
}

TEST(TouchedPart, WithoutKeysByNameOrPlace) {
  EXPECT_EQ(touched(R"({"containers": [{"name": "a", "image": "a:1", "resources": {}}]})",
                    R"({"containers": [{"name": "a", "image": "a:2"}]})", "{}"),
            R"({"containers":[{"image":"a:1","name":"a"}]})");
  EXPECT_EQ(touched(R"({"rules": [{"host": "a", "added": 1}]})", R"({"rules": [{"host": "b"}]})",
                    R"({"f:rules": {}})"),
            R"({"rules":[{"host":"a"}]})");
  EXPECT_EQ(touched(R"({"args": ["a", "b"]})", R"({"args": ["c"]})", R"({"f:args": {}})"),
            R"({"args":["a","b"]})");
}

TEST(DeclaredPart, LeavesOutDefaultsThatAnotherToolOwns) {
  const auto all = FieldSet::parse(json(
      R"({"f:metadata": {"f:annotations": {".": {}, "f:last-applied": {}}},
          "f:spec": {"f:replicas": {}, "f:strategy": {"f:type": {}}, "f:containers": {
          "k:{\"name\":\"a\"}": {".": {}, "f:name": {}, "f:image": {}, "f:imagePullPolicy": {}},
          "k:{\"name\":\"b\"}": {".": {}, "f:name": {}}}}})"));
  ASSERT_TRUE(all);
  const FieldSet part = declared_part(
      *all,
      json(
          R"({"metadata": {"annotations": {}}, "spec": {"replicas": 1, "containers": [{"name": "a", "image": "a:1"}]}})"));
  EXPECT_EQ(part.paths(),
            (std::vector<std::string>{R"(.spec.containers[name="a"].image)",
                                      R"(.spec.containers[name="a"].name)", ".spec.replicas"}));
}

}  // namespace
}  // namespace rumbo::target::kubernetes
