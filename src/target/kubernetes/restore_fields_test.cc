#include "target/kubernetes/restore_fields.h"

#include <gtest/gtest.h>

#include "codec/json.h"

namespace rumbo::target::kubernetes {
namespace {

Value json(std::string_view text) {
  auto value = codec::parse_json(text);
  EXPECT_TRUE(value) << text;
  return value.value_or(Value());
}

std::string restore(std::string_view now, std::string_view before, std::string_view fields) {
  const auto set = FieldSet::parse(json(fields));
  EXPECT_TRUE(set);
  return codec::to_json(restore_fields(json(now), json(before), *set));
}

TEST(RestoreFields, ChangesBackOnlyWhatIsNamed) {
  EXPECT_EQ(restore(R"({"spec": {"replicas": 5, "paused": true}})", R"({"spec": {"replicas": 2}})",
                    R"({"f:spec": {"f:replicas": {}}})"),
            R"({"spec":{"paused":true,"replicas":2}})");
}

TEST(RestoreFields, TakesOutWhatWasNotThere) {
  EXPECT_EQ(restore(R"({"metadata": {"labels": {"a": "1"}}})", R"({"metadata": {}})",
                    R"({"f:metadata": {"f:labels": {"f:a": {}}}})"),
            R"({"metadata":{}})");
  EXPECT_EQ(restore(R"({"metadata": {"labels": {"a": "1", "b": "2"}}})", R"({"metadata": {}})",
                    R"({"f:metadata": {"f:labels": {"f:a": {}}}})"),
            R"({"metadata":{"labels":{"b":"2"}}})");
}

TEST(RestoreFields, PutsBackWhatWasTakenOut) {
  EXPECT_EQ(
      restore(R"({"spec": {}})", R"({"spec": {"args": ["a"]}})", R"({"f:spec": {"f:args": {}}})"),
      R"({"spec":{"args":["a"]}})");
}

TEST(RestoreFields, MeetsElementsByTheirKeys) {
  constexpr std::string_view kFields =
      R"({"f:c": {"k:{\"name\":\"web\"}": {".": {}, "f:name": {}, "f:image": {}},
                  "k:{\"name\":\"new\"}": {".": {}, "f:name": {}, "f:image": {}}}})";
  EXPECT_EQ(
      restore(
          R"({"c": [{"name": "proxy", "image": "p:2"}, {"name": "web", "image": "w:2", "tty": true},
                              {"name": "new", "image": "n"}]})",
          R"({"c": [{"name": "web", "image": "w:1"}, {"name": "proxy", "image": "p:1"}]})",
          kFields),
      R"({"c":[{"image":"p:2","name":"proxy"},{"image":"w:1","name":"web","tty":true}]})");
}

TEST(RestoreFields, SetsOfTexts) {
  EXPECT_EQ(restore(R"({"finalizers": ["a", "b"]})", R"({"finalizers": ["a"]})",
                    R"({"f:finalizers": {"v:\"b\"": {}}})"),
            R"({"finalizers":["a"]})");
}

}  // namespace
}  // namespace rumbo::target::kubernetes
