#include "codec/json.h"

#include <gtest/gtest.h>
#include <limits>
#include <string>

namespace rumbo::codec {
namespace {

TEST(Json, ReadsAndPrintsTheSameText) {
  const std::vector<std::string> texts = {"null",
                                          "true",
                                          "false",
                                          "0",
                                          "-1",
                                          "9223372036854775807",
                                          "-9223372036854775808",
                                          "18446744073709551615",
                                          "1.5",
                                          "-0.25",
                                          "3.0",
                                          "1e+21",
                                          "1e-7",
                                          "\"\"",
                                          "\"a\"",
                                          "\"a string longer than fourteen bytes\"",
                                          "[]",
                                          "{}",
                                          "[1,[2,[3]],{}]",
                                          R"({"a":1,"b":[true,null],"c":{"d":"e"}})",
                                          R"("\"\\\n\t\r\b\f\u0001")",
                                          "\"ä日😀\""};
  for (const std::string& text : texts) {
    const auto value = parse_json(text);
    ASSERT_TRUE(value) << text << ": " << value.error().to_string();
    EXPECT_EQ(to_json(*value), text);
  }
}

TEST(Json, ReadsWhatIsSpelledInAnotherWay) {
  const std::vector<std::pair<std::string, std::string>> texts = {
      {R"( { "a" : [ 1 , -2.5e3 , "x\u00e9\ud83d\ude00" ] , "a" : null } )", R"({"a":null})"},
      {R"([ "x\u00e9\ud83d\ude00y\t\"z" , "plain" ])",
       "[\"x\u00e9\U0001f600y\\t\\\"z\",\"plain\"]"},
      {"[[],{},\"\\/\"]", R"([[],{},"/"])"},
      {"-0", "0"},
      {"0.1e-2", "0.001"},
      {R"([{"b":[{"d":1},{"c":[2,3]}],"a":[[4],5]},6])",
       R"([{"a":[[4],5],"b":[{"d":1},{"c":[2,3]}]},6])"}};
  for (const auto& [text, printed] : texts) {
    const auto value = parse_json(text);
    ASSERT_TRUE(value) << text << ": " << value.error().to_string();
    EXPECT_EQ(to_json(*value), printed) << text;
  }
}

TEST(Json, RefusesWhatIsNotJson) {
  const std::vector<std::string> texts = {
      "[1,2",  "{\"a\" 1}",  "[01]",     "tru",      "\"\\ud800\"",
      "[1]]",  "{\"a\":1,}", "\"a\nb\"", "",         "  ",
      "nul",   "1.",         "1e",       "-",        "\"abc",
      "{1:2}", "[1 2]",      "\xff",     "\ufeff[]", std::string("{}\0", 3),
      "+1",    ".5",         "'a'",      "NaN",      "// a\n1"};
  for (const std::string& text : texts) EXPECT_FALSE(parse_json(text)) << text;
}

TEST(Json, KeepsNumbersExact) {
  EXPECT_EQ(parse_json("9007199254740993")->as_int(), 9007199254740993);
  EXPECT_EQ(parse_json("18446744073709551615")->as_uint(), 18446744073709551615U);
  EXPECT_EQ(parse_json("18446744073709551616")->as_double(), 18446744073709551616.0);
  EXPECT_EQ(parse_json("-9223372036854775809")->kind(), Value::Kind::real);
  EXPECT_EQ(parse_json("[1e-400]")->items()[0].as_double(), 0.0);
  EXPECT_EQ(parse_json("1.0")->kind(), Value::Kind::real);
  EXPECT_EQ(to_json(Value(3.0)), "3.0");
  EXPECT_EQ(to_json(Value(-0.0)), "-0.0");
  EXPECT_EQ(to_json(Value(1e20)), "100000000000000000000");
  EXPECT_EQ(to_json(Value(-9223372036854775808.0)), "-9223372036854776000");
  EXPECT_EQ(to_json(Value(std::numeric_limits<double>::infinity())), "null");
  EXPECT_EQ(to_json(Value(std::numeric_limits<double>::quiet_NaN())), "null");
}

TEST(Json, LastOfEqualKeysWins) {
  EXPECT_EQ(to_json(*parse_json(R"({"b":1,"a":2,"b":3})")), R"({"a":2,"b":3})");
}

struct Wrong {
  const char* text;
  int line, column;
  const char* part;
};

class JsonErrors : public ::testing::TestWithParam<Wrong> {};

TEST_P(JsonErrors, NamePlaceAndReason) {
  const Wrong& wrong = GetParam();
  const auto value = parse_json(wrong.text, {}, "f.json");
  ASSERT_FALSE(value) << wrong.text;
  EXPECT_EQ(value.error().code(), Code::invalid);
  ASSERT_TRUE(value.error().location());
  EXPECT_EQ(*value.error().location(), (Location{"f.json", wrong.line, wrong.column}))
      << value.error().to_string();
  EXPECT_NE(value.error().message().find(wrong.part), std::string::npos)
      << value.error().to_string();
}

INSTANTIATE_TEST_SUITE_P(
    Table, JsonErrors,
    ::testing::Values(
        Wrong{"", 1, 1, "found nothing"},
        Wrong{"{\n  \"a\": 1\n  \"b\": 2\n}", 3, 3, "expected `,` or `}`"},
        Wrong{"[1,]", 1, 4, "expected a value, found `]`"}, Wrong{"{\"ä\": x}", 1, 7, "found `x`"},
        Wrong{"{a: 1}", 1, 2, "expected a key in double quotes"},
        Wrong{"[\"abc", 1, 2, "no closing quote"}, Wrong{"[1", 1, 3, "the end of the text"},
        Wrong{"[01]", 1, 2, "may not begin with 0"}, Wrong{"[1.]", 1, 4, "after `.`"},
        Wrong{"[1e]", 1, 4, "exponent"}, Wrong{"1e999", 1, 1, "range"},
        Wrong{"\"\\x\"", 1, 3, "escape"}, Wrong{"\"\\ud800x\"", 1, 8, "surrogate"},
        Wrong{"\"\\udc00\"", 1, 8, "surrogate"}, Wrong{"\"a\tb\"", 1, 3, "control character"},
        Wrong{"{} {}", 1, 4, "behind the JSON document"}, Wrong{"\"\xc3(\"", 1, 2, "UTF-8"}));

TEST(Json, BoundsSizeAndDepth) {
  const std::string deep = std::string(256, '[') + std::string(256, ']');
  EXPECT_TRUE(parse_json(deep));
  const auto deeper = parse_json("[" + deep + "]");
  ASSERT_FALSE(deeper);
  EXPECT_EQ(deeper.error().code(), Code::too_large);
  EXPECT_EQ(parse_json("[1,2,3]", {.max_bytes = 6}).error().code(), Code::too_large);
  EXPECT_TRUE(parse_json("[[1]]", {.max_depth = 2}));
  EXPECT_FALSE(parse_json("[[1]]", {.max_depth = 1}));
  EXPECT_FALSE(parse_json("[[18446744073709551616]]", {.max_depth = 1}));
}

TEST(Json, PrintsPretty) {
  EXPECT_EQ(to_json_pretty(*parse_json(R"({"b":[],"a":[1,{"x":{}}]})")),
            "{\n  \"a\": [\n    1,\n    {\n      \"x\": {}\n    }\n  ],\n  \"b\": []\n}");
}

TEST(Json, PrintsBadUtf8AsReplacement) {
  EXPECT_EQ(to_json(Value(std::string("a\xff\xc3") + "b")), "\"a\ufffd\ufffdb\"");
}

}  // namespace
}  // namespace rumbo::codec
