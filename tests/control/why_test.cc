// `rumbo why` of what is deployed.
#include <gtest/gtest.h>

#include "base/strings.h"
#include "codec/json.h"
#include "rig.h"

namespace rumbo::controltest {
namespace {

/// "PLACE WHAT; …" of the layers, or the error.
std::string why(Rig& rig, const std::string& field) {
  const auto answer = rig.operations().why({"shop", "", field});
  if (!answer) return answer.error().message();
  std::string out;
  for (const Value& layer : (*answer)["layers"].items()) {
    out += layer["file"].str();
    if (!layer["line"].is_null()) out += ":" + std::to_string(layer["line"].as_int());
    out += " " + layer["what"].str() + "; ";
  }
  return out + (*answer)["note"].str();
}

constexpr const char* kImage = "Deployment/shop.spec.template.spec.containers[0].image";

TEST(WhyDeployed, NothingIsDeployed) {
  Rig rig(application("shop") + environment());
  EXPECT_EQ(why(rig, kImage), "shop@dev is not deployed");
}

TEST(WhyDeployed, NamesTheVariablesAndWhereTheyComeFrom) {
  Rig rig(application("shop",
                      "  substitute: {values: {tag: one}, from: [settings.env, {kind: ConfigMap, "
                      "name: more}]}\n") +
          environment());
  auto files = release("shop", "${image}:${tag:-${unused}}");
  files["settings.env"] = "image=elsewhere\ntag=two\n";
  rig.source.commit(kShopUrl, files);
  const ObjectKey more{"", "ConfigMap", "shop-dev", "more"};
  rig.world.create(more,
                   Value::object({{"apiVersion", "v1"},
                                  {"kind", "ConfigMap"},
                                  {"metadata", Value::object({{"name", "more"}})},
                                  {"data", Value::object({{"image", "app"}})}}),
                   rig.clock.mono());
  EXPECT_EQ(rig.sync()["worst"].str(), "committed");
  EXPECT_EQ(rig.image(), "app:one");
  const std::string said = why(rig, kImage);
  EXPECT_NE(said.find("ConfigMap shop-dev/more variable image; substitute.values variable tag; "
                      " variable unused (not set); "),
            said.npos)
      << said;
  // What it was made from has changed since: it says so.
  rig.world.edit(more, Value::object({{"data", Value::object({{"image", "other"}})},
                                      {"metadata", Value::object({{"name", "more"}})},
                                      {"kind", "ConfigMap"}}));
  EXPECT_NE(why(rig, kImage).find("has changed since"), std::string::npos) << why(rig, kImage);
}

TEST(WhyDeployed, NamesTheTemplateAndTheValueOfAChart) {
  Rig rig(replace_all(application("shop", "  helm: {values: {image: \"app:3\"}}\n"),
                      "renderer: plain", "renderer: helm") +
          environment());
  MemorySource::Files files{
      {"deploy/Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.0.0\n"},
      {"deploy/values.yaml", "image: app:1\nother: app:2\n"},
      {"deploy/templates/shop.yaml",
       "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: shop}\nspec:\n"
       "  selector: {matchLabels: {app: shop}}\n  template:\n    metadata: {labels: {app: shop}}\n"
       "    spec:\n      containers:\n        - name: app\n"
       "          image: {{ .Values.image }}\n"}};
  rig.source.commit(kShopUrl, files);
  EXPECT_EQ(rig.sync()["worst"].str(), "committed");
  const std::string said = why(rig, kImage);
  EXPECT_NE(said.find("deploy/templates/shop.yaml:11 template; "), said.npos) << said;
  EXPECT_NE(said.find("helm.values:1 value image; "), said.npos) << said;
  EXPECT_EQ(said.find("has changed"), said.npos) << said;
}

TEST(WhyDeployed, NamesThePatchOfAnOverlayAndTheDeployedRevisionCounts) {
  Rig rig(replace_all(application("shop"), "renderer: plain", "renderer: kustomize") +
          environment());
  auto files = release("shop", "app:1");
  files["deploy/kustomization.yaml"] =
      "resources: [app.yaml]\nimages:\n- name: app\n  newTag: \"7\"\n";
  rig.source.commit(kShopUrl, files);
  EXPECT_EQ(rig.sync()["worst"].str(), "committed");
  files["deploy/kustomization.yaml"] = "resources: [app.yaml]\n";
  rig.source.commit(kShopUrl, files);  // newer, and not deployed
  const std::string said = why(rig, kImage);
  EXPECT_NE(said.find("deploy/kustomization.yaml"), said.npos) << said;
  EXPECT_NE(said.find("images"), said.npos) << said;
}

}  // namespace
}  // namespace rumbo::controltest
