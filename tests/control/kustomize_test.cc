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

TEST(KustomizeApplication, VariablesComeFromObjectsOfTheTarget) {
  Rig rig(overlay_application(
      "  substitute: {from: [{kind: ConfigMap, name: vars}, {kind: Secret, name: s, optional: "
      "true}]}\n"));
  auto files = overlay("${TAG}");
  rig.source.commit(kShopUrl, files);
  rig.run(1min);
  EXPECT_EQ(rig.image(), "(none)");
  const std::string shown = codec::to_json(rig.app());
  EXPECT_NE(shown.find("is not on the target"), shown.npos) << shown;
  const ObjectKey key{"", "ConfigMap", "shop-dev", "vars"};
  rig.world.create(
      key,
      Value::object({{"apiVersion", "v1"},
                     {"kind", "ConfigMap"},
                     {"metadata", Value::object({{"name", "vars"}, {"namespace", "shop-dev"}})},
                     {"data", Value::object({{"TAG", "7"}})}}),
      rig.clock.mono());
  EXPECT_EQ(rig.sync()["worst"].str(), "committed");
  EXPECT_EQ(rig.image(), "app:7");
}

TEST(KustomizeApplication, OverridesWorkWithoutAKustomization) {
  Rig rig(overlay_application("  kustomize: {images: [\"app=registry.example.com/app:9\"]}\n"));
  rig.source.commit(kShopUrl, release("shop", "app:1"));
  EXPECT_EQ(rig.sync()["worst"].str(), "committed");
  EXPECT_EQ(rig.image(), "registry.example.com/app:9");
}

constexpr const char* kBaseUrl = "https://git.example.com/base.git";

/// The overlay, with its base in another repository.
MemorySource::Files over_remote(const std::string& tag, const std::string& ref = "main") {
  auto files = overlay(tag);
  files.erase("base/kustomization.yaml");
  files["deploy/kustomization.yaml"] =
      replace_all(files["deploy/kustomization.yaml"], "../base",
                  "\"" + std::string(kBaseUrl) + "//app?ref=" + ref + "\"");
  return files;
}

MemorySource::Files remote_base(const std::string& replicas) {
  const std::string deployment = release("shop", "app").at("deploy/app.yaml");
  return {{"app/kustomization.yaml",
           "resources: [shop.yaml]\nreplicas: [{name: shop, count: " + replicas + "}]\n"},
          {"app/shop.yaml", deployment}};
}

Value replicas(Rig& rig) {
  return rig.world.visible().at(deployment_key())["spec"]["replicas"];
}

TEST(KustomizeApplication, ARemoteBaseIsPinnedForTheRevision) {
  Rig rig(overlay_application());
  const std::string first = rig.source.commit(kBaseUrl, remote_base("3"));
  rig.source.commit(kShopUrl, over_remote("1"));
  EXPECT_EQ(rig.sync()["worst"].str(), "committed");
  EXPECT_EQ(replicas(rig).as_int(), 3);
  const auto history = rig.operations().history({}, 1);
  ASSERT_TRUE(history);
  const auto shown = rig.operations().show((*history)["transactions"][0]["transaction"].str());
  ASSERT_TRUE(shown);
  EXPECT_EQ((*shown)["remotes"][0]["location"].str(), std::string(kBaseUrl) + "//app?ref=main");
  EXPECT_EQ((*shown)["remotes"][0]["id"].str(), first);

  // The same revision means the same, also to the next process and with the other server down.
  rig.source.commit(kBaseUrl, remote_base("4"));
  EXPECT_EQ(rig.sync()["worst"].str(), "unchanged");
  EXPECT_EQ(replicas(rig).as_int(), 3);
  rig.restart();
  EXPECT_EQ(rig.sync()["worst"].str(), "unchanged");
  EXPECT_EQ(replicas(rig).as_int(), 3);

  // A new revision looks anew.
  rig.source.commit(kShopUrl, over_remote("2"));
  EXPECT_EQ(rig.sync()["worst"].str(), "committed");
  EXPECT_EQ(replicas(rig).as_int(), 4);
  EXPECT_EQ(rig.image(), "app:2");
  rig.source.down.emplace(kBaseUrl, Error(Code::unavailable, "down", Retry::later));
  rig.rollback("shop");
  EXPECT_EQ(rig.image(), "app:1");
  EXPECT_EQ(replicas(rig).as_int(), 3);
}

TEST(KustomizeApplication, ARemoteBaseThatCannotBeFetchedChangesNothing) {
  Rig rig(overlay_application());
  rig.source.commit(kBaseUrl, remote_base("3"));
  rig.source.commit(kShopUrl, over_remote("1"));
  EXPECT_EQ(rig.sync()["worst"].str(), "committed");
  rig.source.down.emplace(kBaseUrl, Error(Code::unavailable, "down", Retry::later));
  rig.source.commit(kShopUrl, over_remote("2"));
  rig.run(2min);
  EXPECT_EQ(rig.image(), "app:1");
  const std::string shown = codec::to_json(rig.app());
  EXPECT_NE(shown.find("while fetching the remote location"), shown.npos) << shown;
  rig.source.down.clear();
  rig.run(10min);
  EXPECT_EQ(rig.image(), "app:2");
}

TEST(KustomizeApplication, OnlyListedRemotesAreUsed) {
  const std::string line = "  kustomize: {remotes: [\"https://git.example.com/other\"]}\n";
  Rig rig(overlay_application(line));
  rig.source.commit(kBaseUrl, remote_base("3"));
  rig.source.commit(kShopUrl, over_remote("1"));
  rig.run(2min);
  EXPECT_EQ(rig.image(), "(none)");
  const std::string shown = codec::to_json(rig.app());
  EXPECT_NE(shown.find("kustomize.remotes"), shown.npos) << shown;
}

}  // namespace
}  // namespace rumbo::controltest
