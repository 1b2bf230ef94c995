// Drift on a real cluster: seen, told, healed.
#include <csignal>
#include <gtest/gtest.h>

#include "shop.h"

namespace rumbo::cluster_test {
namespace {

class ClusterDrift : public ::testing::Test {
 protected:
  void begin(Shop& shop, bool heal) {
    if (!heal) shop.set_sync("selfHeal: false");
    shop.commit(Shop::manifests("example.org/web:1"));
    ASSERT_EQ(shop.sync().exit, 0);
    daemon_ = shop.start({"serve"});
    ASSERT_TRUE(shop.eventually([&] { return shop.rumbo({"status", "shop"}).exit == 0; }));
    shop.env.sleep(2s);  // until its watches stand
  }

  std::unique_ptr<io::Child> daemon_;
};

TEST_F(ClusterDrift, AnEditIsSeenAndHealed) {
  NEEDS_CLUSTER();
  Shop shop("rumbo-drift");
  ASSERT_NO_FATAL_FAILURE(begin(shop, true));
  ASSERT_EQ(shop.kubectl({"patch", "configmap", "web", "-n", shop.ns(), "--type=merge", "-p",
                          R"({"data": {"greeting": "edited"}})"})
                .exit,
            0);
  EXPECT_TRUE(shop.eventually([&] {
    return shop.object("configmap", "web")["data"]["greeting"].as_string() == "hello";
  })) << shop.log();
  const std::string log = shop.log();
  EXPECT_NE(log.find("drift"), std::string::npos) << log;
  EXPECT_NE(log.find("kubectl-patch"), std::string::npos) << log;
}

TEST_F(ClusterDrift, WhatIsDeletedComesBack) {
  NEEDS_CLUSTER();
  Shop shop("rumbo-deleted");
  ASSERT_NO_FATAL_FAILURE(begin(shop, true));
  ASSERT_EQ(shop.kubectl({"delete", "service", "web", "-n", shop.ns()}).exit, 0);
  EXPECT_TRUE(shop.eventually([&] { return !shop.object("service", "web").is_null(); }))
      << shop.log();
}

TEST_F(ClusterDrift, WithoutSelfHealItIsOnlyTold) {
  NEEDS_CLUSTER();
  Shop shop("rumbo-told");
  ASSERT_NO_FATAL_FAILURE(begin(shop, false));
  ASSERT_EQ(shop.kubectl({"scale", "deployment", "web", "-n", shop.ns(), "--replicas=5"}).exit, 0);
  EXPECT_TRUE(shop.eventually([&] {
    return shop.rumbo({"get", "drift", "shop"}).out.find("spec.replicas") != std::string::npos;
  }));
  EXPECT_EQ(shop.object("deployment", "web")["spec"]["replicas"].as_int(), 5);
}

TEST_F(ClusterDrift, WhatOthersAddIsNoDrift) {
  NEEDS_CLUSTER();
  Shop shop("rumbo-added");
  ASSERT_NO_FATAL_FAILURE(begin(shop, true));
  ASSERT_EQ(shop.kubectl({"annotate", "deployment", "web", "-n", shop.ns(), "team=retail"}).exit,
            0);
  shop.env.sleep(2s);
  EXPECT_EQ(shop.object("deployment", "web")["metadata"]["annotations"]["team"].as_string(),
            "retail");
  EXPECT_EQ(shop.log().find("drift"), std::string::npos) << shop.log();
}

}  // namespace
}  // namespace rumbo::cluster_test
