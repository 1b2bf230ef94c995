// A cluster that is not as the journal left it: frozen until a person decides. And what others
// change again and again: told, and left to people.
#include <gtest/gtest.h>

#include "rig.h"

namespace rumbo::controltest {
namespace {

std::string shop() {
  return application("shop") + environment();
}

std::string attention(Rig& rig) {
  const Value status = rig.status();
  std::string out;
  for (const Value& one : status["attention"].items()) out += one.str() + "\n";
  return out;
}

Value remedy(Rig& rig, Remedy what) {
  auto done = rig.operations().remedy({.remedy = what, .actor = "user:anna"});
  EXPECT_TRUE(done) << done.error().to_string();
  return done.value_or(Value());
}

TEST(Guard, AnotherClusterIsLeftAloneUntilItIsAdopted) {
  Rig rig(shop(), sim::Character::cluster);
  rig.source.commit(kShopUrl, release("shop", "app:1"));
  rig.run(10s);
  ASSERT_EQ(rig.image(), "app:1");

  // The context of the kubeconfig was moved to a new cluster.
  rig.world.id = "another";
  rig.world.current.clear();
  rig.world.mirrors.clear();
  rig.restart();
  rig.source.commit(kShopUrl, release("shop", "app:2"));
  rig.run(5min);
  EXPECT_TRUE(rig.world.current.empty()) << "nothing is healed and nothing deployed";
  EXPECT_NE(attention(rig).find("frozen: podman is another cluster than before"), std::string::npos)
      << attention(rig);
  EXPECT_FALSE(rig.status()["healthy"].as_bool());

  remedy(rig, Remedy::adopt);
  rig.run(2min);
  EXPECT_EQ(rig.image(), "app:2");
  EXPECT_EQ(attention(rig), "");
}

TEST(Guard, AClusterRestoredFromABackupIsLeftAloneUntilItIsAdopted) {
  Rig rig(shop(), sim::Character::cluster);
  rig.source.commit(kShopUrl, release("shop", "app:1"));
  rig.run(10s);
  const sim::World backup = rig.world;
  rig.source.commit(kShopUrl, release("shop", "app:2"));
  rig.run(2min);
  ASSERT_EQ(rig.image(), "app:2");

  rig.world.current = backup.current;
  rig.world.mirrors = backup.mirrors;
  rig.restart();
  rig.run(5min);
  EXPECT_EQ(rig.image(), "app:1") << "nobody knows yet what is right";
  EXPECT_NE(attention(rig).find("is older than the journal"), std::string::npos) << attention(rig);
  remedy(rig, Remedy::adopt);
  rig.run(2min);
  EXPECT_EQ(rig.image(), "app:2");
}

TEST(Guard, AClusterAheadOfTheStateIsTakenOver) {
  Rig rig(shop(), sim::Character::cluster);
  rig.source.commit(kShopUrl, release("shop", "app:1"));
  rig.run(10s);
  // As the record of a Rumbo that went on before its state directory was restored.
  ASSERT_EQ(rig.world.mirrors.size(), 1u);
  rig.world.mirrors[0].head += 1000;
  rig.world.mirrors[0].txn = TxnId{"t-000900"};
  rig.restart();
  rig.source.commit(kShopUrl, release("shop", "app:2"));
  rig.run(5min);
  EXPECT_EQ(rig.image(), "app:1");
  EXPECT_NE(attention(rig).find("is ahead of the state directory"), std::string::npos)
      << attention(rig);
  const Value done = remedy(rig, Remedy::from_target);
  EXPECT_EQ(done["paused"].size(), 1u) << "nothing is pruned unseen";
  ASSERT_TRUE(rig.operations().resume({}, "user:anna"));
  rig.run(2min);
  EXPECT_EQ(rig.image(), "app:2");
  EXPECT_EQ(attention(rig), "");
}

/// A process that was killed in mid-transaction, and a cluster that is away since.
struct SilentCluster : ::testing::Test {
  void SetUp() override {
    rig.source.commit(kShopUrl, release("shop", "app:1"));
    rig.run(10s);
    ASSERT_EQ(rig.image(), "app:1");
    rig.source.commit(kShopUrl, release("shop", "app:2", "after:30s"));
    int waits = 0;
    rig.on_pause = [&] {
      if (++waits == 3) rig.core().suspend();
    };
    ASSERT_EQ(rig.sync()["worst"].str(), "suspended");
    rig.on_pause = {};
    rig.world.silent = Error(Code::unavailable, "connection refused", Retry::later);
    rig.restart("", true);
    rig.run(4min);
  }

