#include "render/plain.h"

#include <gtest/gtest.h>

#include "model/memory_snapshot.h"

namespace rumbo::render {
namespace {

using Files = std::map<std::string, std::string>;

Result<Rendered> render(Files files, const RenderSpec& spec = {}) {
  return PlainRenderer().render(MemorySnapshot(std::move(files)), spec, {});
}

RenderSpec in_folder(std::string path) {
  RenderSpec spec;
  spec.path = std::move(path);
  return spec;
}

RenderSpec in_namespace(std::string ns) {
  RenderSpec spec;
  spec.ns = std::move(ns);
  return spec;
}

std::string keys(const Result<Rendered>& rendered) {
  if (!rendered) return rendered.error().to_string();
  std::string out;
  for (const auto& object : rendered->manifest.objects) out += object.key.to_string() + "\n";
  return out;
}

std::string error_of(const Result<Rendered>& rendered) {
  return rendered ? "no error" : rendered.error().to_string();
}

std::string config_map(const std::string& name) {
  return "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: " + name + "}\n";
}

TEST(Plain, ReadsAllManifestsSortedByPath) {
  const auto rendered =
      render({{"b.yaml", config_map("b1") + "---\n" + config_map("b0")},
              {"a/z.yml", config_map("z")},
              {"c.json", R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"}})"},
              {"README.md", "# not: yaml"},
              {"script.sh", "exit"}});
  EXPECT_EQ(keys(rendered), "ConfigMap z\nConfigMap b1\nConfigMap b0\nConfigMap c\n");
  EXPECT_EQ(rendered->manifest.files_read,
            (std::vector<std::string>{"a/z.yml", "b.yaml", "c.json"}));
  EXPECT_TRUE(rendered->warnings.empty());
}

TEST(Plain, OnlyTheFolderAskedFor) {
  const Files files{{"deploy/a.yaml", config_map("a")},
                    {"deploy2/b.yaml", config_map("b")},
                    {"c.yaml", config_map("c")}};
  for (const auto* path : {"deploy", "./deploy/", "/deploy"}) {
    EXPECT_EQ(keys(render(files, in_folder(path))), "ConfigMap a\n") << path;
  }
  EXPECT_NE(error_of(render(files, in_folder("nowhere"))).find("nowhere"), std::string::npos);
  EXPECT_NE(error_of(render(files, in_folder("deploy/../x"))).find("`..`"), std::string::npos);
}

TEST(Plain, SetsTheNamespaceOnlyWhereItBelongs) {
  const auto rendered =
      render({{"a.yaml", config_map("a")},
              {"b.yaml", "apiVersion: v1\nkind: Secret\nmetadata: {name: b, namespace: other}\n"},
              {"c.yaml", "apiVersion: v1\nkind: Namespace\nmetadata: {name: c}\n"},
              {"d.yaml", "apiVersion: shop.example/v1\nkind: Basket\nmetadata: {name: d}\n"}},
             in_namespace("shop"));
  EXPECT_EQ(keys(rendered),
            "ConfigMap shop/a\nSecret other/b\nNamespace c\nBasket.shop.example shop/d\n");
  EXPECT_EQ(rendered->manifest.objects[0].value["metadata"]["namespace"].str(), "shop");
  EXPECT_FALSE(rendered->manifest.objects[2].value["metadata"].contains("namespace"));
}

TEST(Plain, DefinitionsSayWhichOfTheirKindsAreClusterScoped) {
  const auto rendered =
      render({{"a.yaml", "apiVersion: shop.example/v1\nkind: Planet\nmetadata: {name: a}\n"},
              {"z.yaml",
               "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n"
               "metadata: {name: planets.shop.example}\n"
               "spec: {group: shop.example, scope: Cluster, names: {kind: Planet}}\n"}},
             in_namespace("shop"));
  EXPECT_EQ(keys(rendered),
            "Planet.shop.example a\n"
            "CustomResourceDefinition.apiextensions.k8s.io planets.shop.example\n");
}

TEST(Plain, AClusterScopedObjectLosesItsNamespaceWithAWarning) {
  const auto rendered = render({{"a.yaml",
                                 "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\n"
                                 "metadata: {name: 'system:a', namespace: x}\n"}});
  EXPECT_EQ(keys(rendered), "ClusterRole.rbac.authorization.k8s.io system:a\n");
  ASSERT_EQ(rendered->warnings.size(), 1u);
  EXPECT_EQ(rendered->warnings[0],
            "a.yaml:3:41: ClusterRole system:a belongs to no namespace; ignored `x`");
}

TEST(Plain, ListsBecomeTheirItems) {
  const auto rendered = render({{"list.yaml", R"(apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: ConfigMap
  metadata: {name: a}
- apiVersion: v1
  kind: SecretList
  items:
  - metadata: {name: b}
)"}});
  EXPECT_EQ(keys(rendered), "ConfigMap a\nSecret b\n");
  EXPECT_EQ(rendered->manifest.objects[1].origin.to_string(), "list.yaml:10:5");
}

TEST(Plain, KnowsWhereEveryFieldStands) {
  const auto rendered = render({{"deploy/web.yaml", R"(# first
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  template:
    spec:
      containers:
      - name: a
        image: nginx
)"}});
  ASSERT_EQ(keys(rendered), "Deployment.apps web\n");
  const Object& object = rendered->manifest.objects[0];
  EXPECT_EQ(object.origin.to_string(), "deploy/web.yaml:2:1");
  const auto place = [&](std::string_view pointer) { return object.locate(pointer).to_string(); };
  EXPECT_EQ(place("/spec/template/spec/containers/0/image"), "deploy/web.yaml:11:16");
  EXPECT_EQ(place("/spec/template/spec/containers/0/command"), "deploy/web.yaml:10:9");
  EXPECT_EQ(place("/spec/replicas"), "deploy/web.yaml:6:1");
  EXPECT_EQ(place("/metadata/namespace"), "deploy/web.yaml:4:1");
  EXPECT_EQ(place("/status"), "deploy/web.yaml:2:1");
  EXPECT_EQ(place("no pointer"), "deploy/web.yaml:2:1");
}

TEST(Plain, JsonKeepsItsPlacesToo) {
  const auto rendered =
      render({{"a.json",
               "{\n  \"apiVersion\": \"v1\", \"kind\": \"ConfigMap\",\n"
               "  \"metadata\": {\"name\": \"a\"},\n  \"data\": {\"k\": \"v\"}\n}"}});
  ASSERT_EQ(keys(rendered), "ConfigMap a\n");
  EXPECT_EQ(rendered->manifest.objects[0].locate("/data/k").to_string(), "a.json:4:17");
}

TEST(Plain, OwnConfigurationIsNotDeployed) {
  const std::string own =
      "apiVersion: rumbo.dev/v1alpha1\nkind: Application\nmetadata: {name: x}\n";
  const auto rendered = render({{"rumbo.yaml", own}, {"a.yaml", own + "---\n" + config_map("a")}});
  EXPECT_EQ(keys(rendered), "ConfigMap a\n");
  EXPECT_EQ(rendered->warnings,
            std::vector<std::string>{"a.yaml:1:1: Rumbo's own configuration is not deployed"});
}

TEST(Plain, IgnoreFileLeavesFilesOut) {
  const auto rendered = render({{"app/.rumboignore", "# comment\nvalues.yaml\n/ci/\n"},
                                {"app/values.yaml", "just: values\n"},
                                {"app/ci/pipeline.yml", "stages: []\n"},
                                {"app/x/ci/a.yaml", config_map("a")}},
                               in_folder("app"));
  EXPECT_EQ(keys(rendered), "ConfigMap a\n");
  EXPECT_EQ(rendered->manifest.files_read,
            (std::vector<std::string>{"app/.rumboignore", "app/x/ci/a.yaml"}));
}

TEST(Plain, EmptyFilesAndDocumentsAreNothing) {
  EXPECT_EQ(
      keys(render({{"a.yaml", ""}, {"b.yaml", "# nothing\n---\n---\n"}, {"c.yaml", "null\n"}})),
      "");
}

TEST(Plain, DuplicatesNameBothPlaces) {
  const auto rendered = render(
      {{"a.yaml", config_map("web")}, {"b.yaml", config_map("x") + "---\n" + config_map("web")}});
  EXPECT_EQ(error_of(rendered),
            "b.yaml:5:1: ConfigMap web is defined twice, first at a.yaml:1:1 "
            "(remove or rename one of them)");
  // The namespace that is filled in counts.
  const auto filled = render(
      {{"a.yaml", config_map("web")},
       {"b.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web, namespace: shop}\n"}},
      in_namespace("shop"));
  ASSERT_FALSE(filled);
  EXPECT_EQ(filled.error().code(), Code::conflict);
}

struct Mistake {
  const char* text;
  const char* place;
  const char* message;
};

class PlainMistakes : public ::testing::TestWithParam<Mistake> {};

TEST_P(PlainMistakes, HaveAPlaceAndAHint) {
  const auto rendered = render({{"a.yaml", GetParam().text}});
  ASSERT_FALSE(rendered) << GetParam().text;
  const Error& error = rendered.error();
  EXPECT_EQ(error.code(), Code::invalid);
  ASSERT_TRUE(error.location());
  EXPECT_EQ(error.location()->to_string(), GetParam().place) << error.to_string();
  EXPECT_NE(error.message().find(GetParam().message), std::string::npos) << error.to_string();
  EXPECT_FALSE(error.hint().empty());
}

INSTANTIATE_TEST_SUITE_P(
    All, PlainMistakes,
    ::testing::Values(
        Mistake{"replicaCount: 1\n", "a.yaml:1:1", "neither apiVersion nor kind"},
        Mistake{"\n- a\n", "a.yaml:2:1", "expected an object, found array"},
        Mistake{"just text\n", "a.yaml:1:1", "expected an object, found string"},
        Mistake{"kind: Pod\nmetadata: {name: a}\n", "a.yaml:1:1", "Pod a has no apiVersion"},
        Mistake{"apiVersion: 1\nkind: Pod\n", "a.yaml:1:13", "has no apiVersion"},
        Mistake{"apiVersion: a/b/c\nkind: Pod\n", "a.yaml:1:13", "`a/b/c` is not well formed"},
        Mistake{"apiVersion: v1\nmetadata: {name: a}\n", "a.yaml:1:1", "has no kind"},
        Mistake{"apiVersion: v1\nkind: 'P o'\n", "a.yaml:2:7", "`P o` is not well formed"},
        Mistake{"apiVersion: v1\nkind: Pod\n", "a.yaml:1:1", "Pod has no metadata.name"},
        Mistake{"apiVersion: v1\nkind: Pod\nmetadata: x\n", "a.yaml:3:11", "must be a map"},
        Mistake{"apiVersion: v1\nkind: Pod\nmetadata:\n  name: A\n", "a.yaml:4:9",
                "`A` is no valid"},
        Mistake{"apiVersion: v1\nkind: Pod\nmetadata:\n  name: 7\n", "a.yaml:4:9", "must be text"},
        Mistake{"apiVersion: v1\nkind: Pod\nmetadata:\n  generateName: a-\n", "a.yaml:4:17",
                "generateName"},
        Mistake{"apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  namespace: a.b\n",
                "a.yaml:5:14", "metadata.namespace"},
        Mistake{"apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  labels:\n    on: true\n",
                "a.yaml:6:9", "must be text, not boolean"},
        Mistake{"apiVersion: v1\nkind: List\nitems: [7]\n", "a.yaml:3:9", "found integer"}));

TEST(Plain, DuplicateKeysAreRefused) {
  const auto rendered = render({{"a.yaml", config_map("a") + "data: {}\ndata: {}\n"}});
  ASSERT_FALSE(rendered);
  EXPECT_EQ(rendered.error().location()->line, 5);
}

TEST(Plain, ObjectsAreBounded) {
  std::string text;
  for (int i = 0; i <= 20'000; ++i) {
    text += "{apiVersion: v1, kind: Pod, metadata: {name: p" + std::to_string(i) + "}},";
  }
  const auto rendered = render({{"a.yaml", "{apiVersion: v1, kind: List, items: [" + text + "]}"}});
  ASSERT_FALSE(rendered);
  EXPECT_EQ(rendered.error().code(), Code::too_large);
}

TEST(Plain, NeedsNothingFromOutside) {
  const auto needed = PlainRenderer().inputs_needed(MemorySnapshot({}), {}, {});
  ASSERT_TRUE(needed);
  EXPECT_TRUE(needed->snapshots.empty());
}

}  // namespace
}  // namespace rumbo::render
