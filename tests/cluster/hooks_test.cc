// Hooks on a real cluster: they run once in each transaction, and one that fails ends it.
#include <gtest/gtest.h>

#include "shop.h"

namespace rumbo::cluster_test {
namespace {

/// A Job as a hook of the annotations given.
std::string hook(const std::string& name, const std::string& image,
                 const std::string& annotations) {
  return "---\napiVersion: batch/v1\nkind: Job\nmetadata: {name: " + name + ", namespace: @NS@, " +
         "annotations: {" + annotations + "}}\nspec:\n  backoffLimit: 0\n  template:\n    spec: " +
         "{restartPolicy: Never, containers: [{name: c, image: \"" + image + "\"}]}\n";
}

std::string with_migration(const std::string& web, const std::string& migration) {
  return Shop::manifests(web) + hook("migrate", migration, "argocd.argoproj.io/hook: PreSync") +
         hook("smoke", "example.org/smoke:1",
              "rumbo.dev/hook: PostSync, rumbo.dev/hook-delete-policy: HookSucceeded") +
         hook("alarm", "example.org/alarm:1", "rumbo.dev/hook: SyncFail");
}

std::string uid(const Value& object) {
  return object["metadata"]["uid"].str();
}

TEST(ClusterHooks, RunOnceInEachTransaction) {
  NEEDS_CLUSTER();
  Shop shop("rumbo-hooks");
  shop.commit(with_migration("example.org/web:1", "example.org/migrate:1"));
  const Ran first = shop.sync();
  ASSERT_EQ(first.exit, 0) << first.out;
  const Value migrated = shop.object("job", "migrate");
  EXPECT_EQ(migrated["status"]["succeeded"].as_int(), 1);
  EXPECT_TRUE(shop.object("job", "smoke").is_null()) << "HookSucceeded takes it away";
  EXPECT_TRUE(shop.object("job", "alarm").is_null()) << "nothing failed";
  EXPECT_EQ(shop.rumbo({"status", "shop"}).exit, 0) << "hooks are no difference";

  shop.commit(with_migration("example.org/web:2", "example.org/migrate:2"));
  const Ran second = shop.sync();
  ASSERT_EQ(second.exit, 0) << second.out;
  EXPECT_NE(uid(shop.object("job", "migrate")), uid(migrated)) << "the last run makes way";
}

TEST(ClusterHooks, OneThatFailsLeavesAllAsItWas) {
  NEEDS_CLUSTER();
  Shop shop("rumbo-hook-fails");
  shop.commit(with_migration("example.org/web:1", "example.org/migrate:1"));
  ASSERT_EQ(shop.sync().exit, 0);
  const std::string image = "example.org/web:1";
  shop.commit(with_migration("example.org/web:2", "example.org/migrate:crash"));
  const Ran bad = shop.sync();
  EXPECT_EQ(bad.exit, 3) << bad.out;
  EXPECT_NE(bad.out.find("migrate"), std::string::npos) << bad.out;
  EXPECT_EQ(
      shop.object("deployment", "web")["spec"]["template"]["spec"]["containers"][0]["image"].str(),
      image);
  EXPECT_EQ(shop.object("job", "alarm")["status"]["succeeded"].as_int(), 1) << "SyncFail ran";
}

TEST(ClusterHooks, TestsRunWhenAskedForAndTakeThePlaceOfTheirLastRun) {
  NEEDS_CLUSTER();
  Shop shop("rumbo-tests");
  const auto with_test = [](const std::string& image) {
    return Shop::manifests("example.org/web:1") + R"(---
apiVersion: v1
kind: Pod
metadata:
  name: smoke
  annotations: {helm.sh/hook: test, helm.sh/hook-delete-policy: hook-succeeded}
spec: {restartPolicy: Never, containers: [{name: smoke, image: )" +
           image + "}]}\n" + hook("smoke-job", image, "rumbo.dev/hook: Test");
  };
  shop.commit(with_test("example.org/smoke:1"));
  const Ran synced = shop.sync();
  ASSERT_EQ(synced.exit, 0) << synced.out;
  EXPECT_TRUE(shop.object("pod", "smoke").is_null()) << "not asked for";
  for (const char* run : {"first", "second"}) {
    const Ran passed = shop.rumbo({"test", "shop"});
    EXPECT_EQ(passed.exit, 0) << run << passed.out;
    EXPECT_NE(passed.out.find("passed"), std::string::npos) << run << passed.out;
  }
  EXPECT_EQ(shop.object("pod", "smoke")["status"]["phase"].str(), "Succeeded");

  std::string bad = with_test("example.org/smoke:crash");
  bad.replace(bad.find("greeting: hello"), 15, "greeting: again");  // tests alone are no change
  shop.commit(bad);
  ASSERT_EQ(shop.sync().exit, 0);
  const Ran failed = shop.rumbo({"test", "shop"});
  EXPECT_EQ(failed.exit, 2) << failed.out;
  EXPECT_NE(failed.out.find("smoke-job"), std::string::npos) << failed.out;
  EXPECT_EQ(shop.object("configmap", "web")["data"]["greeting"].str(), "again");
  EXPECT_EQ(shop.rumbo({"status", "shop"}).exit, 0) << "a test condemns nothing";
}

TEST(ClusterHooks, AFirstDeploymentThatFailsLeavesNoNamespace) {
  NEEDS_CLUSTER();
  Shop shop("rumbo-fails-first");
  const std::string space = "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: @NS@-made}\n";
  std::string inside = hook("migrate", "example.org/migrate:crash", "rumbo.dev/hook: PreSync");
  inside += "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, namespace: @NS@}\n";
  for (std::size_t at = 0; (at = inside.find("namespace: @NS@", at)) != std::string::npos;
       at += 20) {
    inside.insert(at + 15, "-made");
  }
  shop.commit(space + inside);
  const Ran bad = shop.sync();
  EXPECT_EQ(bad.exit, 3) << bad.out;
  EXPECT_TRUE(shop.eventually([&] {
    return shop.object("namespace", shop.ns() + "-made").is_null();
  })) << bad.out;
}

}  // namespace
}  // namespace rumbo::cluster_test
