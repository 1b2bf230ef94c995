// What people install: the manifests of well-known projects, as their charts and kustomizations
// render them. Installed, broken in three ways, upgraded, taken back and deleted; what was there
// before must be there again, byte for byte.
#include <algorithm>
#include <cstdlib>
#include <gtest/gtest.h>
#include <iterator>
#include <regex>

#include "base/strings.h"
#include "shop.h"

namespace rumbo::cluster_test {
namespace {

struct Manifest {
  const char* name;
  const char* path;  ///< in the corpus, with the outputs of the real programs
};

void PrintTo(const Manifest& one, std::ostream* out) {
  *out << one.name;
}

std::string unpacked(io::Env& env, const std::string& path) {
  io::Command command;
  command.argv = {"gzip", "-dc", path};
  command.env = io::minimal_environment();
  command.max_output = 64 << 20;
  const auto ran = env.process.run(command, Cancel().with_deadline(env.clock.mono() + 30s));
  EXPECT_TRUE(ran && ran->status == 0) << path;
  return ran ? ran->out : std::string();
}

std::vector<std::string> documents_of(const std::string& text) {
  std::vector<std::string> out;
  const std::regex separator("(^|\n)---[^\n]*\n");
  std::copy_if(std::sregex_token_iterator(text.begin(), text.end(), separator, -1), {},
               std::back_inserter(out), [](const std::string& one) { return !trim(one).empty(); });
  return out;
}

bool is_workload(const std::string& document) {
  static const std::regex kKind("(^|\n)kind: *(Deployment|StatefulSet|DaemonSet) *(\n|$)");
  return std::regex_search(document, kKind);
}

/// All documents, with another image in the last workload.
std::string with_image(std::vector<std::string> documents, const std::string& image) {
  const auto last = std::find_if(documents.rbegin(), documents.rend(), is_workload);
  EXPECT_TRUE(last != documents.rend()) << "no workload to break";
  if (last != documents.rend()) {
    static const std::regex kImage("image: *\"?[^ \"\n]+\"?");
    *last = std::regex_replace(*last, kImage, "image: " + image);
  }
  return join(documents, "\n---\n");
}

const char* const kAdded = R"(
---
apiVersion: v1
kind: ConfigMap
metadata: {name: added, namespace: "@NS@"}
data: {a: b}
)";

/// Only the real apply rejects the second one.
const char* const kOnePortTwice = R"(
---
apiVersion: v1
kind: Service
metadata: {name: first, namespace: "@NS@"}
spec: {type: NodePort, ports: [{port: 80, nodePort: 31999}]}
---
apiVersion: v1
kind: Service
metadata: {name: second, namespace: "@NS@"}
spec: {type: NodePort, ports: [{port: 80, nodePort: 31999}]}
)";

const char* const kNoSuchPort = R"(
---
apiVersion: v1
kind: Service
metadata: {name: first, namespace: "@NS@"}
spec: {ports: [{port: 99999}]}
)";

class RealWorld : public ::testing::TestWithParam<Manifest> {};

TEST_P(RealWorld, IsInstalledBrokenRestoredUpgradedAndDeleted) {
  NEEDS_CLUSTER();
  const char* corpus = std::getenv("RUMBO_CORPUS");
  if (corpus == nullptr) GTEST_SKIP() << "RUMBO_CORPUS names no corpus";
  Shop shop(std::string("real-") + GetParam().name);
  shop.set_timeout("60s");
  std::vector<std::string> documents =
      documents_of(unpacked(shop.env, std::string(corpus) + "/" + GetParam().path));
  ASSERT_GT(documents.size(), 5U);
  documents.insert(documents.begin(),
                   "apiVersion: v1\nkind: Namespace\nmetadata: {name: \"@NS@\"}\n");

  shop.commit(join(documents, "\n---\n"));
  const Ran first = shop.sync();
  ASSERT_EQ(first.exit, 0) << first.out;
  const std::string before = shop.picture_of_all();
  EXPECT_GT(before.size(), 1000U);
  const Ran again = shop.sync();
  EXPECT_EQ(again.exit, 0) << again.out;
  EXPECT_EQ(shop.picture_of_all(), before);

  shop.commit(with_image(documents, "example.org/web:missing") + kAdded);
  const Ran bad = shop.sync();
  EXPECT_EQ(bad.exit, 3) << bad.out;
  EXPECT_NE(bad.out.find("ImagePullBackOff"), std::string::npos) << bad.out;
  EXPECT_EQ(shop.picture_of_all(), before);

  shop.commit(with_image(documents, "example.org/web:2") + kAdded + kNoSuchPort);
  const Ran refused = shop.sync();
  EXPECT_EQ(refused.exit, 2) << refused.out;
  EXPECT_EQ(shop.picture_of_all(), before);

  shop.commit(with_image(documents, "example.org/web:2") + kAdded + kOnePortTwice);
  const Ran rejected = shop.sync();
  EXPECT_EQ(rejected.exit, 3) << rejected.out;
  EXPECT_EQ(shop.picture_of_all(), before);

  shop.commit(with_image(documents, "example.org/web:2") + kAdded);
  const Ran upgraded = shop.sync();
  EXPECT_EQ(upgraded.exit, 0) << upgraded.out;
  EXPECT_NE(shop.picture_of_all(), before);
  const Ran back = shop.rumbo({"rollback", "shop"});
  EXPECT_EQ(back.exit, 0) << back.out;
  EXPECT_EQ(shop.picture_of_all(), before);

  const Ran gone = shop.rumbo(
      {"delete", "shop", "--cascade", "--delete-namespaces", "--delete-crds", "--delete-volumes"});
  EXPECT_EQ(gone.exit, 0) << gone.out;
  EXPECT_EQ(shop.picture_of_all(), "");
}

INSTANTIATE_TEST_SUITE_P(
    Projects, RealWorld,
    ::testing::Values(
        Manifest{"argocd",
                 "kustomize/expected/"
                 "argoproj+argo-cd__manifests__cluster-install-with-hydrator.yaml.gz"},
        Manifest{"certmanager",
                 "helm/expected/"
                 "cert-manager__cert-manager--cert-manager-v0.0.0--default.yaml.gz"},
        Manifest{"ingressnginx",
                 "helm/expected/kubernetes__ingress-nginx--ingress-nginx-4.15.1--default.yaml.gz"},
        Manifest{"cloudnativepg",
                 "kustomize/expected/cloudnative-pg+cloudnative-pg__config__default.yaml.gz"}),
    [](const ::testing::TestParamInfo<Manifest>& one) { return std::string(one.param.name); });

}  // namespace
}  // namespace rumbo::cluster_test
