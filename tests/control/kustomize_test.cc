// Applications that are Kustomize overlays: deployed, overridden, changed, rolled back and healed
// by the same verbs as plain files.
#include <gtest/gtest.h>

#include "base/strings.h"
#include "codec/json.h"
#include "rig.h"

namespace rumbo::controltest {
namespace {

std::string overlay_application(const std::string& more = "") {
  return replace_all(application("shop", more), "renderer: plain", "renderer: detect") +
         environment();
}

/// An overlay in deploy/ over a base beside it.
MemorySource::Files overlay(const std::string& tag, const std::string& more = "") {
  const std::string deployment = release("shop", "app").at("deploy/app.yaml");
  return {{"base/kustomization.yaml", "resources: [shop.yaml]\n"},
          {"base/shop.yaml", deployment},
          {"deploy/kustomization.yaml",
           "resources: [../base]\nimages: [{name: app, newTag: \"" + tag + "\"}]\n" + more}};
}

TEST(KustomizeApplication, IsDeployedFromItsOverlay) {
  Rig rig(overlay_application());
  rig.source.commit(kShopUrl, overlay("1"));
  EXPECT_EQ(rig.sync()["worst"].str(), "committed");
  EXPECT_EQ(rig.image(), "app:1");
}

TEST(KustomizeApplication, FollowsItsBaseAndRollsBack) {
  Rig rig(overlay_application());
  rig.source.commit(kShopUrl, overlay("1"));
  EXPECT_EQ(rig.sync()["worst"].str(), "committed");
  rig.source.commit(kShopUrl, overlay("2"));
  EXPECT_EQ(rig.sync()["worst"].str(), "committed");
  EXPECT_EQ(rig.image(), "app:2");
  rig.rollback("shop");
  EXPECT_EQ(rig.image(), "app:1");
}

TEST(KustomizeApplication, TheConfigurationOverridesTheOverlay) {
  Rig rig(overlay_application("  kustomize: {images: [\"app=registry.example.com/app:9\"]}\n"));
  rig.source.commit(kShopUrl, overlay("1"));
  EXPECT_EQ(rig.sync()["worst"].str(), "committed");
  EXPECT_EQ(rig.image(), "registry.example.com/app:9");
}

TEST(KustomizeApplication, VariablesArePutIn) {
  Rig rig(overlay_application("  substitute: {values: {TAG: \"7\"}, from: [deploy/more.env]}\n"));
  auto files = overlay("${TAG:=1}-${FLAVOUR}");
  files["deploy/more.env"] = "FLAVOUR=sweet\n";
  rig.source.commit(kShopUrl, files);
  EXPECT_EQ(rig.sync()["worst"].str(), "committed");
  EXPECT_EQ(rig.image(), "app:7-sweet");
}

TEST(KustomizeApplication, ARemoteBaseIsRefusedAndNothingChanges) {
  Rig rig(overlay_application());
  rig.source.commit(kShopUrl, overlay("1"));
  EXPECT_EQ(rig.sync()["worst"].str(), "committed");
  auto files = overlay("2");
  files["base/kustomization.yaml"] =
      "resources: [shop.yaml, \"https://github.com/example/base//app?ref=v1\"]\n";
  rig.source.commit(kShopUrl, files);
  rig.run(2min);
  EXPECT_EQ(rig.image(), "app:1");
  const std::string shown = codec::to_json(rig.app());
  EXPECT_NE(shown.find("https://github.com/example/base//app?ref=v1"), shown.npos) << shown;
}

}  // namespace
}  // namespace rumbo::controltest
