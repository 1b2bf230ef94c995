// Charts that overlays pull: real repositories and a real registry, fetched and pinned before the
// real Kustomize build.
#include <gtest/gtest.h>

#include "control/remotes.h"
#include "crypto/digest.h"
#include "model/memory_snapshot.h"
#include "render/helm/recorded_host.h"
#include "render/kustomize/kustomize.h"
#include "render/kustomize/remote_locations.h"
#include "servers.h"
#include "source/sources.h"

namespace rumbo::charts_test {
namespace {

namespace kustomize = render::kustomize;

class OverlayCharts : public ::testing::Test {
 protected:
  Folder folder_;
  io::Env env_ = io::real_env();
  control::RemotePolicy policy_;
  std::vector<Pin> known_;

  /// What the overlay prints, or "error: …". Each call is a new process with the same cache and
  /// pins.
  std::string build(std::map<std::string, std::string> files, bool enabled = true) {
    const MemorySnapshot tree(std::move(files));
    source::Sources sources(folder_.path() + "/cache", env_);
    control::Remotes remotes(sources, nullptr);
    RenderInputs inputs;
    kustomize::Options options;
    options.helm.enabled = enabled;
    const auto needed = kustomize::remote_locations(tree, "", inputs, options);
    if (!needed) return "error: " + needed.error().to_string();
    std::vector<Pin> pins;
    const auto fetched =
        remotes.fetch_charts(needed->charts, known_, policy_, inputs, pins, Cancel());
    if (!fetched) return "error: " + fetched.error().to_string();
    known_ = pins;
    render::helm::RecordedHost host(inputs);
    options.helm.host = &host;
    const auto built = kustomize::build(tree, "", inputs, options);
    return built ? kustomize::print(*built) : "error: " + built.error().to_string();
  }

  std::string build_of(const std::string& chart) {
    return build({{"kustomization.yaml", "helmCharts: [{" + chart + "}]\n"}});
  }

