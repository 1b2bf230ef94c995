// The rules of the emitters in small; the tables of tests/conformance have them at large.
#include <gtest/gtest.h>
#include <limits>

#include "codec/json.h"
#include "codec/natural_order.h"
#include "codec/numbers.h"
#include "codec/yaml.h"

namespace rumbo::codec {
namespace {

TEST(EmitYaml, LaysOutBlocks) {
  const Value value =
      parse_json(R"({"b":["x",["y"],{"z":1,"w":[]}],"a":{"c":{}},"n":null})").value();
  EXPECT_EQ(emit_yaml(value), "a:\n  c: {}\nb:\n- x\n- - \"y\"\n- w: []\n  z: 1\n\"n\": null\n");
  EXPECT_EQ(emit_yaml_pretty(value),
            "a:\n  c: {}\nb:\n  - x\n  - - \"y\"\n  - w: []\n    z: 1\n\"n\": null\n");
}

TEST(EmitYaml, ChoosesStyles) {
  const std::vector<std::pair<std::string, std::string>> table = {
      {"plain text", "plain text"},
      {"", "\"\""},
      {"true", "\"true\""},
      {"1", "\"1\""},
      {"1:30", "\"1:30\""},
      {"2024-01-02", "\"2024-01-02\""},
      {"<<", "<<"},
      {" lead", "' lead'"},
      {"a: b", "'a: b'"},
      {"it's", "it's"},
      {"it's #1", "'it''s #1'"},
      {"'", "''''"},
      {"- x", "'- x'"},
      {"tab\there", "\"tab\\there\""},
      {"a\nb", "|-\n  a\n  b"},
      {"a\n", "|\n  a"},
      {"a\n\n", "|+\n  a\n"},
      {" a\n", "|2\n   a"},
      {"a \nb", "\"a \\nb\""},
      {"\U0001F600", "\"\\U0001F600\""}};
  for (const auto& [text, expected] : table) EXPECT_EQ(emit_yaml(Value(text)), expected + "\n");
}

TEST(EmitYaml, FoldsNearColumn80ButNotWhenPretty) {
  std::string words;
  for (int i = 0; i < 20; ++i) words += i == 0 ? "abcdef" : " abcdef";
  const std::string folded = emit_yaml(Value::object({{"k", words}}));
  EXPECT_EQ(folded.find("\n  abcdef"), folded.find('\n'));
  EXPECT_EQ(emit_yaml_pretty(Value::object({{"k", words}})), "k: " + words + "\n");
  EXPECT_EQ(parse_yaml_value(folded).value()["k"], Value(words));
}

TEST(EmitYaml, PrintsNumbersAsGo) {
  const std::vector<std::tuple<Value, std::string, std::string>> table = {
      {3.0, "3", "3"},
      {1000000.0, "1000000", "1e+06"},
      {1e20, "1e+20", "1e+20"},
      {1e-7, "1e-07", "1e-07"},
      {0.1, "0.1", "0.1"},
      {-0.0, "0", "-0"},
      {Value(7), "7", "7"},
      {1e21, "1e+21", "1e+21"},
      {std::numeric_limits<double>::infinity(), "null", ".inf"}};
  for (const auto& [value, expected, pretty] : table) {
    EXPECT_EQ(emit_yaml(value), expected + "\n");
    EXPECT_EQ(emit_yaml_pretty(value), pretty + "\n");
  }
}

TEST(EmitYaml, MarshalFailsWhereGoFails) {
  EXPECT_TRUE(marshal_yaml(Value("ok")));
  EXPECT_FALSE(marshal_yaml(Value(std::numeric_limits<double>::quiet_NaN())));
  EXPECT_FALSE(marshal_yaml(Value("a\x7f")));
  EXPECT_FALSE(marshal_yaml(Value::object({{std::string(1023, 'k'), 1}})));
  EXPECT_TRUE(marshal_yaml(Value::object({{std::string(1022, 'k'), 1}})));
  EXPECT_EQ(emit_yaml(Value("a\x7f")), "\"a\\x7F\"\n");  // the other one escapes
}

TEST(Numbers, AsGoPrintsThem) {
  EXPECT_EQ(format_go_g(100000), "100000");
  EXPECT_EQ(format_go_g(1e6), "1e+06");
  EXPECT_EQ(format_go_g(123456789), "1.23456789e+08");
  EXPECT_EQ(format_go_g(0.0001), "0.0001");
  EXPECT_EQ(format_go_g(0.00001), "1e-05");
  EXPECT_EQ(format_go_g(5e-324), "5e-324");
  EXPECT_EQ(format_go_g(-std::numeric_limits<double>::infinity()), "-Inf");
  EXPECT_EQ(format_go_json(1e20), "100000000000000000000");
  EXPECT_EQ(format_go_json(1e21), "1e+21");
  EXPECT_EQ(format_go_json(1e-6), "0.000001");
  EXPECT_EQ(format_go_json(1e-7), "1e-7");
  EXPECT_EQ(format_go_json(1.5), "1.5");
}

TEST(NaturalOrder, IsThatOfGoYaml) {
  const auto sorted = [](const std::vector<std::string>& keys, YamlDialect dialect) {
    std::vector<Member> members;
    for (const std::string& key : keys) members.emplace_back(key, 1);
    const Value object = Value::object(std::move(members));
    std::string out;
    for (const Member* member : natural_order(object.members(), dialect)) {
      out += member->key();
      out += ' ';
    }
    return out;
  };
  EXPECT_EQ(sorted({"a10", "a2", "a1", "a"}, YamlDialect::yaml_v2), "a a1 a2 a10 ");
  EXPECT_EQ(sorted({"key1", "key_1", "key-1", "key"}, YamlDialect::yaml_v2),
            "key key-1 key_1 key1 ");
  EXPECT_EQ(sorted({"v1", "v1alpha1", "v10", "v2"}, YamlDialect::yaml_v3), "v1 v1alpha1 v2 v10 ");
  EXPECT_EQ(sorted({"z", "\u2603", "\u00e9"}, YamlDialect::yaml_v2), "\u2603 z \u00e9 ");
}

TEST(NaturalOrder, KeepsEveryKeyOfALargeMap) {
  std::vector<Member> members;
  for (int i = 0; i < 1000; ++i) members.emplace_back("k" + std::to_string(i * 7919 % 1000), i);
  const Value object = Value::object(std::move(members));
  const auto order = natural_order(object.members(), YamlDialect::yaml_v2);
  ASSERT_EQ(order.size(), 1000u);
  for (std::size_t i = 0; i < order.size(); ++i) {
    EXPECT_EQ(order[i]->key(), "k" + std::to_string(i));
  }
}

}  // namespace
}  // namespace rumbo::codec
