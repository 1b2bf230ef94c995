// The daemon's loop: what it deploys, what it leaves alone, and how it comes through failures.
#include <gtest/gtest.h>

#include "rig.h"

namespace rumbo::controltest {
namespace {

std::string shop(const std::string& more = "") {
  return application("shop", more) + environment();
}

TEST(Reconciler, DeploysAndUpdates) {
  Rig rig(shop());
  rig.source.commit(kShopUrl, release("shop", "app:1"));
  rig.run(10s);
  EXPECT_EQ(rig.image(), "app:1");
  EXPECT_EQ(rig.app()["sync"].str(), "Synced");
  EXPECT_EQ(rig.app()["health"].str(), "Ready");
  EXPECT_EQ(rig.app()["outcome"].str(), "committed");
  EXPECT_TRUE(rig.status()["healthy"].as_bool());

  rig.source.commit(kShopUrl, release("shop", "app:2", "after:5s"));
  rig.run(2min);
  EXPECT_EQ(rig.image(), "app:2");
  EXPECT_EQ(rig.transactions(), 2);
  EXPECT_TRUE(rig.world.leftovers().empty());
}

TEST(Reconciler, PollsEachSourceOnceAnInterval) {
  Rig rig(shop("  pollInterval: 60s\n"));
  rig.source.commit(kShopUrl, release("shop", "app:1"));
  rig.run(10min);
  EXPECT_GE(rig.source.resolves[kShopUrl], 9);
  EXPECT_LE(rig.source.resolves[kShopUrl], 11);
  EXPECT_EQ(rig.transactions(), 1) << "the same state again is no transaction";
}

/// One repository with a folder for each application.
std::string monorepo(int applications) {
  std::string out = environment();
  for (int i = 0; i < applications; ++i) {
    const std::string name = "app-" + std::to_string(i);
    out += "---\napiVersion: rumbo.dev/v1alpha1\nkind: Application\nmetadata: {name: " + name +
           "}\nspec:\n  source: {git: {url: \"" + kShopUrl + "\", path: apps/" + name +
           "}}\n  environments: [dev]\n  renderer: plain\n  pollInterval: 10s\n";
  }
  return out;
}

MemorySource::Files monorepo_files(int applications) {
  MemorySource::Files files{{"README.md", "1"}};
  for (int i = 0; i < applications; ++i) {
    const std::string name = "app-" + std::to_string(i);
    files["apps/" + name + "/config.yaml"] =
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: " + name + "}\ndata: {a: \"1\"}\n";
  }
  return files;
}

TEST(Reconciler, OnlyApplicationsWhoseFilesChangedAreRenderedAgain) {
  constexpr int kApplications = 30;
  Rig rig(monorepo(kApplications));
  auto files = monorepo_files(kApplications);
  rig.source.commit(kShopUrl, files);
  rig.run(1min);
  const auto total = [&] {
    int sum = 0;
    for (int i = 0; i < kApplications; ++i) sum += rig.renders("apps/app-" + std::to_string(i));
    return sum;
  };
  const int first = total();
  EXPECT_GE(first, kApplications);
  EXPECT_EQ(rig.transactions(), kApplications);

  files["apps/app-7/config.yaml"] += "  # a comment\n";
  files["README.md"] = "2";
  std::string id = rig.source.commit(kShopUrl, files);
  rig.run(1min);
  EXPECT_EQ(total(), first + 1);
  EXPECT_EQ(rig.transactions(), kApplications) << "a comment is no change";
  EXPECT_EQ(rig.app("app-3")["wanted"]["id"].str(), id) << "the others are at that commit, too";
  EXPECT_EQ(rig.app("app-7")["wanted"]["id"].str(), id);

  files["apps/app-8/more.yaml"] =
      "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: more}\ndata: {a: \"1\"}\n";
  files["apps/app-9/config.yaml"] = "broken: [";
  rig.source.commit(kShopUrl, files);
  rig.run(1min);
  EXPECT_EQ(rig.transactions(), kApplications + 1);
  const int before = total();
  EXPECT_FALSE(rig.app("app-9")["error"].is_null());

  files["README.md"] = "3";
  rig.source.commit(kShopUrl, files);
  rig.run(1min);
  EXPECT_EQ(total(), before) << "what is broken stays broken until its files change";
  EXPECT_FALSE(rig.app("app-9")["error"].is_null());
  files["apps/app-9/config.yaml"] = monorepo_files(10)["apps/app-9/config.yaml"];
  rig.source.commit(kShopUrl, files);
  rig.run(1min);
  EXPECT_TRUE(rig.app("app-9")["error"].is_null());
  EXPECT_EQ(total(), before + 1);
}

TEST(Reconciler, RestoresAndQuarantinesABadRevision) {
  Rig rig(shop("  sync: {timeout: 30s}\n"));
  const std::string good = rig.source.commit(kShopUrl, release("shop", "app:1"));
  rig.run(10s);
  const auto before = rig.world.visible();
  rig.source.commit(kShopUrl, release("shop", "app:2", "never"));
  rig.run(3min);
  EXPECT_EQ(rig.world.visible(), before);
  EXPECT_EQ(rig.app()["outcome"].str(), "restored");
  ASSERT_EQ(rig.app()["quarantined"].size(), 1u);
  EXPECT_EQ(rig.app()["health"].str(), "Ready");
  EXPECT_EQ(rig.app()["sync"].str(), "OutOfSync");
  EXPECT_EQ(rig.transactions(), 2);

  rig.run(10min);
  EXPECT_EQ(rig.transactions(), 2) << "not tried again at the next polls";

  auto same = release("shop", "app:2", "never");
  same["README.md"] = "another commit, the same objects";
  rig.source.commit(kShopUrl, same);
  rig.run(3min);
  EXPECT_EQ(rig.transactions(), 2) << "another commit with the same digest stays quarantined";

  rig.restart();
  rig.run(3min);
  EXPECT_EQ(rig.transactions(), 2) << "also after a restart";

  rig.source.move(kShopUrl, "main", good);
  rig.run(3min);
  EXPECT_EQ(rig.transactions(), 2) << "back at the committed digest: nothing to do";
  EXPECT_EQ(rig.app()["sync"].str(), "Synced");
  EXPECT_TRUE(rig.app()["quarantined"].empty()) << "it is not what is wanted";

  rig.source.commit(kShopUrl, release("shop", "app:3"));
  rig.run(2min);
  EXPECT_EQ(rig.image(), "app:3");
  EXPECT_TRUE(rig.app()["quarantined"].empty());

  rig.source.commit(kShopUrl, same);
  rig.run(2min);
  EXPECT_EQ(rig.image(), "app:3") << "it is remembered all the same";
  EXPECT_EQ(rig.app()["quarantined"].size(), 1u);
}

TEST(Reconciler, ATargetInTroubleQuarantinesNothing) {
  Rig rig(shop("  sync: {timeout: 30s}\n"));
  rig.source.commit(kShopUrl, release("shop", "app:1"));
  rig.run(10s);
  rig.world.obstacle = "no space left on device";
  rig.source.commit(kShopUrl, release("shop", "app:2"));
  rig.run(1min);
  EXPECT_EQ(rig.app()["outcome"].str(), "restored");
  EXPECT_EQ(rig.app()["quarantined"].size(), 0U);
  EXPECT_NE(rig.app()["cause"].str().find("no space left"), std::string::npos);
  EXPECT_EQ(rig.image(), "app:1");

  rig.world.obstacle.clear();
  rig.run(6min);
  EXPECT_EQ(rig.image(), "app:2") << "tried again by itself";
}

TEST(Reconciler, HoldsAfterARollbackUntilResumeOrAnotherDigest) {
  Rig rig(shop());
  rig.source.commit(kShopUrl, release("shop", "app:1"));
  rig.run(10s);
  rig.source.commit(kShopUrl, release("shop", "app:2"));
  rig.run(2min);
  ASSERT_EQ(rig.image(), "app:2");

  rig.source.down.emplace(kShopUrl, Error(Code::unavailable, "no route", Retry::later));
  const Value back = rig.rollback("shop");
  EXPECT_EQ(back["outcome"].str(), "committed") << "works with Git down";
  EXPECT_EQ(rig.image(), "app:1");
  EXPECT_EQ(rig.app()["held"].str(), "rolled back by user:anna");
  rig.source.down.clear();
  rig.run(10min);
  EXPECT_EQ(rig.image(), "app:1") << "automation does not bring it back";

  ASSERT_TRUE(rig.operations().resume({{"shop"}, ""}, "user:anna"));
  rig.run(2min);
  EXPECT_EQ(rig.image(), "app:2");
  EXPECT_TRUE(rig.app()["held"].is_null());

  rig.rollback("shop");
  ASSERT_EQ(rig.image(), "app:1");
  rig.source.commit(kShopUrl, release("shop", "app:3"));
  rig.run(3min);
  EXPECT_EQ(rig.image(), "app:3") << "another digest ends the hold";
}

TEST(Reconciler, HealsDrift) {
  Rig rig(shop());
  rig.source.commit(kShopUrl, release("shop", "app:1"));
  rig.run(1min);
  const auto committed = rig.world.visible();
  rig.world.edit(deployment_key(),
                 rig.world.current[deployment_key()].object.with_path({"spec", "replicas"}, 7));
  rig.reconciler().on_target_event({"podman"}, {TargetEvent::Kind::changed, deployment_key()});
  rig.run(2s);
  EXPECT_EQ(rig.world.visible(), committed);
  EXPECT_EQ(rig.count_events("drift"), 1);
  const auto history = rig.operations().history({}, 1);
  EXPECT_EQ((*history)["transactions"][0]["cause"].str(), "drift");

  rig.world.remove(deployment_key());  // no event: the safety scan sees it
  rig.run(2min);
  EXPECT_EQ(rig.world.visible(), committed);
}

TEST(Reconciler, FightsMoreAndMoreSlowly) {
  Rig rig(shop());
  rig.source.commit(kShopUrl, release("shop", "app:1"));
  rig.run(1min);
  const int before = rig.transactions();
  for (int i = 0; i < 300; ++i) {
    // Not the same field again and again: that would be contested.
    rig.world.edit(deployment_key(), rig.world.current[deployment_key()].object.with_path(
                                         {"spec", "field" + std::to_string(i)}, 7));
    rig.reconciler().on_target_event({"podman"}, {TargetEvent::Kind::changed, deployment_key()});
    rig.run(1s);
  }
  EXPECT_GE(rig.transactions() - before, 4);
  EXPECT_LE(rig.transactions() - before, 12) << "backs off";
}

TEST(Reconciler, LeavesPausedAndManualAlone) {
  Rig rig(shop());
  rig.source.commit(kShopUrl, release("shop", "app:1"));
  rig.run(10s);
  ASSERT_TRUE(rig.operations().pause({{"shop"}, ""}, "maintenance", "user:anna"));
  rig.source.commit(kShopUrl, release("shop", "app:2"));
  rig.world.remove({"", "ConfigMap", "shop-dev", "shop"});
  rig.run(5min);
  EXPECT_EQ(rig.image(), "app:1");
  EXPECT_EQ(rig.transactions(), 1) << "no deployment and no heal";
  EXPECT_EQ(rig.count_events("drift"), 1) << "but drift is told, once";
  EXPECT_EQ(rig.last_event("drift"), "drift: ConfigMap shop-dev/shop was deleted");
  rig.world.edit(deployment_key(),
                 rig.world.current[deployment_key()].object.with_path({"spec", "replicas"}, 7));
  rig.run(5min);
  EXPECT_EQ(rig.last_event("drift"),
            "drift: Deployment.apps shop-dev/shop fields differ: spec.replicas (and 1 more)");
  EXPECT_TRUE(rig.app()["paused"].as_bool());
  EXPECT_EQ(rig.sync("shop")["worst"].str(), "committed") << "a person may";
  EXPECT_EQ(rig.image(), "app:2");
  EXPECT_TRUE(rig.app()["paused"].as_bool()) << "and it stays paused";

  Rig manual(shop("  sync: {automated: false}\n"));
  manual.source.commit(kShopUrl, release("shop", "app:1"));
  manual.run(5min);
  EXPECT_EQ(manual.transactions(), 0);
  EXPECT_EQ(manual.app()["sync"].str(), "OutOfSync");
}

TEST(Reconciler, ShowsABrokenSourceAndGoesOnServing) {
  Rig rig(application("shop") + application("cart") + environment());
  rig.source.commit(kShopUrl, release("shop", "app:1"));
  rig.source.commit(kCartUrl, release("cart", "app:1"));
  rig.run(10s);
  rig.source.down.emplace(kShopUrl, Error(Code::unavailable, "no route to host", Retry::later));
  rig.source.commit(kCartUrl, release("cart", "app:2"));
  rig.run(10min);
  EXPECT_EQ(rig.image("cart"), "app:2");
  EXPECT_EQ(rig.app("shop")["health"].str(), "Ready");
  EXPECT_EQ(rig.count_events("source-error"), 1) << "told once";
  const Value status = rig.status();
  bool shown = false;
  for (const Value& one : status["sources"].items()) {
    shown = shown || one["error"].str().find("no route to host") != std::string::npos;
  }
  EXPECT_TRUE(shown);
  rig.source.down.clear();
  rig.source.commit(kShopUrl, release("shop", "app:2"));
  rig.run(6min);
  EXPECT_EQ(rig.image("shop"), "app:2");
  EXPECT_EQ(rig.count_events("source-ok"), 1);
}

TEST(Reconciler, RecordsAnUnreadableRevisionOnce) {
  Rig rig(shop());
  rig.source.commit(kShopUrl, release("shop", "app:1"));
  rig.run(10s);
  auto broken = release("shop", "app:2");
  broken["deploy/app.yaml"] = "a: [";
  rig.source.commit(kShopUrl, broken);
  rig.run(10min);
  EXPECT_EQ(rig.count_events("refused"), 1);
  EXPECT_NE(rig.app()["error"].str().find("deploy/app.yaml"), std::string::npos);
  EXPECT_EQ(rig.image(), "app:1");
}

TEST(Reconciler, RecordsARefusedPlanOnceAndGoesOnWhenTheCauseIsGone) {
  Rig rig(shop());
  rig.source.commit(kShopUrl, release("shop", "app:1"));
  const ObjectKey config{"", "ConfigMap", "shop-dev", "shop"};
  rig.world.edit(
      config,
      Value::object({{"apiVersion", "v1"},
                     {"kind", "ConfigMap"},
                     {"metadata", Value::object({{"name", "shop"}, {"namespace", "shop-dev"}})}}));
  rig.run(30min);
  EXPECT_EQ(rig.transactions(), 1);
  EXPECT_EQ(rig.app()["outcome"].str(), "refused");
  EXPECT_NE(rig.app()["cause"].str().find("exists already"), std::string::npos);
  rig.world.remove(config);
  rig.run(10min);
  EXPECT_EQ(rig.image(), "app:1");
}

TEST(Reconciler, RetriesASourceThatFailsAtTheFetchWithBackoff) {
  Rig rig(shop());
  rig.source.commit(kShopUrl, release("shop", "app:1"));
  rig.source.fetch_down = Error(Code::unavailable, "connection reset", Retry::later);
  rig.run(20min);
  EXPECT_GE(rig.source.fetches, 8);
  EXPECT_LE(rig.source.fetches, 16) << "1 s, 2 s, … 5 min";
  EXPECT_EQ(rig.count_events("trouble"), 1) << "told once";
  EXPECT_EQ(rig.transactions(), 0);
  rig.source.fetch_down.reset();
  rig.run(5min);
  EXPECT_EQ(rig.image(), "app:1");
}

TEST(Reconciler, AMissingImageChangesNothing) {
  Rig rig(shop());
  auto files = release("shop", "app:1", "");
  files["deploy/app.yaml"] =
      "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: shop, annotations: "
      "{sim/image: missing}}\nspec: {replicas: 1}\n";
  rig.source.commit(kShopUrl, files);
  rig.run(10min);
  EXPECT_NE(rig.app()["cause"].str().find("app:missing not found"), std::string::npos);
  EXPECT_LE(rig.transactions(), 12);
  EXPECT_TRUE(rig.world.visible().empty());
  EXPECT_TRUE(rig.world.leftovers().empty());
}

TEST(Reconciler, DeploysAGroupInOneTransaction) {
  Rig rig(application("shop", "  group: front\n  sync: {timeout: 30s}\n") +
          application("cart", "  group: front\n  sync: {timeout: 30s}\n") + environment());
  rig.source.commit(kShopUrl, release("shop", "app:1"));
  rig.source.commit(kCartUrl, release("cart", "app:1"));
  rig.run(30s);
  EXPECT_EQ(rig.transactions(), 1);
  const auto before = rig.world.visible();
  rig.source.commit(kShopUrl, release("shop", "app:2"));
  rig.source.commit(kCartUrl, release("cart", "app:2", "never"));
  for (const auto& scope : {"shop", "cart"}) {
    static_cast<void>(rig.operations().refresh({{scope}, ""}));
  }
  rig.run(4min);
  EXPECT_EQ(rig.world.visible(), before) << "both restored";
  EXPECT_EQ(rig.app("shop")["outcome"].str(), "restored");
  EXPECT_EQ(rig.app("cart")["outcome"].str(), "restored");
  EXPECT_EQ(rig.app("shop")["quarantined"].size(), 0u) << "not at fault";
  EXPECT_EQ(rig.app("cart")["quarantined"].size(), 1u);
}

TEST(Reconciler, DeploysDependenciesFirst) {
  Rig rig(application("shop", "  dependsOn: [cart]\n") + application("cart") + environment());
  rig.source.commit(kShopUrl, release("shop", "app:1"));
  rig.run(2min);
  EXPECT_EQ(rig.image("shop"), "(none)") << "cart was never deployed";
  rig.source.commit(kCartUrl, release("cart", "app:1", "after:10s"));
  rig.run(8min);
  EXPECT_EQ(rig.image("cart"), "app:1");
  EXPECT_EQ(rig.image("shop"), "app:1");
}

TEST(Reconciler, SuspendsAndTheNextStartResumes) {
  Rig rig(shop());
  rig.source.commit(kShopUrl, release("shop", "app:1", "after:30s"));
  int waits = 0;
  rig.on_pause = [&] {
    if (++waits == 5) rig.core().suspend();
  };
  rig.run(20s);
  EXPECT_EQ(rig.count(RecordType::suspended), 1);
  EXPECT_EQ(rig.count(RecordType::end), 0);
  rig.on_pause = {};
  rig.restart();
  EXPECT_FALSE(rig.app()["open"].is_null());
  rig.run(2min);
  EXPECT_EQ(rig.image(), "app:1");
  EXPECT_EQ(rig.outcome_of_last(), "committed");
  EXPECT_EQ(rig.transactions(), 1) << "the same transaction went on";
}

TEST(Reconciler, ANewerRevisionSupersedesWhatIsStaged) {
  Rig rig(shop());
  rig.source.commit(kShopUrl, release("shop", "app:1"));
  rig.run(10s);
  rig.source.commit(kShopUrl, release("shop", "app:2", "after:4m"));
  int waits = 0;
  rig.on_pause = [&] {
    if (++waits != 3) return;
    rig.source.commit(kShopUrl, release("shop", "app:3"));
    rig.reconciler().refresh({});
  };
  rig.run(3min);
  EXPECT_EQ(rig.image(), "app:3");
  EXPECT_EQ(rig.transactions(), 3);
  EXPECT_EQ(rig.app()["quarantined"].size(), 0u);
  EXPECT_TRUE(rig.world.leftovers().empty());
}

TEST(Reconciler, OrphansOrDeletesWhatLeftTheConfiguration) {
  for (const bool remove : {false, true}) {
    const std::string policy =
        std::string("  deletionPolicy: ") + (remove ? "delete" : "orphan") + "\n";
    Rig rig(application("shop", policy) + application("cart") + environment());
    rig.source.commit(kShopUrl, release("shop", "app:1"));
    rig.source.commit(kCartUrl, release("cart", "app:1"));
    rig.run(10s);
    rig.restart(application("cart") + environment());
    rig.run(2min);
    EXPECT_EQ(rig.image("shop"), remove ? "(none)" : "app:1");
    EXPECT_EQ(rig.image("cart"), "app:1");
    EXPECT_EQ(rig.count_events("orphaned"), remove ? 0 : 1);
    rig.restart();
    rig.run(2min);
    EXPECT_EQ(rig.count_events("orphaned"), remove ? 0 : 1) << "recorded once";
  }
}

}  // namespace
}  // namespace rumbo::controltest
