// A real cluster and a state directory that do not fit together.
#include <gtest/gtest.h>

#include "codec/json.h"
#include "shop.h"

namespace rumbo::cluster_test {
namespace {

Value record_of(Shop& shop) {
  const Ran listed =
      shop.kubectl({"get", "secrets", "-n", shop.ns(), "-l", "rumbo.dev/mirror", "-o", "name"});
  const std::string name = listed.out.substr(listed.out.find('/') + 1);
  return shop.object("secret", name.substr(0, name.find('\n')));
}

TEST(ClusterGuard, AStateDirectoryFromABackupIsToldAndTakenUp) {
  NEEDS_CLUSTER();
  Shop shop("rumbo-ahead");
  shop.commit(Shop::manifests("example.org/web:1"));
  ASSERT_EQ(shop.sync().exit, 0);
  shop.save_state();
  shop.commit(Shop::manifests("example.org/web:2"));
  ASSERT_EQ(shop.sync().exit, 0);
  shop.restore_state();
  const Ran refused = shop.sync();
  EXPECT_EQ(refused.exit, 2) << refused.out;
  EXPECT_NE(refused.out.find("ahead of the state directory"), std::string::npos) << refused.out;
  EXPECT_NE(refused.out.find("rumbo recover --from-target"), std::string::npos) << refused.out;
  const Ran taken = shop.rumbo({"recover", "--from-target"});
  EXPECT_EQ(taken.exit, 0) << taken.out;
  EXPECT_EQ(shop.rumbo({"resume", "shop"}).exit, 0);
  shop.commit(Shop::manifests("example.org/web:3"));
  const Ran again = shop.sync();
  EXPECT_EQ(again.exit, 0) << again.out;
}

TEST(ClusterGuard, AClusterFromABackupIsToldAndAdopted) {
  NEEDS_CLUSTER();
  Shop shop("rumbo-older");
  shop.commit(Shop::manifests("example.org/web:1"));
  ASSERT_EQ(shop.sync().exit, 0);
  const Value before = record_of(shop);
  ASSERT_TRUE(before.is_object());
  shop.commit(Shop::manifests("example.org/web:2"));
  ASSERT_EQ(shop.sync().exit, 0);
  const Value old = before.with(
      "metadata", before["metadata"].without("managedFields").without("resourceVersion"));
  const Ran put = shop.kubectl({"replace", "-f", "-"}, codec::to_json(old));
  ASSERT_EQ(put.exit, 0) << put.out;
  shop.commit(Shop::manifests("example.org/web:3"));
  const Ran still = shop.sync();
  EXPECT_EQ(still.exit, 2) << still.out;
  EXPECT_NE(still.out.find("is older than the journal"), std::string::npos) << still.out;
  const Ran adopted = shop.rumbo({"recover", "--adopt"});
  EXPECT_EQ(adopted.exit, 0) << adopted.out;
  const Ran again = shop.sync();
  EXPECT_EQ(again.exit, 0) << again.out;
}

TEST(ClusterGuard, ARecordThatSomeoneChangedIsNamedWithWhatToDo) {
  NEEDS_CLUSTER();
  Shop shop("rumbo-garbled");
  shop.commit(Shop::manifests("example.org/web:1"));
  ASSERT_EQ(shop.sync().exit, 0);
  const std::string name = record_of(shop)["metadata"]["name"].str();
  ASSERT_EQ(shop.kubectl({"patch", "secret", name, "-n", shop.ns(), "--type=merge", "-p",
                          R"({"data": {"head": "bm8="}})"})
                .exit,
            0);
  shop.commit(Shop::manifests("example.org/web:2"));
  const Ran refused = shop.sync();
  EXPECT_EQ(refused.exit, 2) << refused.out;
  EXPECT_NE(refused.out.find(name), std::string::npos) << refused.out;
  EXPECT_NE(refused.out.find("delete the Secret"), std::string::npos) << refused.out;
  ASSERT_EQ(shop.kubectl({"delete", "secret", name, "-n", shop.ns()}).exit, 0);
  const Ran again = shop.sync();
  EXPECT_EQ(again.exit, 0) << again.out;
}

}  // namespace
}  // namespace rumbo::cluster_test
