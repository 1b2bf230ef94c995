#include "codec/yaml_fields.h"

#include <gtest/gtest.h>
#include <random>

#include "codec/json.h"

namespace rumbo::codec {
namespace {

constexpr std::string_view kNames[] = {"kind", "metadata"};

YamlOptions lenient() {
  YamlOptions options;
  options.strict = false;
  return options;
}

/// With null for what was not asked for.
std::string printed(const Result<Value>& read) {
  if (!read) return "error: " + read.error().to_string();
  Value out = *read;
  for (const Member& member : read->members()) {
    const std::string_view key = member.key();
    const bool wanted = key == "kind" || key == "Kind" || key == "metadata";
    if (!wanted) out = out.with(key, Value());
  }
  return to_json(out);
}

std::string fields_of(std::string_view text) {
  return printed(parse_yaml_fields(text, "f.yaml", lenient(), kNames));
}

std::string all_of(std::string_view text) {
  return printed(parse_yaml_value(text, "f.yaml", lenient()));
}

TEST(YamlFields, TheRestIsNotMade) {
  const auto read = parse_yaml_fields("kind: a\nspec: {b: [c]}\n", "f.yaml", lenient(), kNames);
  ASSERT_TRUE(read);
  EXPECT_EQ(to_json(*read), R"({"kind":"a","spec":null})");
}

TEST(YamlFields, KeepsWhatIsAskedFor) {
  EXPECT_EQ(
      fields_of("kind: Pod\nspec: {a: [1, 2]}\nmetadata:\n  name: x\n  labels: {a: b}\n"
                "status:\n  deep:\n  - er\n"),
      R"({"kind":"Pod","metadata":{"labels":{"a":"b"},"name":"x"},"spec":null,"status":null})");
  EXPECT_EQ(fields_of("Kind: Pod\ndata: |\n  text\n"), R"({"Kind":"Pod","data":null})");
  EXPECT_EQ(fields_of("- kind: a\n"), R"([{"kind":"a"}])");
  EXPECT_EQ(fields_of("text\n"), R"("text")");
  EXPECT_EQ(fields_of("# nothing\n"), "null");
}

TEST(YamlFields, ErrorsAnywhereAreTold) {
  for (const std::string_view text : {
           "kind: a\nspec: {a: .inf}\n",
           "kind: a\nspec:\n  null: b\n",
           "kind: a\nspec:\n  [a]: b\n",
           "kind: a\nspec: *none\n",
           "kind: a\nspec: !!int x\n",
           "kind: a\nspec:\n\tb: c\n",
           "kind: a\nspec: {b: c\n",
           "kind: a\n[b]: c\n",
           "kind: a\nspec:\n  <<: b\n",
       }) {
    SCOPED_TRACE(text);
    EXPECT_TRUE(fields_of(text).starts_with("error")) << fields_of(text);
    EXPECT_EQ(fields_of(text), all_of(text));
  }
}

TEST(YamlFields, MeanTheSameAsInTheWhole) {
  for (const std::string_view text : {
           "spec: &a {b: c}\nmetadata: *a\n",
           "base: &b {kind: x}\n<<: *b\nmetadata: {n: 1}\n",
           "metadata: &m {a: 1}\nspec:\n  <<: *m\nkind: k\n",
           "kind: a\nkind: b\nspec: 1\nspec: 2\n",
           "kind:\nspec:\nmetadata:\n  a:\n",
           "? kind\n: a\n? other\n: b\n",
           "&k kind: a\n*k : b\n",
           "spec: {1: a, 1.5: b, true: c, 18446744073709551615: d}\n",
           "spec: [{a: b}, [c, {d: [e]}], f]\nkind: g\n",
           "kind: !!str 1\nmetadata: 1e3\nspec: 0x10\n",
       }) {
    SCOPED_TRACE(text);
    EXPECT_EQ(fields_of(text), all_of(text));
  }
}

TEST(YamlFields, MeanTheSameInRandomTexts) {
  constexpr std::string_view kPieces[] = {
      "kind", "metadata", "spec",  ": ",  ":",  "\n",    "\n  ",   "\n    ", "- ",     "\n- ",
      "{",    "}",        "[",     "]",   ", ", "a",     "null",   ".inf",   "1.5",    "&a ",
      "*a",   "<<",       "\"q\"", "'s'", "|",  "\n---", "!!str ", "~",      "x: y\n", "? ",
  };
  std::mt19937 random(31);
  for (int i = 0; i < 20'000; ++i) {
    std::string text;
    const std::size_t count = 1 + random() % 14;
    for (std::size_t k = 0; k < count; ++k) text += kPieces[random() % std::size(kPieces)];
    ASSERT_EQ(fields_of(text), all_of(text)) << text;
  }
}

TEST(YamlFields, LimitsHoldForTheRestToo) {
  YamlOptions options = lenient();
  options.limits.max_nodes = 10;
  EXPECT_FALSE(
      parse_yaml_fields("kind: a\nspec: [1, 2, 3, 4, 5, 6, 7, 8]\n", "f", options, kNames));
  options = lenient();
  options.limits.max_depth = 4;
  EXPECT_TRUE(parse_yaml_fields("spec: {a: {b: 1}}\n", "f", options, kNames));
  EXPECT_FALSE(parse_yaml_fields("spec: {a: {b: {c: {d: 1}}}}\n", "f", options, kNames));
}

}  // namespace
}  // namespace rumbo::codec
