// Every built-in kind that the server serves: applied, found unchanged, changed, restored and
// pruned. Which kinds there are the server's own discovery says; kinds.yaml has one object of each.
#include <fstream>
#include <gtest/gtest.h>
#include <map>
#include <set>
#include <sstream>

#include "base/strings.h"
#include "shop.h"

namespace rumbo::cluster_test {
namespace {

/// Kinds that nobody can apply for good, and why.
const std::set<std::string>& left_out() {
  static const std::set<std::string> kKinds{
      "certificatesigningrequests.certificates.k8s.io",  // ready only when a person and a signer
                                                         // act
      "horizontalpodautoscalers.autoscaling",  // healthy only where something serves metrics
      "events",                                // the same objects as events.events.k8s.io
  };
  return kKinds;
}

std::string manifests(int revision) {
  std::ifstream file(std::string(RUMBO_SOURCE_DIR) + "/tests/cluster/kinds.yaml");
  std::ostringstream text;
  text << file.rdbuf();
  EXPECT_FALSE(text.str().empty());
  return replace_all(text.str(), "@REV@", std::to_string(revision));
}

/// What `kubectl get` calls the kinds that can be created, applied and deleted.
std::set<std::string> served(Shop& shop) {
  const Ran ran = shop.kubectl(
      {"api-resources", "--verbs=create,patch,delete,get,list", "-o", "name", "--cached=false"});
  std::set<std::string> out;
  for (const std::string_view line : split(ran.out, '\n')) {
    const std::string name(trim(line));
    const bool custom = name.find(".example.") != std::string::npos;
    if (!name.empty() && !custom && !left_out().contains(name)) out.insert(name);
  }
  return out;
}

/// The names of Rumbo's objects of this shop, by kind as above.
std::map<std::string, std::string> there(Shop& shop, const std::set<std::string>& kinds) {
  std::map<std::string, std::string> out;
  for (const std::string& kind : kinds) {
    const Ran ran = shop.kubectl({"get", kind, "-A", "-l", "rumbo.dev/managed", "-o",
                                  "jsonpath={range .items[*]}{.metadata.annotations.rumbo\\.dev/"
                                  "owner} {.metadata.namespace}/{.metadata.name}{\"\\n\"}{end}"});
    for (const std::string_view line : split(ran.out, '\n')) {
      if (line.find(shop.ns()) != std::string_view::npos ||
          line.find("192.0.2.77") != std::string_view::npos) {
        out[kind] += std::string(line) + " ";
      }
    }
  }
  return out;
}

TEST(Kinds, EveryOneTheServerServesIsAppliedChangedRestoredAndPruned) {
  NEEDS_CLUSTER();
  Shop shop("kinds");
  shop.set_timeout("60s");
  shop.set_sync(
      "allowDestructive: [PersistentVolume, PersistentVolumeClaim, CustomResourceDefinition], "
      "prune: true");
  const std::set<std::string> kinds = served(shop);
  ASSERT_GT(kinds.size(), 40U);
  // What a run that was killed has left outside of its namespace.
  shop.kubectl({"delete", "-f", "-", "--ignore-not-found", "--wait=true", "--timeout=60s"},
               replace_all(manifests(1), "@NS@", shop.ns()));

  shop.commit(manifests(1));
  const Ran first = shop.sync();
  ASSERT_EQ(first.exit, 0) << first.out;
  const auto made = there(shop, kinds);
  for (const std::string& kind : kinds) {
    EXPECT_TRUE(made.contains(kind)) << kind << ": kinds.yaml has no object of it";
  }
  const Ran same = shop.rumbo({"plan", "shop"});
  EXPECT_EQ(same.exit, 0) << same.out;

  // All change, and the last that is applied crashes.
  const std::string before = shop.picture_of_all();
  shop.commit(manifests(2) +
              "---\napiVersion: v1\nkind: Pod\nmetadata: {name: broken, namespace: \"@NS@\", "
              "annotations: {rumbo.dev/wave: \"90\"}}\nspec: {containers: [{name: a, image: "
              "\"example.org/a:crash\"}]}\n");
  const Ran broken = shop.sync();
  EXPECT_EQ(broken.exit, 3) << broken.out;
  EXPECT_EQ(shop.picture_of_all(), before);

  shop.commit(manifests(2));
  const Ran changed = shop.sync();
  ASSERT_EQ(changed.exit, 0) << changed.out;
  EXPECT_NE(shop.picture_of_all(), before);

  shop.commit(
      "apiVersion: v1\nkind: Namespace\nmetadata: {name: \"@NS@\"}\n---\napiVersion: v1\nkind: "
      "ConfigMap\nmetadata: {name: left, namespace: \"@NS@\"}\n");
  const Ran pruned = shop.sync();
  EXPECT_EQ(pruned.exit, 0) << pruned.out;
  for (const auto& [kind, names] : there(shop, kinds)) {
    if (kind != "namespaces" && kind != "configmaps" && kind != "secrets") {
      ADD_FAILURE() << "not pruned: " << kind << " " << names;
    }
  }
}

}  // namespace
}  // namespace rumbo::cluster_test
