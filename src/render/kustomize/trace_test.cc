// Traces: every field knows the file and the steps that made it.
#include "render/kustomize/trace.h"

#include <gtest/gtest.h>

#include "model/memory_snapshot.h"
#include "render/kustomize/kustomize.h"

namespace rumbo::render::kustomize {
namespace {

using Files = std::map<std::string, std::string>;

/// "what file:line" of every layer, joined by "; ".
std::string layers(const Built& built, std::size_t object, std::string_view pointer) {
  std::string out;
  for (const Layer& layer : built.objects.at(object).fields->layers(pointer)) {
    out += (out.empty() ? "" : "; ") + layer.what + " " + layer.place.file + ":" +
           std::to_string(layer.place.line);
  }
  return out;
}

Result<Built> traced(Files files, std::string_view directory = "") {
  const MemorySnapshot tree(std::move(files));
  Options options;
  options.traces = true;
  return build(tree, directory, {}, options);
}

const Files kShop = {
    {"base/kustomization.yaml", "resources: [web.yaml]\n"},
    {"base/web.yaml",
     "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  replicas: 1\n"
     "  template:\n    spec:\n      containers:\n      - name: app\n        image: app:1\n"
     "      - name: log\n        image: log:1\n"},
    {"over/kustomization.yaml",
     "resources: [../base]\nnamePrefix: p-\nnamespace: shop\npatches:\n- path: more.yaml\n"
     "- patch: '[{\"op\": \"replace\", \"path\": \"/spec/replicas\", \"value\": 5}]'\n  target: "
     "{kind: Deployment}\n"
     "images:\n- {name: log, newTag: \"2\"}\nconfigMapGenerator:\n- name: c\n  literals: [a=b]\n"},
    {"over/more.yaml",
     "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  replicas: 3\n"
     "  template:\n    spec:\n      containers:\n      - name: app\n        args: [x]\n"}};

TEST(Trace, EveryFieldKnowsItsFileAndSteps) {
  const auto built = traced(kShop, "over");
  ASSERT_TRUE(built) << built.error().to_string();
  ASSERT_EQ(built->objects.size(), 2U);  // the ConfigMap comes first
  const auto of = [&](std::string_view pointer) { return layers(*built, 1, pointer); };
  EXPECT_EQ(of("/kind"), "file base/web.yaml:2");
  EXPECT_EQ(of("/spec/replicas"),
            "file base/web.yaml:6; patch over/more.yaml:5; patch over/kustomization.yaml:6");
  EXPECT_EQ(of("/metadata/name"), "file base/web.yaml:4; namePrefix over/kustomization.yaml:2");
  EXPECT_EQ(of("/metadata/namespace"), "namespace over/kustomization.yaml:3");
  const std::string containers = "/spec/template/spec/containers/";
  EXPECT_EQ(of(containers + "0/args/0"), "patch over/more.yaml:10");
  EXPECT_EQ(of(containers + "0/image"), "file base/web.yaml:11");
  EXPECT_EQ(of(containers + "1/image"), "file base/web.yaml:13; images over/kustomization.yaml:8");
  // What is not there is its nearest parent's.
  EXPECT_EQ(of("/spec/strategy"), of("/spec"));
  EXPECT_EQ(layers(*built, 0, "/data/a"), "configMapGenerator over/kustomization.yaml:11");
  EXPECT_NE(layers(*built, 0, "/metadata/name").find("hash suffix"), std::string::npos);
}

TEST(Trace, OnlyThoseWhoAskPayForIt) {
  const MemorySnapshot tree(kShop);
  const auto built = build(tree, "over", {}, {});
  ASSERT_TRUE(built);
  EXPECT_EQ(built->objects[0].fields, nullptr);
}

TEST(Trace, TracingChangesNothing) {
  const MemorySnapshot tree(kShop);
  const auto plain = build(tree, "over", {}, {});
  const auto with = traced(kShop, "over");
  ASSERT_TRUE(plain && with);
  EXPECT_EQ(print(*plain), print(*with));
}

}  // namespace
}  // namespace rumbo::render::kustomize
