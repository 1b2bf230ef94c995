// Remote bases and files of overlays: a real Git server and a file server on the loopback, and the
// real Kustomize build over what they gave.
#include "control/remotes.h"

#include <gtest/gtest.h>

#include "git_server.h"
#include "model/memory_snapshot.h"
#include "render/kustomize/kustomize.h"
#include "render/kustomize/remote_locations.h"
#include "source/sources.h"

namespace rumbo::git_test {
namespace {

namespace kustomize = render::kustomize;
using control::Fetched;
using control::RemotePolicy;
using control::Remotes;

std::string config_map(const std::string& name) {
  return "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: " + name + "}\ndata: {a: b}\n";
}

std::string named(const std::string& name) {
  return "apiVersion: v1\ndata:\n  a: b\nkind: ConfigMap\nmetadata:\n  name: " + name + "\n";
}

class RemoteBases : public ::testing::Test {
 protected:
  Sources sources_;
  Repository repository_{sources_.folder, "base"};
  GitServer server_{sources_.folder.path()};
  source::Sources git_{sources_.folder.path(), sources_.env};
  source::HttpFiles files_{sources_.folder.path() + "/files", sources_.env};
  std::map<std::string, std::string> served_;  ///< by path
  bool up_ = true;
  int asked_ = 0;
  HttpServer web_{[this](const auto& request, auto& peer) {
    ++asked_;
    const auto it = served_.find(request.target);
    if (!up_) return peer.close();
    if (it == served_.end()) return void(peer.answer(404, ""));
    peer.answer(200, it->second);
  }};
  RemotePolicy policy_;
  std::vector<Pin> known_;

  std::string base(const std::string& path = "", const std::string& ref = "") {
    return server_.url("/base/.git") + (path.empty() ? "" : "//" + path) +
           (ref.empty() ? "" : "?ref=" + ref);
  }

  Result<Fetched> fetch(const Snapshot& tree) {
    const auto missing = [&](const auto& here) -> Result<std::vector<std::string>> {
      RenderInputs inputs;
      inputs.snapshots = here;
      return TRY(kustomize::remote_locations(tree, "", inputs, {})).snapshots;
    };
    return Remotes(git_, &files_).fetch_all(missing, known_, policy_, Cancel());
  }

  /// What the overlay prints, or "error: …". Its pins are known from then on.
  std::string build(std::map<std::string, std::string> files) {
    const MemorySnapshot tree(std::move(files));
    auto fetched = fetch(tree);
    if (!fetched) return "error: " + fetched.error().to_string();
    known_ = fetched->pins;
    RenderInputs inputs;
    inputs.snapshots = fetched->snapshots;
    const auto built = kustomize::build(tree, "", inputs, {});
    return built ? kustomize::print(*built) : "error: " + built.error().to_string();
  }

