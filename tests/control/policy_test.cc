// Policies as a person meets them: delete, renames, freeze, dependencies, budgets, retries, ignored
// fields.
#include <algorithm>
#include <gtest/gtest.h>

#include "base/strings.h"
#include "codec/json.h"
#include "rig.h"

namespace rumbo::controltest {
namespace {

using control::DeleteOptions;
using control::SyncOptions;

std::string shop(const std::string& more = "") {
  return application("shop", more) + environment();
}

std::string renamed(const std::string& config) {
  std::string out = replace_all(config, "{name: shop}", "{name: store, aliases: [shop]}");
  return out;
}

Value remove(Rig& rig, DeleteOptions options, const std::string& application = "shop") {
  options.application = application;
  options.actor = "user:anna";
  const auto answer = rig.operations().remove(options, {});
  EXPECT_TRUE(answer) << (answer ? "" : answer.error().to_string());
  return answer.value_or(Value());
}

std::string claim(const std::string& name) {
  return "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: " + name +
         "}\nspec: {accessModes: [ReadWriteOnce]}\nstatus: {phase: Bound}\n";
}

std::string job(const std::string& name, const std::string& annotations) {
  return "apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: " + name + "\n  annotations: {" +
         annotations + "}\nspec: {}\nstatus: {conditions: [{type: Complete, status: 'True'}]}\n";
}

int runs(const Rig& rig, const std::string& name) {
  int out = 0;
  for (const auto& [at, count] : rig.world.hook_runs) out += at.second.name == name ? count : 0;
  return out;
}

bool told(const Value& list, std::string_view text) {
  return std::any_of(list.items().begin(), list.items().end(), [&](const Value& one) {
    return one.as_string().find(text) != std::string_view::npos;
  });
}

// ---- Delete

TEST(Delete, CascadeDeletesWithHooksAndStaysAway) {
  Rig rig(shop());
  auto files = release("shop", "app:1");
  files["deploy/bye.yaml"] = job("bye", "rumbo.dev/hook: PostDelete");
  files["deploy/drain.yaml"] = job("drain", "helm.sh/hook: pre-delete");
  rig.source.commit(kShopUrl, files);
  rig.run(10s);
  ASSERT_EQ(rig.image(), "app:1");
  EXPECT_EQ(runs(rig, "bye"), 0);

  DeleteOptions options;
  options.cascade = true;
  options.dry_run = true;
  EXPECT_EQ(remove(rig, options)["plans"].size(), 1u);
  EXPECT_EQ(rig.image(), "app:1");
  options.dry_run = false;
  const Value answer = remove(rig, options);
  EXPECT_EQ(answer["outcome"].str(), "committed") << answer["cause"].str();
  EXPECT_TRUE(rig.world.current.empty());
  EXPECT_EQ(runs(rig, "bye"), 1);
  EXPECT_EQ(runs(rig, "drain"), 1);
  EXPECT_TRUE(rig.core().journal().inventories()->empty());

  rig.source.commit(kShopUrl, release("shop", "app:2"));
  rig.run(10min);
  EXPECT_TRUE(rig.world.current.empty()) << "automation does not bring it back";
  EXPECT_EQ(rig.app()["pausedReason"].str(), "deleted by user:anna");
  EXPECT_EQ(rig.app()["reason"].str(), "it was deleted");
  const Value history = *rig.operations().history({}, 1);
  EXPECT_EQ(history["transactions"][0]["cause"].str(), "delete");
  EXPECT_EQ(history["transactions"][0]["actor"].str(), "user:anna");
  rig.restart();
  rig.run(3min);
  EXPECT_TRUE(rig.world.current.empty()) << "nor after a restart";

  ASSERT_TRUE(rig.operations().resume({{"shop"}, ""}, "user:anna"));
  rig.run(2min);
  EXPECT_EQ(rig.image(), "app:2");
}

TEST(Delete, KeepsDataUnlessItIsNamed) {
  Rig rig(shop());
  auto files = release("shop", "app:1");
  files["deploy/claim.yaml"] = claim("data");
  rig.source.commit(kShopUrl, files);
  rig.run(10s);
  DeleteOptions options;
  options.cascade = true;
  EXPECT_EQ(remove(rig, options)["outcome"].str(), "committed");
  ASSERT_EQ(rig.world.current.size(), 1u);
  EXPECT_EQ(rig.world.current.begin()->first.kind, "PersistentVolumeClaim");
  options.kinds = {"PersistentVolumeClaim"};
  EXPECT_EQ(remove(rig, options)["outcome"].str(), "committed");
  EXPECT_TRUE(rig.world.current.empty());
}

TEST(Delete, WithoutCascadeGivesUpAndKeeps) {
  Rig rig(application("shop") + application("cart") + environment());
  rig.source.commit(kShopUrl, release("shop", "app:1"));
  rig.run(10s);
  const int before = rig.transactions();
  EXPECT_EQ(remove(rig, {})["released"].as_int(), 2);
  EXPECT_EQ(rig.transactions(), before);
  EXPECT_EQ(rig.image(), "app:1");
  EXPECT_EQ(rig.count_events("released"), 1);
  // Another application may have them now.
  rig.source.commit(kCartUrl, release("shop", "app:2"));
  rig.run(3min);
  EXPECT_EQ(rig.image(), "app:2");
  EXPECT_EQ(rig.app("cart")["sync"].str(), "Synced");
}

TEST(Delete, AFailedPreDeleteHookKeepsEverything) {
  Rig rig(shop("  sync: {timeout: 30s}\n"));
  auto files = release("shop", "app:1");
  files["deploy/drain.yaml"] = job("drain", "rumbo.dev/hook: PreDelete, sim/hook: fail");
  rig.source.commit(kShopUrl, files);
  rig.run(10s);
  DeleteOptions options;
  options.cascade = true;
  EXPECT_EQ(remove(rig, options)["outcome"].str(), "restored");
  EXPECT_EQ(rig.image(), "app:1");
  EXPECT_FALSE(rig.app()["paused"].as_bool());
  EXPECT_TRUE(rig.app()["quarantined"].empty()) << "the revision is not to blame";
  options.with_hooks = false;
  EXPECT_EQ(remove(rig, options)["outcome"].str(), "committed");
  EXPECT_TRUE(rig.world.current.empty());
}

TEST(Delete, OfWhatLeftTheConfigurationKeepsDataAndIsDoneOnce) {
  Rig rig(shop("  deletionPolicy: delete\n"));
  auto files = release("shop", "app:1");
  files["deploy/claim.yaml"] = claim("data");
  rig.source.commit(kShopUrl, files);
  rig.run(10s);
  rig.restart(application("cart") + environment());
  rig.run(1min);
  EXPECT_EQ(rig.world.current.size(), 1u) << "only the claim";
  const int after = rig.transactions();
  rig.restart();
  rig.run(1min);
  EXPECT_EQ(rig.transactions(), after);
  EXPECT_EQ(rig.status()["applications"].size(), 1u) << "what is deleted is not listed";
}

// ---- Renames

TEST(Renames, KeepObjectsHistoryAndDecisions) {
  Rig rig(shop());
  rig.source.commit(kShopUrl, release("shop", "app:1"));
  rig.run(10s);
  rig.source.commit(kShopUrl, release("shop", "app:2"));
  rig.run(2min);
  ASSERT_EQ(rig.image(), "app:2");
  const int before = rig.transactions();
  rig.restart(renamed(shop("  deletionPolicy: delete\n")));
  rig.run(5min);
  EXPECT_EQ(rig.transactions(), before) << "a name alone changes nothing";
  EXPECT_EQ(rig.image(), "app:2");
  EXPECT_EQ(rig.count_events("renamed"), 1);
  EXPECT_EQ(rig.status()["applications"].size(), 1u);
  EXPECT_EQ(rig.app("store")["sync"].str(), "Synced");
  EXPECT_EQ((*rig.operations().history({{"store"}, ""}, 10))["transactions"].size(), 2u);

  EXPECT_EQ(rig.rollback("store")["outcome"].str(), "committed");
  EXPECT_EQ(rig.image(), "app:1");
  ASSERT_TRUE(rig.operations().resume({{"store"}, ""}, "user:anna"));
  auto less = release("shop", "app:3");
  less.erase("deploy/config.yaml");
  rig.source.commit(kShopUrl, less);
  rig.run(2min);
  EXPECT_EQ(rig.world.current.size(), 1u) << "what the old name made is pruned by the new one";
  rig.restart();
  rig.run(1min);
  EXPECT_EQ(rig.count_events("renamed"), 1);
}

// ---- Freeze

TEST(Freeze, StopsEverythingButWatching) {
  Rig rig(shop());
  rig.source.commit(kShopUrl, release("shop", "app:1"));
  rig.run(10s);
  const auto frozen = rig.operations().freeze(true, "maintenance", "user:anna");
  ASSERT_TRUE(frozen);
  EXPECT_EQ((*frozen)["by"].str(), "user:anna");
  rig.source.commit(kShopUrl, release("shop", "app:2"));
  rig.world.edit(deployment_key(),
                 rig.world.current[deployment_key()].object.with_path({"spec", "replicas"}, 7));
  const int before = rig.transactions();
  rig.run(5min);
  rig.restart();
  rig.run(5min);
  EXPECT_EQ(rig.transactions(), before);
  EXPECT_GE(rig.count_events("drift"), 1) << "drift is still told";
  EXPECT_TRUE((*rig.operations().plan({}))["plans"][0]["differs"].as_bool());
  EXPECT_TRUE(told(rig.status()["attention"], "all is frozen by user:anna"));
  EXPECT_EQ(rig.status()["frozen"]["reason"].str(), "maintenance");

  SyncOptions options;
  options.select.applications = {"shop"};
  const auto refused = rig.operations().sync(options, {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), Code::denied);
  EXPECT_NE(refused.error().to_string().find("--force"), std::string::npos);
  DeleteOptions deletion;
  deletion.application = "shop";
  deletion.cascade = true;
  EXPECT_FALSE(rig.operations().remove(deletion, {}));
  options.force = true;
  EXPECT_EQ(rig.sync("shop", options)["worst"].str(), "committed");
  EXPECT_EQ(rig.image(), "app:2");

  rig.source.commit(kShopUrl, release("shop", "app:3"));
  rig.run(3min);
  EXPECT_EQ(rig.image(), "app:2");
  ASSERT_TRUE(rig.operations().freeze(false, "", "user:anna"));
  rig.run(2min);
  EXPECT_EQ(rig.image(), "app:3");
  EXPECT_TRUE(rig.status()["frozen"].is_null());
}

TEST(Freeze, PauseIsShownWithItsReason) {
  Rig rig(shop());
  ASSERT_TRUE(rig.operations().pause({{"shop"}, ""}, "migration by hand", "user:anna"));
  EXPECT_TRUE(told(rig.status()["attention"], "shop@dev is paused: migration by hand"));
}

// ---- Dependencies

TEST(Dependencies, AreDeployedFirstAndHealthy) {
  Rig rig(application("shop", "  dependsOn: [cart]\n") + application("cart") + environment());
  rig.source.commit(kShopUrl, release("shop", "app:1"));
  rig.source.commit(kCartUrl, release("cart", "app:1"));
  rig.run(30s);
  ASSERT_EQ(rig.image("shop"), "app:1");
  // The dependency is not well: what depends on it waits.
  const ObjectKey cart = deployment_key("cart");
  const Value well = rig.world.current[cart].object;
  rig.world.current[cart].object =
      well.with_path({"metadata", "annotations", "sim/health"}, "never");
  rig.source.commit(kShopUrl, release("shop", "app:2"));
  SyncOptions options;
  const Value refused = rig.sync("shop");
  EXPECT_EQ(refused["worst"].str(), "refused");
  EXPECT_NE(refused["transactions"][0]["cause"].str().find("depends on cart@dev"),
            std::string::npos);
  EXPECT_EQ(rig.image("shop"), "app:1");
  rig.world.current[cart].object = well;
  EXPECT_EQ(rig.sync("shop")["worst"].str(), "committed");
}

TEST(Dependencies, OneSyncOfAllKeepsTheOrder) {
  Rig rig(application("shop", "  dependsOn: [cart]\n") + application("cart") + environment());
  rig.source.commit(kShopUrl, release("shop", "app:1"));
  rig.source.commit(kCartUrl, release("cart", "app:1", "after:20s"));
  EXPECT_EQ(rig.sync()["worst"].str(), "committed");
  const Value history = *rig.operations().history({}, 2);
  EXPECT_EQ(history["transactions"][1]["applications"][0].str(), "cart@dev");
  // What it depends on failed: it is not tried.
  rig.source.commit(kShopUrl, release("shop", "app:2"));
  Rig bad(application("shop", "  dependsOn: [cart]\n") +
          application("cart", "  sync: {timeout: 20s}\n") + environment());
  bad.source.commit(kShopUrl, release("shop", "app:1"));
  bad.source.commit(kCartUrl, release("cart", "app:1", "never"));
  bad.sync();
  EXPECT_EQ(bad.image("shop"), "(none)");
}

TEST(Dependencies, CyclesThroughGroupsAreMistakes) {
  const auto parsed =
      control::parse_config(application("shop", "  group: front\n  dependsOn: [cart]\n") +
                                application("cart", "  dependsOn: [till]\n") +
                                application("till", "  group: front\n") + environment(),
                            "rumbo.yaml");
  ASSERT_FALSE(parsed);
  EXPECT_NE(parsed.error().to_string().find("depends on itself"), std::string::npos);
  EXPECT_TRUE(control::parse_config(application("shop", "  group: front\n  dependsOn: [till]\n") +
                                        application("till", "  group: front\n") + environment(),
                                    "rumbo.yaml"))
      << "inside of one transaction nobody waits";
}

// ---- Budgets, retries, plans

TEST(Budgets, RefuseAMassPrune) {
  Rig rig(shop("  sync: {maxDeletions: 40%}\n"));
  rig.source.commit(kShopUrl, release("shop", "app:1"));
  rig.run(10s);
  auto less = release("shop", "app:1");
  less.erase("deploy/app.yaml");
  rig.source.commit(kShopUrl, less);
  rig.run(3min);
  EXPECT_EQ(rig.image(), "app:1");
  EXPECT_EQ(rig.outcome_of_last(), "refused");
  EXPECT_TRUE(rig.app()["quarantined"].empty());
  const std::string told = codec::to_json(rig.status()["attention"]);
  EXPECT_NE(told.find("shop@dev was refused"), std::string::npos) << told;
  EXPECT_NE(told.find("sync.maxDeletions is 40%"), std::string::npos) << told;
  SyncOptions options;
  EXPECT_EQ(rig.sync("shop", options)["worst"].str(), "refused");
  options.allow_deletions = true;
  EXPECT_EQ(rig.sync("shop", options)["worst"].str(), "committed");
  EXPECT_EQ(rig.image(), "(none)");
  EXPECT_TRUE(rig.status()["attention"].empty());
}

TEST(Retries, AreAsManyAsTheConfigurationSays) {
  Rig rig(
      shop("  sync:\n    timeout: 20s\n    retry: {limit: 2, backoff: {duration: 10s, factor: 1, "
           "maxDuration: 10s}}\n"));
  rig.source.commit(kShopUrl, release("shop", "app:1"));
  rig.run(10s);
  rig.world.obstacle = "no space left on device";
  rig.source.commit(kShopUrl, release("shop", "app:2"));
  rig.run(20min);
  EXPECT_EQ(rig.transactions(), 1 + 3) << "once, and two retries";
  EXPECT_EQ(rig.count_events("gave-up"), 1);
  rig.world.obstacle.clear();
  rig.run(10min);
  EXPECT_EQ(rig.image(), "app:1");
  rig.source.commit(kShopUrl, release("shop", "app:3"));
  rig.run(3min);
  EXPECT_EQ(rig.image(), "app:3") << "a new revision begins to count anew";
}

TEST(ApprovedPlans, DoNotRunWhenOthersWereThere) {
  Rig rig(shop());
  rig.source.commit(kShopUrl, release("shop", "app:1"));
  const Value plan = (*rig.operations().plan({}))["plans"][0];
  rig.sync();  // somebody else deploys it meanwhile
  SyncOptions options;
  options.select.applications = {"shop"};
  options.expect_plan = plan["digest"].str();
  const auto late = rig.operations().sync(options, {});
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code(), Code::conflict);
}

TEST(Rollbacks, RunNoJobs) {
  Rig rig(shop());
  auto files = release("shop", "app:1");
  files["deploy/seed.yaml"] = job("seed", "app: one");
  rig.source.commit(kShopUrl, files);
  rig.run(10s);
  files = release("shop", "app:2");
  files["deploy/seed.yaml"] = job("seed", "app: two");
  rig.source.commit(kShopUrl, files);
  rig.run(2min);
  ASSERT_EQ(rig.image(), "app:2");
  const ObjectKey seed{"batch", "Job", "shop-dev", "seed"};
  EXPECT_EQ(rig.rollback("shop")["outcome"].str(), "committed");
  EXPECT_EQ(rig.image(), "app:1");
  EXPECT_EQ(annotation(rig.world.current[seed].object, "app"), "two");
  EXPECT_EQ(rig.app()["sync"].str(), "OutOfSync") << "only because automation is held";
  EXPECT_TRUE((*rig.operations().get("drift", {}))["items"].empty());
  rig.world.remove(seed);
  rig.run(3min);
  EXPECT_FALSE(rig.world.current.contains(seed)) << "a finished Job may go";
  EXPECT_EQ(rig.app()["health"].str(), "Ready");
}

// ---- Ignored fields, sync options

TEST(IgnoreDifferences, IsNoDriftAndIsNotOverwritten) {
  Rig rig(shop("  ignoreDifferences:\n  - kind: Deployment\n    jsonPointers: [/spec/replicas]\n"));
  rig.source.commit(kShopUrl, release("shop", "app:1"));
  rig.run(10s);
  rig.world.edit(deployment_key(),
                 rig.world.current[deployment_key()].object.with_path({"spec", "replicas"}, 7));
  const int before = rig.transactions();
  rig.run(5min);
  EXPECT_EQ(rig.transactions(), before);
  EXPECT_EQ(rig.app()["sync"].str(), "Synced");
  EXPECT_TRUE((*rig.operations().get("drift", {}))["items"].empty());
  rig.source.commit(kShopUrl, release("shop", "app:2", "after:5s"));
  rig.run(2min);
  EXPECT_EQ(rig.image(), "app:2");
  EXPECT_EQ(rig.world.current[deployment_key()].object["spec"]["replicas"].as_int(), 7);
  // Other fields are still healed.
  rig.world.edit(deployment_key(),
                 rig.world.current[deployment_key()].object.with_path({"spec", "paused"}, true));
  rig.run(2min);
  EXPECT_FALSE(rig.world.current[deployment_key()].object["spec"].contains("paused"));
  EXPECT_EQ(rig.world.current[deployment_key()].object["spec"]["replicas"].as_int(), 7);
}

TEST(IgnoreDifferences, ANewRuleCountsAtOnce) {
  Rig rig(shop());
  rig.source.commit(kShopUrl, release("shop", "app:1"));
  rig.run(10s);
  ASSERT_TRUE(rig.operations().pause({{"shop"}, ""}, "", "user:anna"));
  rig.world.edit(deployment_key(),
                 rig.world.current[deployment_key()].object.with_path({"spec", "replicas"}, 7));
  EXPECT_EQ(rig.app()["sync"].str(), "OutOfSync");
  rig.restart(shop("  ignoreDifferences: [{jqPathExpressions: [.spec.replicas]}]\n"));
  rig.run(10s);
  EXPECT_EQ(rig.app()["sync"].str(), "Synced");
}

TEST(Configuration, ChecksPolicies) {
  const struct {
    const char* more;
    const char* says;
  } kWrong[] = {
      {"  sync: {options: [Prune=maybe]}\n", "did you mean `Prune=false`?"},
      {"  sync: {options: [ServerSideApply=false]}\n", "is refused"},
      {"  sync: {maxDeletions: 101%}\n", "maxDeletions"},
      {"  sync: {maxDeletions: many}\n", "maxDeletions"},
      {"  sync: {retry: {limit: -2}}\n", "whole number from -1"},
      {"  sync: {retry: {backoff: {duration: 5}}}\n", "has no unit"},
      {"  ignoreDifferences: [name]\n", "must be a map"},
      {"  ignoreDifferences: [{kind: Deployment}]\n", "names no fields"},
      {"  ignoreDifferences: [{jsonPointers: [spec]}]\n", "jsonPointers: `spec`"},
      {"  ignoreDifferences: [{jqPathExpressions: [\".a | length\"]}]\n", "part of jq"},
      {"  environments: [{name: dev, sync: {options: [Nonsense]}}]\n", "Nonsense"},
  };
  for (const auto& wrong : kWrong) {
    std::string config = shop(wrong.more);
    if (std::string_view(wrong.more).find("environments") != std::string_view::npos) {
      config = replace_all(config, "  environments: [dev]\n", "");
    }
    const auto parsed = control::parse_config(config, "rumbo.yaml");
    ASSERT_FALSE(parsed) << wrong.more;
    EXPECT_NE(parsed.error().to_string().find(wrong.says), std::string::npos)
        << parsed.error().to_string();
  }
  const auto right = control::parse_config(
      shop("  sync: {maxDeletions: 30%, options: [CreateNamespace=true], retry: {limit: 0}}\n"),
      "rumbo.yaml");
  ASSERT_TRUE(right) << right.error().to_string();
  const SyncPolicy& policy = right->applications[0].environments[0].sync;
  EXPECT_EQ(policy.max_deletions, (DeletionBudget{30, true}));
  EXPECT_EQ(policy.retry.limit, 0);
}

}  // namespace
}  // namespace rumbo::controltest
