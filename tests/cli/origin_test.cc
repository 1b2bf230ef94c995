// `rumbo render --show-origin` and `rumbo why`: what made each field, for overlays, charts and
// plain files.
#include <gtest/gtest.h>

#include "codec/json.h"
#include "rig.h"

namespace rumbo::cli_test {
namespace {

class Origin : public ::testing::Test {
 protected:
  Rig rig_;

  void SetUp() override {
    write("/w/base/kustomization.yaml", "resources: [web.yaml]\n");
    write("/w/base/web.yaml",
          "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n  annotations:\n"
          "    example.com/a.b: c\nspec:\n  replicas: 1\n  template:\n    spec:\n"
          "      containers:\n      - name: app\n        image: app:1\n");
    write("/w/over/kustomization.yaml",
          "resources: [../base]\nnamespace: shop\nimages: [{name: app, newTag: \"2\"}]\n"
          "patches: [{path: more.yaml}]\nsecretGenerator: [{name: s, literals: [k=hidden]}]\n");
    write("/w/over/more.yaml",
          "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  replicas: 3\n");
    write("/w/chart/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n");
    write("/w/chart/values.yaml", "replicas: 1\nimage:\n  tag: one\n");
    write("/w/chart/templates/web.yaml",
          "{{- if true }}\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\ndata:\n"
          "  fixed: x\n  tag: {{ .Values.image.tag }}\n{{- end }}\n");
    write("/w/values-prod.yaml", "image: {tag: two}\n");
  }

  void write(const std::string& path, const std::string& text) {
    ASSERT_TRUE(rig_.files.make_directories(path.substr(0, path.rfind('/')), 0755));
    ASSERT_TRUE(rig_.files.write_atomic(path, text, 0644));
  }

  std::string why(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "why");
    const Ran ran = rig_.run(arguments);
    return ran.exit == 0 ? ran.out : ran.err;
  }
};

TEST_F(Origin, WhyListsEveryLayerOfAnOverlay) {
  EXPECT_EQ(why({"Deployment/web.spec.replicas", "/w/over"}),
            "Deployment.apps shop/web /spec/replicas = 3\n"
            "  /w/base/web.yaml:8   file\n"
            "  /w/over/more.yaml:5  patch\n");
  EXPECT_EQ(why({"web.spec.template.spec.containers[name=app].image", "/w/over"}),
            "Deployment.apps shop/web /spec/template/spec/containers/0/image = \"app:2\"\n"
            "  /w/base/web.yaml:13             file\n"
            "  /w/over/kustomization.yaml:3:1  images\n");
  EXPECT_NE(why({"shop/deployment/web.metadata.annotations.example.com/a.b", "/w/over"})
                .find("/w/base/web.yaml:6  file"),
            std::string::npos);
}

TEST_F(Origin, WhyNeverPrintsASecret) {
  const Ran names = rig_.run({"render", "/w/over", "-o", "name"});
  const std::size_t at = names.out.find("shop/s-");
  ASSERT_NE(at, std::string::npos) << names.out;
  const std::string name = names.out.substr(at + 5, names.out.find('\n', at) - at - 5);
  const std::string said = why({"Secret/" + name + ".data.k", "/w/over"});
  EXPECT_EQ(said.find("aGlkZGVu"), std::string::npos) << said;
  EXPECT_NE(said.find("secretGenerator"), std::string::npos) << said;
}

TEST_F(Origin, WhyTellsTheTemplateLineAndTheValue) {
  EXPECT_EQ(why({"ConfigMap/c.data.tag", "/w/chart"}),
            "ConfigMap default/c /data/tag = \"one\"\n"
            "  /w/chart/values.yaml:3:3       value image.tag\n"
            "  /w/chart/templates/web.yaml:8  template\n");
  EXPECT_NE(why({"c.data.tag", "/w/chart", "-f", "/w/values-prod.yaml"})
                .find("/w/values-prod.yaml:1:9        value image.tag"),
            std::string::npos);
  EXPECT_NE(why({"c.data.tag", "/w/chart", "--set", "image.tag=x"}).find("(--set)"),
            std::string::npos);
  EXPECT_NE(why({"c.data.fixed", "/w/chart"}).find("/w/chart/templates/web.yaml:7  template"),
            std::string::npos);
}

TEST_F(Origin, WhySaysWhatIsThereInstead) {
  EXPECT_NE(why({"Deployment/wbe.spec", "/w/over"}).find("there are: Secret/"), std::string::npos);
  EXPECT_NE(why({"web.spec.replica", "/w/over"}).find("did you mean `replicas`?"),
            std::string::npos);
  EXPECT_NE(why({"web.spec.template.spec.containers[3]", "/w/over"}).find("1 elements"),
            std::string::npos);
}

TEST_F(Origin, ShowOriginPrintsAPlaceBesideEachLine) {
  const Ran ran = rig_.run({"render", "/w/over", "--show-origin"});
  ASSERT_EQ(ran.exit, 0) << ran.err;
  EXPECT_NE(ran.out.find("/w/base/web.yaml:2"), std::string::npos) << ran.out;
  EXPECT_NE(ran.out.find("/w/over/more.yaml:5 patch"), std::string::npos) << ran.out;
  EXPECT_NE(ran.out.find("|   replicas: 3\n"), std::string::npos) << ran.out;
  EXPECT_EQ(ran.out.find("aGlkZGVu"), std::string::npos) << ran.out;
  const Ran json = rig_.run({"render", "/w/over", "--show-origin", "-o", "json"});
  const auto value = codec::parse_json(json.out);
  ASSERT_TRUE(value) << json.out;
  EXPECT_EQ((*value)["objects"][1]["fields"]["/spec/replicas"][1]["file"].str(),
            "/w/over/more.yaml");
}

TEST_F(Origin, PlainFilesKnowTheirPlacesToo) {
  write("/w/plain/a.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  a: b\n");
  EXPECT_EQ(why({"c.data.a", "/w/plain"}),
            "ConfigMap c /data/a = \"b\"\n  /w/plain/a.yaml:5:6  file\n");
}

}  // namespace
}  // namespace rumbo::cli_test
