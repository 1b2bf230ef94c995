#include "codec/yaml.h"

#include <gtest/gtest.h>

#include "codec/json.h"
#include "codec/yaml_go_error.h"

namespace rumbo::codec {
namespace {

YamlOptions lax() {
  YamlOptions options;
  options.strict = false;
  return options;
}

YamlOptions v3() {
  YamlOptions options;
  options.dialect = YamlDialect::yaml_v3;
  return options;
}

std::string json_of(std::string_view text, const YamlOptions& options = {}) {
  const auto value = parse_yaml_value(text, "f.yaml", options);
  return value ? to_json(*value) : "error: " + value.error().to_string();
}

YamlNode only(std::string_view text, const YamlOptions& options = {}) {
  auto documents = parse_yaml(text, "f.yaml", options);
  EXPECT_TRUE(documents) << documents.error().to_string();
  EXPECT_EQ(documents->size(), 1u);
  return documents->front();
}

TEST(Yaml, DialectsReadTheSameTextDifferently) {
  const std::string text = "[yes, Off, y, true, 0777, 0o17, 1_000, 1.0, 1e3, 2024-01-02, ~, 12:30]";
  EXPECT_EQ(json_of(text),
            R"([true,false,true,true,511,15,1000,1,1000,"2024-01-02",null,"12:30"])");
  EXPECT_EQ(json_of(text, v3()),
            R"(["yes","Off","y",true,511,15,1000,1.0,1000.0,"2024-01-02T00:00:00Z",null,"12:30"])");
}

TEST(Yaml, KeysBecomeText) {
  EXPECT_EQ(json_of("{1: a, true: b, 1.5: c, on: d}", lax()), R"({"1":"a","1.5":"c","true":"d"})");
  EXPECT_EQ(json_of("{1: a, null: b, on: d}", v3()), R"({"1":"a","null":"b","on":"d"})");
  EXPECT_NE(json_of("~: a").find("a key may not be null"), std::string::npos);
  EXPECT_NE(json_of("[a]: b").find("a key may not be a list or map"), std::string::npos);
}

TEST(Yaml, SeveralDocuments) {
  const auto documents = parse_yaml("# only a comment\n---\na: 1\n---\n---\nnull\n---\n{}\n...\n");
  ASSERT_TRUE(documents);
  ASSERT_EQ(documents->size(), 3u);  // the two empty ones are left out, null and {} are not
  EXPECT_EQ((*documents)[0].span.start.line, 3u);
  EXPECT_TRUE((*documents)[1].value.is_null());
  EXPECT_EQ(to_json((*documents)[2].value), "{}");
  EXPECT_EQ(json_of("---\n---\na: 1"), "null");
  EXPECT_EQ(json_of("a: 1\n---\n: bad: x"), R"({"a":1})");  // what follows is not read
}

/// The source text of a node by its byte offsets.
std::string source(std::string_view text, const YamlNode& node) {
  return std::string(
      text.substr(node.span.start.offset, node.span.end.offset - node.span.start.offset));
}

TEST(Yaml, SpansAreBytesAlsoBehindOtherCharacters) {
  const std::string text =
      "# \u00e9\u65e5\U0001F600\r\n"
      "name: \"\u00fc\" # x\r\n"
      "list: [\u00e9, 'b''c', {d: \u00f6e}]\r\n"
      "tail:\r\n- image: nginx:1.25\r\n\r\n# end\r\n";
  const YamlNode root = only(text);
  EXPECT_EQ(source(text, *root.find("name")), "\"\u00fc\"");
  EXPECT_EQ(source(text, *root.find("list")), "[\u00e9, 'b''c', {d: \u00f6e}]");
  EXPECT_EQ(source(text, *root.at_pointer("/list/0")), "\u00e9");
  EXPECT_EQ(source(text, *root.at_pointer("/list/1")), "'b''c'");
  EXPECT_EQ(source(text, *root.at_pointer("/list/2/d")), "\u00f6e");
  const YamlNode& image = *root.at_pointer("/tail/0/image");
  EXPECT_EQ(source(text, image), "nginx:1.25");
  EXPECT_EQ(image.location("f.yaml"), (Location{"f.yaml", 5, 10}));
  EXPECT_EQ(source(text, root.find_entry("tail")->key), "tail");
  // Blocks end with their last child, not where the next thing begins.
  EXPECT_EQ(source(text, *root.find("tail")), "- image: nginx:1.25");
}

TEST(Yaml, SpansCountTheByteOrderMark) {
  const std::string text = "\ufeffa: b";
  EXPECT_EQ(source(text, *only(text).find("a")), "b");
}

TEST(Yaml, NodesKeepOrderStyleAndTags) {
  const YamlNode root = only("z: !x |\n  t\na: &n 'q'\nm: [1]\nb: *n\n");
  ASSERT_EQ(root.entries().size(), 4u);
  EXPECT_EQ(root.entries()[0].key.value.as_string(), "z");
  EXPECT_EQ(root.find("z")->style, YamlStyle::literal);
  EXPECT_EQ(root.find("z")->tag(), "!x");
  EXPECT_EQ(root.find("a")->style, YamlStyle::single_quoted);
  EXPECT_EQ(root.find("a")->anchor(), "n");
  EXPECT_EQ(root.find("m")->style, YamlStyle::flow);
  EXPECT_EQ(root.find("b")->alias(), "n");
  EXPECT_EQ(root.find("b")->anchor(), "");
  EXPECT_EQ(root.find("b")->value, Value("q"));
  EXPECT_EQ(root.find("b")->span.start.line, 5u);
  EXPECT_EQ(root.find("absent"), nullptr);
  EXPECT_EQ(root.at_pointer("/m/1"), nullptr);
  EXPECT_EQ(root.at_pointer("m"), nullptr);
}

TEST(Yaml, MergeKeys) {
  const std::string text =
      "base: &b {x: 1, v: 2}\nmore: &m {v: 3, z: 4}\nt:\n  x: 9\n  <<: [*b, *m]\n";
  // v2 lets the later one win, v3 what is written in the map itself.
  EXPECT_EQ(to_json(only(text).find("t")->value), R"({"v":2,"x":1,"z":4})");
  EXPECT_EQ(to_json(only(text, v3()).find("t")->value), R"({"v":2,"x":9,"z":4})");
  for (const YamlOptions& options : {YamlOptions(), v3()}) {
    const YamlNode root = only(text, options);
    for (const Member& member : root.find("t")->value.members()) {
      ASSERT_NE(root.find("t")->find(member.key()), nullptr) << member.key();
      EXPECT_EQ(root.find("t")->find(member.key())->value, member.value) << member.key();
    }
    EXPECT_EQ(root.find("t")->entries()[1].is_merge, true);
  }
  EXPECT_NE(json_of("<<: 5").find("`<<` merges a map"), std::string::npos);
  EXPECT_EQ(json_of("'<<': 5"), R"({"<<":5})");
}

TEST(Yaml, DuplicateKeys) {
  EXPECT_EQ(json_of("a: 1\nb: 2\n\"a\": 3\n"),
            "error: f.yaml:3:1: key `a` stands twice in one map, first in line 1");
  EXPECT_EQ(json_of("a: 1\nb: 2\n\"a\": 3\n", lax()), R"({"a":3,"b":2})");
  EXPECT_EQ(json_of("yes: 1\ntrue: 2", lax()), R"({"true":2})");
  EXPECT_EQ(json_of("yes: 1\ntrue: 2", v3()), R"({"true":2,"yes":1})");
  // To override what was merged is what merging is for.
  EXPECT_EQ(json_of("a: &a {b: 1}\nc: {<<: *a, b: 2}"), R"({"a":{"b":1},"c":{"b":2}})");
}

TEST(Yaml, ReadsEscapesAsGoDoesWhenAsked) {
  YamlOptions go = lax();
  go.go_exact = true;
  EXPECT_EQ(json_of(R"("a\/b")", lax()), R"("a/b")");
  EXPECT_NE(json_of("x: 1\ny: \"a\\/b\"", go).find("f.yaml:2:6: found unknown escape character"),
            std::string::npos)
      << json_of("x: 1\ny: \"a\\/b\"", go);
  EXPECT_EQ(json_of(R"("a\\/b")", go), R"("a\\/b")");
  EXPECT_EQ(json_of(R"(["it\'s", 'a\', a\'b])", go), R"(["it's","a\\","a\\'b"])");
  EXPECT_NE(json_of(R"("it\'s")", lax()).find("error"), std::string::npos);
  // Many in a long text end soon.
  std::string many = "[";
  for (int i = 0; i < 20'000; ++i) many += R"("it\'s",)";
  EXPECT_NE(json_of(many + "]", go).find("unknown escape"), std::string::npos);
  // In strict mode, what is merged counts.
  YamlOptions strict;
  strict.go_exact = true;
  constexpr std::string_view kBoth = "a: &a {b: 1}\nd: &d {b: 2}\nc: {<<: [*a, *d]}";
  EXPECT_FALSE(parse_yaml(kBoth, "", strict));
  EXPECT_FALSE(parse_yaml_value(kBoth, "", strict)) << "also where no nodes are kept";
  EXPECT_NE(json_of("a: &a {b: 1}\nc: {<<: *a, b: 2}", strict).find("already set in map"),
            std::string::npos);
}

TEST(Yaml, NoFormInJson) {
  EXPECT_EQ(json_of("a: .inf"),
            "error: f.yaml:1:4: infinity and not-a-number have no form in JSON, so no object can "
            "hold them");
  EXPECT_EQ(json_of(".inf: a"), R"({".inf":"a"})");
  EXPECT_TRUE(parse_yaml_value("a: .nan", "", v3()));
}

struct Wrong {
  const char* text;
  int line, column;
  const char* message;
  const char* hint;
};

class YamlErrors : public ::testing::TestWithParam<Wrong> {};

TEST_P(YamlErrors, NamePlaceReasonAndCure) {
  const Wrong& wrong = GetParam();
  const auto documents = parse_yaml(wrong.text, "f.yaml");
  ASSERT_FALSE(documents) << wrong.text;
  const Error& error = documents.error();
  ASSERT_TRUE(error.location());
  EXPECT_EQ(*error.location(), (Location{"f.yaml", wrong.line, wrong.column})) << error.to_string();
  EXPECT_NE(error.message().find(wrong.message), std::string::npos) << error.to_string();
  EXPECT_NE(error.hint().find(wrong.hint), std::string::npos) << error.to_string();
}

INSTANTIATE_TEST_SUITE_P(
    Table, YamlErrors,
    ::testing::Values(Wrong{"a:\n\tb: 1", 2, 1, "cannot start any token", "spaces"},
                      Wrong{"a: b: c", 1, 5, "mapping values are not allowed", "quotes"},
                      Wrong{"a: 1\nb:2\nc: 3", 2, 1, "could not find expected ':'",
                            "blank is missing"},
                      Wrong{"a:\n  b: 1\n c: 2", 3, 2, "did not find expected key", "indentation"},
                      Wrong{"- a\n  - b\n c: d", 3, 3, "mapping values", "indentation"},
                      Wrong{"a: \"x", 1, 6, "unexpected end of stream", "closing quote"},
                      Wrong{"a: [1, 2", 1, 9, "did not find expected ',' or ']'", "bracket"},
                      Wrong{"a: @b", 1, 4, "cannot start any token", "quotes"},
                      Wrong{"a: {{ .Values.x }}", 1, 5, "a key may not be a list or map", "quotes"},
                      Wrong{"{{ if x }}: 1\na: b", 1, 1, "a key may not be", "quotes"},
                      Wrong{"a: {{- x }}\nb", 1, 5, "", "`{{ }}`"},
                      Wrong{"a: \"b\" {{ x }}", 1, 8, "expected key", "template"},
                      Wrong{"a: \x01", 1, 4, "control", "escape"},
                      Wrong{"\u00e9: *x", 1, 4, "alias `*x` has no anchor", ""},
                      Wrong{"a: &x [*x]", 1, 8, "contains itself", ""},
                      Wrong{"%YAML 1.2\n---\na: 1", 1, 1, "YAML 1.2", "%YAML"},
                      Wrong{"a: !!int x", 1, 4, "`x` cannot be read as a !!int", ""},
                      Wrong{"a: b\xff", 1, 5, "UTF-8", ""}));

YamlOptions bounded(YamlLimits limits) {
  YamlOptions options;
  options.limits = limits;
  return options;
}

void expect_too_large(std::string_view text, const YamlOptions& options, std::string_view part) {
  const auto documents = parse_yaml(text, "f.yaml", options);
  ASSERT_FALSE(documents) << part;
  EXPECT_EQ(documents.error().code(), Code::too_large) << documents.error().to_string();
  EXPECT_NE(documents.error().message().find(part), std::string::npos)
      << documents.error().to_string();
}

TEST(YamlLimits, Hold) {
  expect_too_large("a: 1", bounded({.max_bytes = 3}), "4 bytes");
  expect_too_large("[[[1]]]", bounded({.max_depth = 2}), "2 levels");
  expect_too_large("[1, 2, 3]", bounded({.max_nodes = 3}), "3 nodes");
  expect_too_large("---\na\n---\nb\n---\nc\n", bounded({.max_documents = 2}), "2 documents");
  EXPECT_TRUE(parse_yaml("[[1]]", "", bounded({.max_depth = 2})));
  // Depth is seen before the text is read to its end.
  expect_too_large(std::string(5'000'000, '['), {}, "256 levels");
  expect_too_large(std::string(100'000, '\n') + std::string(100'000, '-'),
                   bounded({.max_bytes = 9}), "bytes");
}

TEST(YamlLimits, HoldForAliases) {
  std::string bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n";
  for (int i = 1; i < 30; ++i) {
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int j = 0; j < 10; ++j) bomb += "*a" + std::to_string(i - 1) + ",";
    bomb += "]\n";
  }
  expect_too_large(bomb, {}, "aliases");
  // A chain of aliases is deep without any bracket being nested.
  std::string chain = "a0: &a0 [x]\n";
  for (int i = 1; i < 2000; ++i) {
    chain += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [*a" + std::to_string(i - 1) +
             "]\n";
  }
  expect_too_large(chain, {}, "256 levels");
  std::string merges = "a: &a {b: {c: 1}}\nd:\n";
  for (int i = 0; i < 300; ++i) merges += "- {<<: *a, x: " + std::to_string(i) + "}\n";
  EXPECT_TRUE(parse_yaml(merges));
}

TEST(Yaml, GosComplaintAboutADeepTextTakesNoTime) {
  // libyaml alone would take minutes.
  for (const std::string open : {"[", "{a: ", "- "}) {
    std::string deep;
    for (int i = 0; i < 200'000; ++i) deep += open;
    EXPECT_EQ(go_yaml_error(deep), "yaml: exceeded max depth of 10000");
  }
}

TEST(Yaml, ReadsUtf16) {
  EXPECT_EQ(json_of(std::string("\xff\xfe"
                                "a\0:\0 \0\xe9\0",
                                10)),
            "{\"a\":\"\u00e9\"}");
}

TEST(Yaml, TaggedScalars) {
  EXPECT_EQ(json_of("[!!str 1, !!int \"2\", !!float 3, !!bool yes, !!binary aGk=, !Ref x]"),
            R"(["1",2,3,true,"hi","x"])");
  EXPECT_NE(json_of("!!binary '!'").find("not valid base64"), std::string::npos);
}

}  // namespace
}  // namespace rumbo::codec
