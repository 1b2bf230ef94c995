#include "codec/diff.h"

#include <gtest/gtest.h>

#include "codec/base64.h"
#include "codec/json.h"
#include "codec/pointer.h"
#include "codec/yaml.h"

namespace rumbo::codec {
namespace {

Value yaml(std::string_view text) {
  return parse_yaml_value(text).value();
}

std::string shown(std::string_view before, std::string_view after) {
  return render_diff(diff_objects(yaml(before), yaml(after)), false);
}

TEST(Diff, EqualValuesGiveNothing) {
  EXPECT_TRUE(diff(yaml("{a: [1, {b: c}]}"), yaml("{a: [1, {b: c}]}")).empty());
  EXPECT_EQ(render_diff({}, true), "");
}

TEST(Diff, NamesPathsAsPeopleDo) {
  const auto changes = diff(yaml("spec: {template: {spec: {containers: [{name: app, image: a:1}, "
                                 "{name: log, image: l:1}]}}}"),
                            yaml("spec: {template: {spec: {containers: [{name: app, image: a:2}, "
                                 "{name: log, image: l:1}]}}}"));
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0].path, "spec.template.spec.containers[name=app].image");
  EXPECT_EQ(changes[0].pointer, "/spec/template/spec/containers/0/image");
  EXPECT_EQ(changes[0].before, Value("a:1"));
  EXPECT_EQ(changes[0].after, Value("a:2"));
}

TEST(Diff, ShowsEveryKindOfChange) {
  EXPECT_EQ(
      shown("{a: 1, b: x, c: [1, 2], d: {e: f}}", "{a: 2, c: [1, 3, 4], d: null, n.m/o: {p: q}}"),
      "~ a: 1 -> 2\n"
      "- b: x\n"
      "~ c[1]: 2 -> 3\n"
      "+ c[2]: 4\n"
      "~ d:\n"
      "-     e: f\n"
      "+     null\n"
      "+ [\"n.m/o\"]:\n"
      "+     p: q\n");
}

TEST(Diff, MatchesListsByName) {
  EXPECT_EQ(shown("l: [{name: a, v: 1}, {name: b, v: 2}]", "l: [{name: c, v: 3}, {name: b, v: 9}]"),
            "- l[name=a]:\n-     name: a\n-     v: 1\n"
            "+ l[name=c]:\n+     name: c\n+     v: 3\n"
            "~ l[name=b].v: 2 -> 9\n");
  // Without distinct names by place.
  EXPECT_EQ(shown("l: [{name: a}, {name: a}]", "l: [{name: a}, {name: b}]"),
            "~ l[1].name: a -> b\n");
  EXPECT_EQ(shown("l: [{name: a}, {name: b}]", "l: [{name: b}, {name: a}]"),
            "~ l[order]:\n-     - a\n-     - b\n+     - b\n+     - a\n");
}

TEST(Diff, ComparesTextsByLine) {
  EXPECT_EQ(shown("t: \"a\\nb\\nc\\nd\\n\"", "t: \"a\\nx\\ny\\nd\\n\""),
            "~ t:\n-     b\n-     c\n+     x\n+     y\n");
  EXPECT_EQ(shown("t: \"a\\nb\"", "t: \"a\\nb\\n\""),
            "~ t:\n~     (only line ends at the end of the text)\n");
}

TEST(Diff, WholeObjects) {
  EXPECT_EQ(shown("null", "{a: 1}"), "+ (whole object):\n+     a: 1\n");
  EXPECT_EQ(shown("{a: 1}", "null"), "- (whole object):\n-     a: 1\n");
}

TEST(Diff, IsBounded) {
  std::vector<Value> items(100, Value(1));
  EXPECT_EQ(diff(Value::array(), Value::array(items), {.max_changes = 7}).size(), 7u);
}