  /// A repository with these versions of the chart `web`, each saying its own number.
  static void publish(FileServer& server, const std::vector<std::string>& versions) {
    std::string index = "apiVersion: v1\nentries:\n  web:\n";
    for (const std::string& version : versions) {
      const std::string archive = packed_chart("web", version, "says " + version);
      server.set("/web-" + version + ".tgz", archive);
      index += "  - name: web\n    version: " + version + "\n    urls: [web-" + version +
               ".tgz]\n    digest: " + crypto::sha256(archive).substr(7) + "\n";
    }
    server.set("/index.yaml", index);
  }
};

void expect_in(const std::string& text, const std::string& part) {
  EXPECT_NE(text.find(part), text.npos) << text;
}

TEST_F(OverlayCharts, ComeFromARepositoryAndStayWhatTheyWere) {
  FileServer server;
  publish(server, {"1.0.0"});
  const std::string chart = "name: web, repo: '" + server.url() + "', releaseName: r";
  const std::string before = build_of(chart);
  expect_in(before, "says 1.0.0");
  ASSERT_EQ(known_.size(), 1U);
  EXPECT_TRUE(known_[0].id.starts_with("sha256:")) << known_[0].id;
  EXPECT_TRUE(known_[0].name.starts_with("1.0.0@")) << known_[0].name;
  expect_in(known_[0].location, server.url() + "/web newest version");

  // The pin holds, also when the repository has more, or nothing any more.
  publish(server, {"1.0.0", "1.1.0"});
  EXPECT_EQ(build_of(chart), before);
  server.set("/index.yaml", "no index");
  const std::size_t asked = server.seen().size();
  EXPECT_EQ(build_of(chart), before);
  EXPECT_EQ(server.seen().size(), asked);

  publish(server, {"1.0.0", "1.1.0"});
  known_.clear();
  expect_in(build_of(chart), "says 1.1.0");
  expect_in(build_of(chart + ", version: 1.0.0"), "says 1.0.0");
  expect_in(build_of(chart + ", version: ~1.0"), "says 1.0.0");
  expect_in(build_of(chart + ", version: 3.0.0"), "the newest is 1.1.0");
}

TEST_F(OverlayCharts, ComeFromARegistry) {
  const Registry registry(folder_, false);
  if (!registry.running()) GTEST_SKIP() << "docker-registry is not installed";
  registry.push("charts/web", "1.2.3", packed_chart("web", "1.2.3", "says oci"));
  const std::string out =
      build_of("name: web, repo: 'oci://" + registry.host() + "/charts', version: 1.2.3");
  expect_in(out, "says oci");
  ASSERT_EQ(known_.size(), 1U);
  expect_in(known_[0].location, "/charts/web version 1.2.3");
}

TEST_F(OverlayCharts, ValuesOfAPulledChartCanBeNamedByWhereItWouldLie) {
  FileServer server;
  publish(server, {"1.0.0"});
  const std::string chart = "name: web, repo: '" + server.url() + "', version: 1.0.0";
  const std::string plain = build_of(chart);
  EXPECT_EQ(build_of(chart + ", valuesFile: charts/web-1.0.0/web/values.yaml"), plain);
  expect_in(build_of(chart + ", valuesFile: charts/web-1.0.0/web/none.yaml"), "none.yaml");
  expect_in(build_of(chart + ", valuesFile: ../charts/web-1.0.0/web/values.yaml"),
            "leads out of the tree");
}

TEST_F(OverlayCharts, ACopyInTheTreeWins) {
  FileServer server;
  publish(server, {"1.0.0"});
  const std::string out =
      build({{"kustomization.yaml",
              "helmCharts: [{name: web, repo: '" + server.url() + "', version: 1.0.0}]\n"},
             {"charts/web-1.0.0/web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n"},
             {"charts/web-1.0.0/web/values.yaml", "{}\n"},
             {"charts/web-1.0.0/web/templates/c.yaml",
              "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: own}\n"}});
  expect_in(out, "name: own");
  EXPECT_TRUE(server.seen().empty());
}

TEST_F(OverlayCharts, ThoseOfBasesComponentsAndGeneratorsAreFoundToo) {
  FileServer server;
  publish(server, {"1.0.0", "2.0.0", "3.0.0", "4.0.0"});
  const auto chart = [&](const std::string& version) {
    return "{name: web, repo: '" + server.url() + "', releaseName: r" + version.substr(0, 1) +
           ", version: " + version + "}";
  };
  const auto generator = [&](const std::string& version) {
    return "apiVersion: builtin\nkind: HelmChartInflationGenerator\nmetadata: {name: g" +
           version.substr(0, 1) + "}\nname: web\nrepo: '" + server.url() + "'\nreleaseName: r" +
           version.substr(0, 1) + "\nversion: " + version + "\n";
  };
  const std::string out = build(
      {{"kustomization.yaml", "resources: [base]\ncomponents: [c]\ngenerators: [g.yaml, dir]\n"},
       {"base/kustomization.yaml", "helmCharts: [" + chart("1.0.0") + "]\n"},
       {"c/kustomization.yaml",
        "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nhelmCharts: [" +
            chart("2.0.0") + "]\n"},
       {"g.yaml", generator("3.0.0")},
       {"dir/kustomization.yaml", "resources: [g.yaml]\n"},
       {"dir/g.yaml", generator("4.0.0")}});
  for (const char* word : {"says 1.0.0", "says 2.0.0", "says 3.0.0", "says 4.0.0"}) {
    expect_in(out, word);
  }
  EXPECT_EQ(known_.size(), 4U);
}

TEST_F(OverlayCharts, NothingIsFetchedThatIsNotEnabledOrListed) {
  FileServer server;
  publish(server, {"1.0.0"});
  const std::string text = "helmCharts: [{name: web, repo: '" + server.url() + "'}]\n";
  expect_in(build({{"kustomization.yaml", text}}, false), "must specify --enable-helm");
  EXPECT_TRUE(server.seen().empty());
  policy_.allowed.emplace();
  expect_in(build({{"kustomization.yaml", text}}), "is not among those the application may use");
  EXPECT_TRUE(server.seen().empty());
  policy_.allowed->push_back(server.url());
  expect_in(build({{"kustomization.yaml", text}}), "says 1.0.0");
}

TEST_F(OverlayCharts, CredentialsOfTheOwnHostGoAlongOnlyIfItIsListed) {
  FileServer server;
  publish(server, {"1.0.0"});
  server.authorization.with([](std::string& wanted) { wanted = "Basic bWU6aGlkZGVu"; });
  const std::string chart = "name: web, repo: '" + server.url() + "'";
  policy_.own.url = server.url("/team/shop.git");
  policy_.own.credentials_file = folder_.write("credentials", "me:hidden");
  expect_in(build_of(chart), "error: ");
  for (const auto& one : server.seen()) EXPECT_TRUE(one.authorization.empty());
  policy_.allowed = {server.url()};
  expect_in(build_of(chart), "says 1.0.0");
  expect_in(build_of("name: web, repo: 'http://me:hidden@127.0.0.1:1'"), "holds credentials");
}

}  // namespace
}  // namespace rumbo::charts_test
