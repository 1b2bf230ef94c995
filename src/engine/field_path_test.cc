#include "engine/field_path.h"

#include <gtest/gtest.h>

#include "codec/json.h"
#include "engine/ignored_fields.h"

namespace rumbo::engine {
namespace {

Value json(std::string_view text) {
  const auto value = codec::parse_json(text);
  EXPECT_TRUE(value) << text;
  return value.value_or(Value());
}

std::string removed(std::string_view path, std::string_view object) {
  const auto read =
      path.starts_with('/') ? FieldPath::from_pointer(path) : FieldPath::from_jq(path);
  EXPECT_TRUE(read) << path << (read ? "" : ": " + read.error().to_string());
  return read ? codec::to_json(read->removed_from(json(object))) : "";
}

TEST(FieldPath, RemovesWhatItMeans) {
  const char* kPod = R"({"c":[{"image":"a","name":"x"},{"image":"b","name":"y"}],"n":1})";
  EXPECT_EQ(removed("/n", kPod), R"({"c":[{"image":"a","name":"x"},{"image":"b","name":"y"}]})");
  EXPECT_EQ(removed("/c/1/image", kPod), R"({"c":[{"image":"a","name":"x"},{"name":"y"}],"n":1})");
  EXPECT_EQ(removed("/c/7/image", kPod), kPod);
  EXPECT_EQ(removed(".c[].image", kPod), R"({"c":[{"name":"x"},{"name":"y"}],"n":1})");
  EXPECT_EQ(removed(".c[] | select(.name == \"y\")", kPod),
            R"({"c":[{"image":"a","name":"x"}],"n":1})");
  EXPECT_EQ(removed(".c[] | select(.name==\"x\" or .name==\"y\") | .image", kPod),
            R"({"c":[{"name":"x"},{"name":"y"}],"n":1})");
  EXPECT_EQ(removed(".c[]? | select(.name != \"x\") | .\"image\"", kPod),
            R"({"c":[{"image":"a","name":"x"},{"name":"y"}],"n":1})");
  EXPECT_EQ(removed(".[\"c\"][0].name", kPod),
            R"({"c":[{"image":"a"},{"image":"b","name":"y"}],"n":1})");
}

TEST(FieldPath, ConditionsAsJqReadsThem) {
  const char* kList = R"({"e":[{"n":"OTEL_A","v":"1"},{"n":"B","v":"2","x":true},{"n":"C"}]})";
  const auto left = [&](const std::string& condition) {
    const Value rest = json(removed(".e[] | select(" + condition + ")", kList));
    std::string names;
    for (const Value& one : rest["e"].items()) names += one["n"].str() + " ";
    return names;
  };
  EXPECT_EQ(left(R"(.n | startswith("OTEL_"))"), "B C ");
  EXPECT_EQ(left(R"(.n | startswith("OTEL_") or endswith("C"))"), "B ") << "`|` binds least";
  EXPECT_EQ(left(R"(.n | startswith("OTEL_") | not)"), "OTEL_A ");
  EXPECT_EQ(left(R"(.n | test("^[BC]$"))"), "OTEL_A ");
  EXPECT_EQ(left(R"((.n | contains("TE")) and .v == "1")"), "B C ");
  EXPECT_EQ(left(R"(.n == "OTEL_A" or .n == "B" and .v == "9")"), "B C ") << "`and` before `or`";
  EXPECT_EQ(left(R"(has("v") | not)"), "OTEL_A B ");
  EXPECT_EQ(left(".x"), "OTEL_A C ");
  EXPECT_EQ(left(".v | startswith(\"1\")"), "B C ") << "no text where it is missing";
  EXPECT_EQ(removed(R"(.f[] | select(. == "b"))", R"({"f":["a","b"]})"), R"({"f":["a"]})");
}

TEST(FieldPath, RefusesJqThatIsMoreThanAPath) {
  for (const char* text :
       {".a | length", ".a + .b", "..", ".a[1:2]", ".a | map(.b)", "select(.a)",
        ".a | select(.b | test(\"(\"))", ".a | select(.b | length > 1)",
        ".a | select(.b | startswith(1))", ".a | select((.b)", "", ".", ".a.", ".a[", ".a | "}) {
    const auto read = FieldPath::from_jq(text);
    EXPECT_FALSE(read) << text;
  }
  const auto told = FieldPath::from_jq(".a | length");
  EXPECT_EQ(told.error().code(), Code::unsupported);
  EXPECT_NE(told.error().to_string().find("length"), std::string::npos);
}

std::string adopted(const IgnoreRule& rule, std::string_view want, std::string_view live) {
  return codec::to_json(with_ignored({rule}, json(want), json(live)));
}

TEST(IgnoredFields, KeepTheirLiveValues) {
  IgnoreRule replicas;
  replicas.pointers = {"/spec/replicas"};
  EXPECT_EQ(adopted(replicas, R"({"spec":{"a":1,"replicas":2}})", R"({"spec":{"replicas":7}})"),
            R"({"spec":{"a":1,"replicas":7}})");
  EXPECT_EQ(adopted(replicas, R"({"spec":{"a":1}})", R"({"spec":{"replicas":7}})"),
            R"({"spec":{"a":1,"replicas":7}})");
  EXPECT_EQ(adopted(replicas, R"({"spec":{"a":1,"replicas":2}})", R"({"spec":{"a":1}})"),
            R"({"spec":{"a":1}})");
  IgnoreRule image;
  image.paths = {".c[] | select(.name == \"b\") | .image"};
  // By name, whatever the order; what is only declared stays.
  EXPECT_EQ(adopted(image, R"({"c":[{"image":"1","name":"a"},{"image":"1","name":"b"}]})",
                    R"({"c":[{"image":"9","name":"b"},{"image":"9","name":"a"}]})"),
            R"({"c":[{"image":"1","name":"a"},{"image":"9","name":"b"}]})");
  EXPECT_EQ(adopted(image, R"({"c":[{"image":"1","name":"b"}]})", R"({"c":[]})"),
            R"({"c":[{"image":"1","name":"b"}]})");
}

TEST(IgnoredFields, OnlyOfObjectsThatFit) {
  IgnoreRule rule;
  rule.group = "apps";
  rule.kind = "Deploy*";
  rule.name = "web-?";
  rule.pointers = {"/spec/replicas"};
  const auto left = [&](std::string_view api, std::string_view kind, std::string_view name) {
    const Value object = Value::object({{"apiVersion", api},
                                        {"kind", kind},
                                        {"metadata", Value::object({{"name", name}})},
                                        {"spec", Value::object({{"replicas", 1}})}});
    return without_ignored({rule}, object, object)["spec"].size();
  };
  EXPECT_EQ(left("apps/v1", "Deployment", "web-1"), 0u);
  EXPECT_EQ(left("apps/v1", "Deployment", "web-10"), 1u);
  EXPECT_EQ(left("apps/v1", "StatefulSet", "web-1"), 1u);
  EXPECT_EQ(left("v1", "Deployment", "web-1"), 1u);
}

TEST(IgnoredFields, OfManagers) {
  const Value live = json(R"({"metadata":{"managedFields":[
      {"manager":"hpa","operation":"Update","fieldsV1":{"f:spec":{"f:replicas":{},
        "f:c":{"k:{\"name\":\"b\"}":{".":{},"f:image":{}}}}}},
      {"manager":"hpa","subresource":"status","fieldsV1":{"f:status":{"f:x":{}}}},
      {"manager":"kubectl","fieldsV1":{"f:spec":{"f:paused":{}}}}]},
      "spec":{"replicas":7,"paused":true,"c":[{"name":"a","image":"1"},{"name":"b","image":"2"}]},
      "status":{"x":1}})");
  IgnoreRule rule;
  rule.managers = {"hpa"};
  const Value left = without_ignored({rule}, live, live);
  EXPECT_EQ(codec::to_json(left["spec"]),
            R"({"c":[{"image":"1","name":"a"},{"name":"b"}],"paused":true})");
  EXPECT_EQ(left["status"]["x"].as_int(), 1);
}

TEST(IgnoredFields, RulesThatCannotBeFollowed) {
  IgnoreRule rule;
  EXPECT_FALSE(check_rule(rule));
  rule.pointers = {"spec/replicas"};
  EXPECT_FALSE(check_rule(rule));
  rule.pointers = {"/spec/replicas"};
  EXPECT_TRUE(check_rule(rule));
  rule.paths = {"env.HOME"};
  const auto wrong = check_rule(rule);
  ASSERT_FALSE(wrong);
  EXPECT_NE(wrong.error().to_string().find("jqPathExpressions: `env.HOME`"), std::string::npos);
}

}  // namespace
}  // namespace rumbo::engine
