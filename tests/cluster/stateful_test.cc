// StatefulSets on a real cluster: their controller waits for ever for a pod of a bad template.
#include <gtest/gtest.h>

#include "shop.h"

namespace rumbo::cluster_test {
namespace {

std::string database(const std::string& tag) {
  return R"(apiVersion: v1
kind: Namespace
metadata: {name: "@NS@"}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  replicas: 2
  serviceName: db
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec:
      containers:
        - name: db
          image: example.org/db:)" +
         tag + "\n";
}

std::string image_of_pod(Shop& shop, const std::string& name) {
  return shop.object("pod", name)["spec"]["containers"][0]["image"].str();
}

TEST(ClusterStateful, APodOfTheTemplateThatWasTakenBackIsNotInTheWay) {
  NEEDS_CLUSTER();
  Shop shop("rumbo-stateful");
  shop.commit(database("1"));
  const Ran first = shop.sync();
  ASSERT_EQ(first.exit, 0) << first.out;
  const std::string before = shop.picture();
  shop.commit(database("missing"));
  const Ran bad = shop.sync();
  EXPECT_EQ(bad.exit, 3) << bad.out;
  EXPECT_EQ(shop.picture(), before);
  EXPECT_EQ(shop.object("statefulset", "db")["status"]["readyReplicas"].as_int(), 2);
  EXPECT_EQ(image_of_pod(shop, "db-1"), "example.org/db:1");
}

TEST(ClusterStateful, ASetThatIsStuckIsBroughtOnByTheNextRevision) {
  NEEDS_CLUSTER();
  Shop shop("rumbo-stuck");
  shop.commit(database("1"));
  ASSERT_EQ(shop.sync().exit, 0);
  // By hand, and nobody took it back.
  const Ran broken = shop.kubectl(
      {"set", "image", "statefulset/db", "db=example.org/db:missing", "-n", shop.ns()});
  ASSERT_EQ(broken.exit, 0) << broken.out;
  ASSERT_TRUE(
      shop.eventually([&] { return image_of_pod(shop, "db-1") == "example.org/db:missing"; }));
  shop.commit(database("2"));
  const Ran next = shop.sync();
  EXPECT_EQ(next.exit, 0) << next.out;
  EXPECT_EQ(image_of_pod(shop, "db-1"), "example.org/db:2");
  EXPECT_EQ(image_of_pod(shop, "db-0"), "example.org/db:2");
}

}  // namespace
}  // namespace rumbo::cluster_test
