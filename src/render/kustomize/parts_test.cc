// The parts of a build one by one: JSON patches, selectors, remote locations, paths, printing.
#include <gtest/gtest.h>

#include "codec/json.h"
#include "render/kustomize/json_patch.h"
#include "render/kustomize/node_path.h"
#include "render/kustomize/node_print.h"
#include "render/kustomize/node_reader.h"
#include "render/kustomize/node_value.h"
#include "render/kustomize/origin.h"
#include "render/kustomize/remote.h"
#include "render/kustomize/selector.h"

namespace rumbo::render::kustomize {
namespace {

std::string patched(const std::string& document, const std::string& patch) {
  const auto parsed = JsonPatch::parse(patch);
  if (!parsed) return "error";
  const auto result = parsed->apply(codec::parse_json(document).value());
  return result ? codec::to_json(*result) : "error";
}

TEST(JsonPatch, AppliesOperations) {
  EXPECT_EQ(patched(R"({"a":[1,2]})", "- {op: add, path: /a/-, value: 3}"), R"({"a":[1,2,3]})");
  EXPECT_EQ(patched(R"({"a":[1,2]})", "- {op: add, path: /a/-1, value: 3}"), R"({"a":[1,2,3]})");
  EXPECT_EQ(patched(R"({"a":[1,2]})", "- {op: remove, path: /a/-1}"), R"({"a":[1]})");
  EXPECT_EQ(patched(R"({"a/b":1})", "- {op: replace, path: /a~1b, value: 2}"), R"({"a/b":2})");
  EXPECT_EQ(patched("{}", "- {op: replace, path: /x, value: 2}"), R"({"x":2})");
  EXPECT_EQ(patched(R"({"a":1})", "- {op: move, from: /a, path: /b}"), R"({"b":1})");
  EXPECT_EQ(patched(R"({"a":1})", "- {op: test, path: /a, value: 1}"), R"({"a":1})");
}

TEST(JsonPatch, RefusesWhatDoesNotFit) {
  for (const char* patch :
       {"- {op: test, path: /a, value: 2}", "- {op: remove, path: /x}", "- {op: add, path: /x/y}",
        "- {op: add, path: /l/5, value: 1}", "- {op: nope, path: /a}", "- {op: add}",
        "- {op: remove, path: /l/-4}", "[{op: add, path: /a, value: 1}]", "a: b"}) {
    EXPECT_EQ(patched(R"({"a":1,"l":[1,2]})", patch), "error") << patch;
  }
}

TEST(LabelSelector, MatchesAsKubectlDoes) {
  const std::map<std::string, std::string> labels = {{"app", "web"}, {"tier", "front"}};
  for (const char* text : {"", "app", "app=web", "app == web", "app!=db", "!old",
                           "app in (web, db),tier notin (back)", "tier"}) {
    EXPECT_TRUE(LabelSelector::parse(text)->matches(labels)) << text;
  }
  for (const char* text : {"old", "app=db", "app!=web", "!app", "app in (db)", "app=web,old"}) {
    EXPECT_FALSE(LabelSelector::parse(text)->matches(labels)) << text;
  }
  for (const char* text : {"=web", "app in web", "app,", "app ~ b", "app in (a"}) {
    EXPECT_FALSE(LabelSelector::parse(text)) << text;
  }
}

TEST(SelectorRegex, MatchesTheWholePart) {
  Selector selector;
  selector.name = "web|db";
  selector.kind = "Deploy.*";
  const auto regex = SelectorRegex::compile(selector);
  ASSERT_TRUE(regex);
  EXPECT_TRUE(regex->matches_name("web"));
  EXPECT_FALSE(regex->matches_name("web1"));
  EXPECT_TRUE(regex->matches_namespace("any"));
  EXPECT_TRUE(regex->matches_gvk({"apps", "v1", "Deployment"}));
  EXPECT_FALSE(regex->matches_gvk({"", "v1", "Service"}));
}

TEST(Remote, TellsRepositoriesFromPaths) {
  const auto shown = [](std::string_view text) {
    const auto remote = parse_remote(text);
    return remote ? remote->repository + "|" + remote->path + "|" + remote->ref : "none";
  };
  EXPECT_EQ(shown("https://github.com/a/b//deploy/x?ref=v1"), "https://github.com/a/b|deploy/x|v1");
  EXPECT_EQ(shown("github.com/a/b/c?ref=main"), "https://github.com/a/b|c|main");
  EXPECT_EQ(shown("git@github.com:a/b.git"), "git@github.com:a/b.git||");
  EXPECT_EQ(shown("ssh://git@example.com/a/b//c"), "ssh://git@example.com/a/b|c|");
  EXPECT_EQ(shown("https://dev.azure.com/o/p/_git/r/path"),
            "https://dev.azure.com/o/p/_git/r|path|");
  for (const char* path : {"../base", "base", "./a/b", "/abs", "a.yaml", "https://x/a//../b"}) {
    EXPECT_EQ(shown(path), "none") << path;
  }
}

TEST(NodePath, SplitsAtDotsOutsideBrackets) {
  using Parts = std::vector<std::string>;
  EXPECT_EQ(split_smart("a.b.c", '.'), (Parts{"a", "b", "c"}));
  EXPECT_EQ(split_smart("a.[k=x.y].b", '.'), (Parts{"a", "[k=x.y]", "b"}));
  EXPECT_EQ(split_smart("a.[x.y].b", '.'), (Parts{"a", "x.y", "b"}));
  EXPECT_EQ(split_smart("a\\.b.c", '.'), (Parts{"a.b", "c"}));
  EXPECT_EQ(split_path("/a/b", '/'), (Parts{"a", "b"}));
}

TEST(Nodes, KeepOrderAndStyles) {
  Arena arena;
  const std::string text = "b: 'x'\na:\n- \"1\"\n- {c: d}\nt: |\n  l1\n  l2\n";
  const auto node = read_node(arena, text, "");
  ASSERT_TRUE(node);
  EXPECT_EQ(print_node(**node), text);
}

TEST(Nodes, BecomeWhatJsonWouldHold) {
  Arena arena;
  const auto json = [&](const std::string& text) -> std::string {
    const auto node = read_node(arena, text, "");
    const auto value = node ? to_value(*node) : Result<Value>(fail(Error(node.error())));
    return value ? codec::to_json(*value) : "error";
  };
  EXPECT_EQ(json("{a: 0x10, b: yes, c: 1.0, d: 2001-01-01}"),
            R"({"a":16,"b":"yes","c":1,"d":"2001-01-01T00:00:00Z"})");
  EXPECT_EQ(json("{a: , b: ~}"), R"({"a":"","b":null})");
  EXPECT_EQ(json("a:\nb: ''\n"), R"({"a":null,"b":""})");
  EXPECT_EQ(json("x: &x {a: 1}\ny: {<<: *x, b: 2}"), R"({"x":{"a":1},"y":{"a":1,"b":2}})");
  EXPECT_EQ(json("a: .inf"), "error");
  EXPECT_EQ(json("a: {1: b}"), "error");
  EXPECT_EQ(json("{a: 1, a: 2}"), "error");
  EXPECT_EQ(json("t: >\n  a\n    b\n"), R"({"t":"a\n\n  b\n"})");
}

TEST(Origin, JoinsPaths) {
  EXPECT_EQ(join_path("a/b", "../c"), "a/c");
  EXPECT_EQ(join_path("", "../c"), "../c");
  EXPECT_EQ(join_path("../c", "./d"), "../c/d");
}

}  // namespace
}  // namespace rumbo::render::kustomize