  Rig rig{shop(), sim::Character::cluster};
};

TEST_F(SilentCluster, CallsAPersonAndGoesOnByItselfWhenItAnswers) {
  EXPECT_EQ(rig.count(RecordType::needs_operator), 1);
  EXPECT_NE(attention(rig).find("needs an operator"), std::string::npos) << attention(rig);
  EXPECT_NE(attention(rig).find("connection refused"), std::string::npos) << attention(rig);
  rig.run(30min);
  EXPECT_EQ(rig.count(RecordType::needs_operator), 1) << "told once";

  rig.world.silent.reset();
  rig.run(10min);
  EXPECT_EQ(rig.image(), "app:2");
  EXPECT_EQ(rig.outcome_of_last(), "committed");
  EXPECT_EQ(attention(rig), "");
}

TEST_F(SilentCluster, MayBeGivenUp) {
  const auto accepted = rig.operations().recover("t-000002", "accept", "user:anna", {});
  ASSERT_TRUE(accepted) << accepted.error().to_string();
  EXPECT_EQ(rig.core().state({"shop", "dev", TargetId{"podman"}}).open, std::nullopt);
}

TEST_F(SilentCluster, MayBeUndoneWhenItAnswers) {
  EXPECT_FALSE(rig.operations().recover("t-000002", "undo", "user:anna", {})) << "not while away";
  rig.world.silent.reset();
  const auto undone = rig.operations().recover("t-000002", "undo", "user:anna", {});
  ASSERT_TRUE(undone) << undone.error().to_string();
  EXPECT_EQ((*undone)["transactions"][0]["outcome"].str(), "restored");
  EXPECT_EQ(rig.image(), "app:1");
}

/// What answers in the end is not the cluster that the transaction was begun on.
TEST_F(SilentCluster, AnotherOneThatAnswersInItsPlaceIsNotTouched) {
  rig.world.id = "another";
  rig.world.current.clear();
  rig.world.mirrors.clear();
  rig.world.silent.reset();
  const auto log = rig.world.log;
  rig.run(10min);
  EXPECT_EQ(rig.world.log, log);
  EXPECT_TRUE(rig.world.current.empty());
  EXPECT_NE(attention(rig).find("is another cluster than before"), std::string::npos)
      << attention(rig);
}

TEST(Contested, TheSameEditIsPutRightThreeTimes) {
  Rig rig(shop());
  rig.source.commit(kShopUrl, release("shop", "app:1"));
  rig.run(10s);
  const auto edit = [&] {
    rig.world.edit(deployment_key(),
                   rig.world.current[deployment_key()].object.with_path({"spec", "replicas"}, 7));
  };
  const auto replicas = [&] {
    return rig.world.current[deployment_key()].object["spec"]["replicas"].as_int();
  };
  const auto meant = replicas();
  for (int i = 0; i < 3; ++i) {
    edit();
    rig.run(2min);
    ASSERT_EQ(replicas(), meant) << i;
  }
  edit();
  rig.run(9min);
  EXPECT_EQ(replicas(), 7);
  EXPECT_EQ(rig.count_events("contested"), 1);
  EXPECT_NE(attention(rig).find("contested"), std::string::npos) << attention(rig);
  rig.restart();
  rig.run(30min);
  EXPECT_EQ(replicas(), 7) << "nor after a restart";

  ASSERT_TRUE(rig.operations().resume({}, "user:anna"));
  rig.run(2min);
  EXPECT_EQ(replicas(), meant);
  EXPECT_EQ(attention(rig), "");
}

TEST(Contested, ADeploymentEndsIt) {
  Rig rig(shop());
  rig.source.commit(kShopUrl, release("shop", "app:1"));
  rig.run(10s);
  for (int i = 0; i < 4; ++i) {
    rig.world.edit(deployment_key(),
                   rig.world.current[deployment_key()].object.with_path({"spec", "replicas"}, 7));
    rig.run(2min);
  }
  EXPECT_NE(rig.app()["contested"].str().find("spec.replicas"), std::string::npos);
  rig.source.commit(kShopUrl, release("shop", "app:2"));
  rig.run(2min);
  EXPECT_EQ(rig.image(), "app:2");
  EXPECT_FALSE(rig.app()["contested"].is_string());
}

TEST(Contested, WhatIsDeletedComesBackHoweverOften) {
  Rig rig(shop());
  rig.source.commit(kShopUrl, release("shop", "app:1"));
  rig.run(10s);
  for (int i = 0; i < 6; ++i) {
    rig.world.current.erase(deployment_key());
    rig.run(90s);
    ASSERT_EQ(rig.image(), "app:1") << i;
  }
}

}  // namespace
}  // namespace rumbo::controltest
