// Transactions on a real cluster: committed, refused, restored; never in between.
#include <csignal>
#include <gtest/gtest.h>

#include "shop.h"

namespace rumbo::cluster_test {
namespace {

std::string image_of(Shop& shop) {
  return shop.object("deployment", "web")["spec"]["template"]["spec"]["containers"][0]["image"]
      .str();
}

std::string greeting_of(Shop& shop) {
  return shop.object("configmap", "web")["data"]["greeting"].str();
}

TEST(ClusterDeploy, CommitsUpgradesAndDoesNothingTwice) {
  NEEDS_CLUSTER();
  Shop shop("rumbo-deploy");
  shop.commit(Shop::manifests("example.org/web:1"));
  const Ran first = shop.sync();
  EXPECT_EQ(first.exit, 0) << first.out;
  EXPECT_NE(first.out.find("committed"), std::string::npos) << first.out;
  const Value web = shop.object("deployment", "web");
  EXPECT_EQ(web["status"]["readyReplicas"].as_int(), 2);
  EXPECT_EQ(web["metadata"]["labels"]["rumbo.dev/managed"].as_string().size(), 12U);

  const std::string version = web["metadata"]["resourceVersion"].str();
  const Ran again = shop.sync();
  EXPECT_EQ(again.exit, 0) << again.out;
  EXPECT_EQ(shop.object("deployment", "web")["metadata"]["resourceVersion"].str(), version);
  EXPECT_EQ(shop.rumbo({"plan", "shop"}).exit, 0);

  shop.commit(Shop::manifests("example.org/web:2", "goodbye"));
  EXPECT_EQ(shop.rumbo({"plan", "shop"}).exit, 1);
  const Ran second = shop.sync();
  EXPECT_EQ(second.exit, 0) << second.out;
  EXPECT_EQ(image_of(shop), "example.org/web:2");
  EXPECT_EQ(greeting_of(shop), "goodbye");

  const Ran back = shop.rumbo({"rollback", "shop"});
  EXPECT_EQ(back.exit, 0) << back.out;
  EXPECT_EQ(image_of(shop), "example.org/web:1");
  EXPECT_EQ(shop.rumbo({"status", "shop"}).exit, 0);
  const Ran history = shop.rumbo({"history", "shop"});
  EXPECT_NE(history.out.find("committed"), std::string::npos) << history.out;
}

TEST(ClusterDeploy, AnImageThatNeverStartsIsRestored) {
  NEEDS_CLUSTER();
  Shop shop("rumbo-bad-image");
  shop.commit(Shop::manifests("example.org/web:1"));
  ASSERT_EQ(shop.sync().exit, 0);
  const std::string before = shop.picture();
  shop.commit(Shop::manifests("example.org/web:missing", "goodbye"));
  const Ran bad = shop.sync();
  EXPECT_EQ(bad.exit, 3) << bad.out;
  EXPECT_NE(bad.out.find("ImagePullBackOff"), std::string::npos) << bad.out;
  EXPECT_EQ(shop.picture(), before);
  EXPECT_EQ(shop.object("deployment", "web")["status"]["readyReplicas"].as_int(), 2);
  // The commit is quarantined, and says why.
  EXPECT_NE(shop.log().find("quarantine"), std::string::npos);
}

TEST(ClusterDeploy, WhatTheDryRunRejectsTouchesNothing) {
  NEEDS_CLUSTER();
  Shop shop("rumbo-bad-port");
  shop.commit(Shop::manifests("example.org/web:1"));
  ASSERT_EQ(shop.sync().exit, 0);
  const std::string before = shop.object("configmap", "web")["metadata"]["resourceVersion"].str();
  std::string bad = Shop::manifests("example.org/web:2", "goodbye");
  bad.replace(bad.find("port: 80,"), 9, "port: 99999,");
  shop.commit(bad);
  const Ran refused = shop.sync();
  EXPECT_EQ(refused.exit, 2) << refused.out;
  EXPECT_NE(refused.out.find("99999"), std::string::npos) << refused.out;
  EXPECT_EQ(shop.object("configmap", "web")["metadata"]["resourceVersion"].str(), before);
  EXPECT_EQ(image_of(shop), "example.org/web:1");
}

TEST(ClusterDeploy, AValueOfAnotherTypeIsRefusedAtOnce) {
  NEEDS_CLUSTER();
  Shop shop("rumbo-bad-type");
  shop.commit(Shop::manifests("example.org/web:1", "yes"));  // a truth value to YAML
  const MonoTime began = shop.env.clock.mono();
  const Ran refused = shop.sync();
  EXPECT_EQ(refused.exit, 2) << refused.out;
  EXPECT_NE(refused.out.find("expected string"), std::string::npos) << refused.out;
  EXPECT_LT(shop.env.clock.mono() - began, 30s) << "no server trouble, that is tried for minutes";
}

TEST(ClusterDeploy, ANewApplicationThatIsRejectedLeavesNothing) {
  NEEDS_CLUSTER();
  Shop shop("rumbo-bad-new");
  std::string bad = Shop::manifests("example.org/web:1");
  bad.replace(bad.find("port: 80,"), 9, "port: 99999,");
  shop.commit(bad);
  const Ran refused = shop.sync();
  EXPECT_EQ(refused.exit, 2) << refused.out;
  EXPECT_TRUE(shop.eventually([&] {
    return shop.kubectl({"get", "namespace", shop.ns()}).exit != 0;
  })) << "the namespace that was made for the dry-run is still there";
}

TEST(ClusterDeploy, WhatOnlyTheRealApplyRejectsIsRestored) {
  NEEDS_CLUSTER();
  Shop shop("rumbo-node-port");
  shop.commit(Shop::manifests("example.org/web:1"));
  ASSERT_EQ(shop.sync().exit, 0);
  const std::string before = shop.picture();
  const char* two = R"(---
apiVersion: v1
kind: Service
metadata: {name: first}
spec: {type: NodePort, selector: {app: web}, ports: [{port: 81, nodePort: 31081}]}
---
apiVersion: v1
kind: Service
metadata: {name: second}
spec: {type: NodePort, selector: {app: web}, ports: [{port: 81, nodePort: 31081}]}
)";
  shop.commit(Shop::manifests("example.org/web:2", "goodbye") + two);
  const Ran bad = shop.sync();
  EXPECT_EQ(bad.exit, 3) << bad.out;
  EXPECT_NE(bad.out.find("31081"), std::string::npos) << bad.out;
  EXPECT_EQ(shop.picture(), before);
}

TEST(ClusterDeploy, PrunesAfterTheCommitOnly) {
  NEEDS_CLUSTER();
  Shop shop("rumbo-prune");
  const std::string extra =
      "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: old}\ndata: {a: b}\n";
  shop.commit(Shop::manifests("example.org/web:1") + extra);
  ASSERT_EQ(shop.sync().exit, 0);
  shop.commit(Shop::manifests("example.org/web:missing"));
  EXPECT_EQ(shop.sync().exit, 3);
  EXPECT_FALSE(shop.object("configmap", "old").is_null());
  shop.commit(Shop::manifests("example.org/web:2"));
  const Ran good = shop.sync();
  EXPECT_EQ(good.exit, 0) << good.out;
  EXPECT_TRUE(shop.object("configmap", "old").is_null());
}

TEST(ClusterDeploy, AFieldThatIsNoLongerDeclaredIsTakenOut) {
  NEEDS_CLUSTER();
  Shop shop("rumbo-field");
  std::string more = Shop::manifests("example.org/web:1");
  more.replace(more.find("data: {greeting: hello}"), 23,
               "data: {greeting: hello, more: yes-please}");
  shop.commit(more);
  ASSERT_EQ(shop.sync().exit, 0);
  shop.commit(Shop::manifests("example.org/web:1"));
  const Ran less = shop.sync();
  EXPECT_EQ(less.exit, 0) << less.out;
  EXPECT_EQ(shop.object("configmap", "web")["data"].size(), 1U);
}

TEST(ClusterDeploy, AFixedFieldIsToldAsSuch) {
  NEEDS_CLUSTER();
  Shop shop("rumbo-fixed");
  shop.commit(Shop::manifests("example.org/web:1"));
  ASSERT_EQ(shop.sync().exit, 0);
  std::string other = Shop::manifests("example.org/web:1");
  for (std::size_t at = other.find("{app: web}"); at != std::string::npos;
       at = other.find("{app: web}", at)) {
    other.replace(at, 10, "{app: shop}");
  }
  shop.commit(other);
  const Ran refused = shop.sync();
  EXPECT_EQ(refused.exit, 2) << refused.out;
  EXPECT_NE(refused.out.find("creating it anew"), std::string::npos) << refused.out;
}

// ---- Objects of others

TEST(ClusterDeploy, WhatOthersMadeIsNotTakenSilently) {
  NEEDS_CLUSTER();
  Shop shop("rumbo-adopt");
  shop.kubectl({"create", "namespace", shop.ns()});
  const std::string mine =
      "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web, namespace: \"@NS@\"}\n"
      "data: {greeting: theirs, other: theirs}\n";
  ASSERT_EQ(shop.kubectl({"apply", "-f", "-"}, mine).exit, 0);
  std::string manifests = Shop::manifests("example.org/web:1");
  manifests = manifests.substr(manifests.find("---") + 4);  // the namespace is theirs
  shop.commit(manifests);
  const Ran refused = shop.sync();
  EXPECT_EQ(refused.exit, 2) << refused.out;
  EXPECT_NE(refused.out.find("adopt"), std::string::npos) << refused.out;
  EXPECT_EQ(greeting_of(shop), "theirs");

  // Adopted by a transaction that fails: given back, ownership included.
  const Value before = shop.object("configmap", "web");
  shop.set_sync("adopt: true");
  std::string bad = manifests;
  bad.replace(bad.find("web:1"), 5, "web:missing");
  shop.commit(bad);
  const Ran failed = shop.sync();
  EXPECT_EQ(failed.exit, 3) << failed.out;
  const Value after = shop.object("configmap", "web");
  EXPECT_EQ(after["data"], before["data"]);
  EXPECT_EQ(after["metadata"]["labels"], before["metadata"]["labels"]);
  EXPECT_EQ(after["metadata"]["annotations"], before["metadata"]["annotations"]);
  // Who owns what is as it was; only the times of the ledger are new.
  const auto ledger = [](const Value& object) {
    std::vector<Value> entries;
    for (const Value& entry : object["metadata"]["managedFields"].items()) {
      entries.push_back(entry.without("time"));
    }
    return Value::array(std::move(entries));
  };
  EXPECT_EQ(ledger(after), ledger(before));

  shop.commit(manifests);
  const Ran adopted = shop.sync();
  EXPECT_EQ(adopted.exit, 0) << adopted.out;
  EXPECT_EQ(greeting_of(shop), "hello");
  // What the other tool applied and Git does not declare goes, as with that tool; so does, from now
  // on, whatever leaves Git.
  EXPECT_TRUE(shop.object("configmap", "web")["data"]["other"].is_null());
  EXPECT_TRUE(
      shop.object(
              "configmap",
              "web")["metadata"]["annotations"]["kubectl.kubernetes.io/last-applied-configuration"]
          .is_null());
  std::string renamed = manifests;
  renamed.replace(renamed.find("greeting:"), 9, "farewell:");
  shop.commit(renamed);
  ASSERT_EQ(shop.sync().exit, 0);
  EXPECT_TRUE(shop.object("configmap", "web")["data"]["greeting"].is_null());
  EXPECT_EQ(shop.object("configmap", "web")["data"]["farewell"].as_string(), "hello");
}

TEST(ClusterDeploy, AForeignEditDuringTheTransactionIsKept) {
  NEEDS_CLUSTER();
  Shop shop("rumbo-foreign");
  shop.commit(Shop::manifests("example.org/web:1"));
  ASSERT_EQ(shop.sync().exit, 0);
  shop.commit(Shop::manifests("example.org/web:hang", "goodbye"));  // never ready, nor failing
  const auto child = shop.start({"sync", "shop"});
  ASSERT_TRUE(shop.eventually([&] { return image_of(shop) == "example.org/web:hang"; }));
  ASSERT_EQ(shop.kubectl({"scale", "deployment", "web", "--replicas=3", "-n", shop.ns()}).exit, 0);
  ASSERT_TRUE(shop.eventually([&] { return !child->running(); }, 60s));
  EXPECT_EQ(image_of(shop), "example.org/web:1");
  EXPECT_EQ(greeting_of(shop), "hello");
  EXPECT_EQ(shop.object("deployment", "web")["spec"]["replicas"].as_int(), 3);
}

// ---- Crashes

TEST(ClusterCrash, KilledMidwayItGoesOn) {
  NEEDS_CLUSTER();
  Shop shop("rumbo-kill");
  shop.commit(Shop::manifests("example.org/web:1"));
  ASSERT_EQ(shop.sync().exit, 0);
  shop.commit(Shop::manifests("example.org/web:slow", "goodbye"));
  const auto child = shop.start({"sync", "shop"});
  ASSERT_TRUE(shop.eventually([&] { return image_of(shop) == "example.org/web:slow"; }));
  child->kill(SIGKILL);
  ASSERT_TRUE(shop.eventually([&] { return !child->running(); }));
  const Ran resumed = shop.sync();
  EXPECT_EQ(resumed.exit, 0) << resumed.out << shop.log();
  EXPECT_EQ(image_of(shop), "example.org/web:slow");
  EXPECT_EQ(greeting_of(shop), "goodbye");
  EXPECT_EQ(shop.object("deployment", "web")["status"]["readyReplicas"].as_int(), 2);
}

TEST(ClusterCrash, KilledMidwayItIsUndoneIfItCannotGoOn) {
  NEEDS_CLUSTER();
  Shop shop("rumbo-kill-bad");
  shop.commit(Shop::manifests("example.org/web:1"));
  ASSERT_EQ(shop.sync().exit, 0);
  const std::string before = shop.picture();
  shop.commit(Shop::manifests("example.org/web:hang", "goodbye"));
  const auto child = shop.start({"sync", "shop"});
  ASSERT_TRUE(shop.eventually([&] { return image_of(shop) == "example.org/web:hang"; }));
  child->kill(SIGKILL);
  ASSERT_TRUE(shop.eventually([&] { return !child->running(); }));
  shop.commit(Shop::manifests("example.org/web:1"));
  const Ran next = shop.sync();
  EXPECT_EQ(shop.picture(), before) << next.out << shop.log();
}

}  // namespace
}  // namespace rumbo::cluster_test