  std::string build_of(const std::string& location) {
    return build({{"kustomization.yaml", "resources: ['" + location + "']\n"}});
  }
};

void expect_error(const std::string& said, const std::string& part) {
  EXPECT_TRUE(said.starts_with("error: ")) << said;
  EXPECT_NE(said.find(part), said.npos) << said;
}

TEST_F(RemoteBases, ARepositoryIsABase) {
  repository_.write("app/kustomization.yaml", "resources: [c.yaml]\nnamePrefix: p-\n");
  repository_.write("app/c.yaml", config_map("c"));
  const std::string id = repository_.commit("one");
  EXPECT_EQ(build_of(base("app")), named("p-c"));
  ASSERT_EQ(known_.size(), 1U);
  EXPECT_EQ(known_[0].id, id);
  EXPECT_EQ(known_[0].location, base("app"));
  EXPECT_EQ(build_of(base("app", "main")), named("p-c"));
  EXPECT_EQ(build_of(base("app", id)), named("p-c"));
  EXPECT_EQ(build_of(base("app", "refs/heads/main")), named("p-c"));
  expect_error(build_of(base("app", "nowhere")), "nowhere");
  expect_error(build_of(base("elsewhere")), "kustomization.yaml");
}

TEST_F(RemoteBases, ATagWinsOverABranchOfTheSameName) {
  repository_.write("kustomization.yaml", "resources: [c.yaml]\n");
  repository_.write("c.yaml", config_map("tagged"));
  repository_.commit("one");
  repository_.git({"tag", "v1"});
  repository_.git({"checkout", "-q", "-b", "v1"});
  repository_.write("c.yaml", config_map("branched"));
  repository_.commit("two");
  EXPECT_EQ(build_of(base("", "v1")), named("tagged"));
}

TEST_F(RemoteBases, APinnedBaseStaysTheSameAlsoWithoutItsServer) {
  repository_.write("kustomization.yaml", "resources: [c.yaml]\n");
  repository_.write("c.yaml", config_map("one"));
  repository_.commit("one");
  served_["/x.yaml"] = config_map("x");
  const std::string overlay = "resources: ['" + base() + "', '" + web_.url("/x.yaml") + "']\n";
  const std::string before = build({{"kustomization.yaml", overlay}});
  ASSERT_EQ(before, named("one") + "---\n" + named("x"));
  repository_.write("c.yaml", config_map("two"));
  repository_.commit("two");
  served_["/x.yaml"] = config_map("y");
  EXPECT_EQ(build({{"kustomization.yaml", overlay}}), before);
  server_.redirect = "http://127.0.0.1:1";
  up_ = false;
  asked_ = 0;
  EXPECT_EQ(build({{"kustomization.yaml", overlay}}), before);
  EXPECT_EQ(asked_, 0);
  known_.clear();
  expect_error(build({{"kustomization.yaml", overlay}}), "while fetching the remote location");
}

TEST_F(RemoteBases, AFileThatChangedIsNoPinnedFile) {
  served_["/x.yaml"] = config_map("x");
  const std::string overlay = "resources: ['" + web_.url("/x.yaml") + "']\n";
  ASSERT_EQ(build({{"kustomization.yaml", overlay}}), named("x"));
  ASSERT_TRUE(sources_.env.files.remove_tree(sources_.folder.path() + "/files"));
  EXPECT_EQ(build({{"kustomization.yaml", overlay}}), named("x"));
  ASSERT_TRUE(sources_.env.files.remove_tree(sources_.folder.path() + "/files"));
  served_["/x.yaml"] = config_map("y");
  expect_error(build({{"kustomization.yaml", overlay}}), "holds other bytes than it did");
}

TEST_F(RemoteBases, FilesByUrlAreUsedWhereverAFileMayStand) {
  served_["/patch.yaml"] = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {a: z}\n";
  served_["/app.env"] = "K=v\n";
  const std::string out =
      build({{"kustomization.yaml",
              "resources: [c.yaml]\npatches: [{path: '" + web_.url("/patch.yaml") +
                  "'}]\nconfigMapGenerator: [{name: g, envs: ['" + web_.url("/app.env") +
                  "'], options: {disableNameSuffixHash: true}}]\n"},
             {"c.yaml", config_map("c")}});
  EXPECT_NE(out.find("a: z"), out.npos) << out;
  EXPECT_NE(out.find("K: v"), out.npos) << out;
  EXPECT_EQ(known_.size(), 2U);
}

TEST_F(RemoteBases, BasesOfBasesAreFound) {
  Repository inner(sources_.folder, "inner");
  inner.write("deep/kustomization.yaml", "resources: ['" + web_.url("/x.yaml") + "']\n");
  inner.commit("one");
  served_["/x.yaml"] = config_map("x");
  repository_.write("a/kustomization.yaml", "resources: [../b]\n");
  repository_.write("b/kustomization.yaml",
                    "resources: ['" + server_.url("/inner/.git") + "//deep']\nnameSuffix: -s\n");
  repository_.commit("one");
  EXPECT_EQ(build_of(base("a")), named("x-s"));
  EXPECT_EQ(known_.size(), 3U);
}

TEST_F(RemoteBases, BasesThatNameEachOtherEnd) {
  repository_.write("kustomization.yaml", "resources: ['" + base() + "']\n");
  repository_.commit("one");
  expect_error(build_of(base()), "cycle detected");
  // Another reference each time is another location: a bound ends it.
  Repository chain(sources_.folder, "chain");
  for (int at = 0; at < 70; ++at) {
    chain.write(
        std::to_string(at) + "/kustomization.yaml",
        "resources: ['" + server_.url("/chain/.git") + "//" + std::to_string(at + 1) + "']\n");
  }
  chain.commit("one");
  expect_error(build_of(server_.url("/chain/.git") + "//0"), "64");
}

TEST_F(RemoteBases, NothingLeavesTheRepository) {
  repository_.write("a/kustomization.yaml", "resources: [../../../x.yaml]\n");
  repository_.write("b/kustomization.yaml", "resources: [../c.yaml]\n");
  repository_.write("c.yaml", config_map("c"));
  repository_.commit("one");
  expect_error(build_of(base("a")), "x.yaml");
  expect_error(build_of(base("b")), "is not in or below 'b'");
  expect_error(build_of(base("../../a")), "");
}

TEST_F(RemoteBases, OnlyWhatTheConfigurationListsIsFetched) {
  repository_.write("kustomization.yaml", "resources: [c.yaml]\n");
  repository_.write("c.yaml", config_map("c"));
  repository_.commit("one");
  policy_.allowed = {server_.url("/base")};
  EXPECT_EQ(build_of(base()), named("c"));
  policy_.allowed = {server_.url("/bas")};
  expect_error(build_of(base()), "is not among those the application may use");
  policy_.allowed = {server_.url("/other/")};
  expect_error(build_of(server_.url("/other/../base/.git")), "is not among those");
  policy_.allowed.emplace();
  expect_error(build_of(base()), "kustomize.remotes");
  EXPECT_EQ(asked_, 0);
}

TEST_F(RemoteBases, RepositoriesOfThisMachineAreForTheCommandLineOnly) {
  repository_.write("kustomization.yaml", "resources: [c.yaml]\n");
  repository_.write("c.yaml", config_map("c"));
  repository_.commit("one");
  const std::string location = repository_.url() + "/.git//?ref=main";
  expect_error(build_of(location), "is a repository of this machine");
  policy_.local_repositories = true;
  EXPECT_EQ(build_of(location), named("c"));
}

TEST_F(RemoteBases, CredentialsGoToTheOwnHostAlone) {
  server_.authorization = "Basic bWU6aGlk4oKsZGVu";
  const std::string file = sources_.folder.path() + "/credentials";
  ASSERT_TRUE(sources_.env.files.write_atomic(file, "me:hid€den"));
  repository_.write("kustomization.yaml", "resources: [c.yaml]\n");
  repository_.write("c.yaml", config_map("c"));
  repository_.commit("one");
  policy_.own.url = server_.url("/shop.git");
  policy_.own.credentials_file = file;
  expect_error(build_of(base()), "git");  // nobody listed it
  policy_.allowed = {server_.url("/base")};
  EXPECT_EQ(build_of(base()), named("c"));
  policy_.own.url = "http://git.example.com/shop.git";
  known_.clear();
  expect_error(build_of(base()), "git");
  // What others fetched with their credentials is not here for those without.
  expect_error(build_of(base("", repository_.git({"rev-parse", "HEAD"}))), "git");
}

TEST_F(RemoteBases, CredentialsInALocationAreRefusedAndNeverPrinted) {
  for (const std::string location :
       {"https://me:hidden@git.example.com/a/b//c", "https://hidden@git.example.com/a/b.git",
        "git::https://hidden@git.example.com/a/b.git", "http://me:hidden@example.com/x.yaml"}) {
    const std::string said = build_of(location);
    expect_error(said, "holds credentials");
    EXPECT_EQ(said.find("hidden"), said.npos) << said;
  }
}

TEST_F(RemoteBases, TooLargeFilesAndWebPagesAreRefused) {
  served_["/page"] = "<!DOCTYPE html><html></html>";
  served_["/large.yaml"] = std::string(source::HttpFiles::kMostBytes + 1, 'x');
  expect_error(build_of(web_.url("/page")), "web page");
  expect_error(build_of(web_.url("/large.yaml")), "");
  expect_error(build_of(web_.url("/none.yaml")), "404");
}

TEST_F(RemoteBases, OptionsInAReferenceAreNoOptions) {
  repository_.write("kustomization.yaml", "resources: [c.yaml]\n");
  repository_.commit("one");
  for (const std::string ref : {"--upload-pack=touch /tmp/x", "-x", "a..b", "v1 --exec=x"}) {
    expect_error(build_of(base("", ref)), "reference");
  }
}

}  // namespace
}  // namespace rumbo::git_test