TEST(Diff, ColoursOnRequest) {
  EXPECT_EQ(render_diff(diff(yaml("{a: 1}"), yaml("{b: 1}")), true),
            "\x1b[31m- a: 1\x1b[0m\n\x1b[32m+ b: 1\x1b[0m\n");
}

TEST(Diff, PointersLeadToTheValues) {
  const Value before = yaml("{a: [{name: x, v: 1}, {name: y}], b/c: {d: 1}, e: 5}");
  const Value after = yaml("{a: [{name: y, z: 3}, {name: w}], b/c: {d: 2}, f: [1]}");
  for (const Change& change : diff(before, after)) {
    if (change.path.ends_with("[order]")) continue;
    const Value& side = change.after ? after : before;
    const Value* found = resolve(side, Pointer::parse(change.pointer).value());
    ASSERT_NE(found, nullptr) << change.path;
    EXPECT_EQ(*found, change.after ? *change.after : *change.before) << change.path;
  }
}

constexpr const char* kSecret = "{kind: Secret, apiVersion: v1, metadata: {name: s}, data: ";

TEST(DiffSecrets, TellKeysNotValues) {
  const std::string out = shown(std::string(kSecret) + "{a: b25l, b: dHdv, c: dGhyZWU=}}",
                                std::string(kSecret) + "{a: b25l, b: VFdP, d: Zm91cg==}}");
  EXPECT_EQ(out,
            "~ data.b: (masked) -> (changed)\n"
            "- data.c: (masked)\n"
            "+ data.d: (masked)\n");
}

TEST(DiffSecrets, CountStringDataAsData) {
  EXPECT_EQ(shown(std::string(kSecret) + "{a: b25l}}",
                  "{kind: Secret, apiVersion: v1, metadata: {name: s}, stringData: {a: one}}"),
            "");
  EXPECT_EQ(shown(std::string(kSecret) + "{a: b25l}}",
                  "{kind: Secret, apiVersion: v1, metadata: {name: s}, stringData: {a: other}}"),
            "~ data.a: (masked) -> (changed)\n");
}

TEST(DiffSecrets, NeverLeak) {
  const std::string canary = "c2VjcmV0LWNhbmFyeQ==";
  const std::string applied = "kubectl.kubernetes.io/last-applied-configuration";
  const std::vector<std::string> objects = {
      "{kind: Secret, data: {k: CANARY}}",
      "{kind: Secret, stringData: {k: CANARY, l: [CANARY], m: {n: CANARY}}}",
      "{kind: Secret, data: CANARY}",
      "{kind: Secret, data: [CANARY]}",
      "{kind: Secret, metadata: {annotations: {" + applied + ": CANARY}}}",
      "{kind: List, items: [{kind: Secret, data: {k: CANARY}}]}",
      "{kind: SecretList, items: [{data: {k: CANARY}}]}"};
  for (const std::string& text : objects) {
    std::string filled = text;
    for (std::size_t i; (i = filled.find("CANARY")) != filled.npos;) filled.replace(i, 6, canary);
    const Value object = yaml(filled);
    EXPECT_EQ(to_json(mask_secret(object)).find(canary), std::string::npos) << text;
    for (const Value& other : {Value(), yaml("{kind: Secret}"), yaml("{kind: ConfigMap}"),
                               yaml("{kind: Secret, data: {k: eA==}, stringData: {k: x}}"),
                               yaml("{kind: List, items: []}")}) {
      for (const auto& changes : {diff_objects(object, other), diff_objects(other, object)}) {
        EXPECT_EQ(render_diff(changes, false).find(canary), std::string::npos) << text;
        EXPECT_EQ(render_diff(changes, false).find("secret-canary"), std::string::npos) << text;
      }
    }
  }
}

TEST(DiffSecrets, OtherObjectsAreNotMasked) {
  const Value map = yaml("{kind: ConfigMap, data: {a: b}}");
  EXPECT_TRUE(mask_secret(map).same(map));
}

}  // namespace
}  // namespace rumbo::codec
