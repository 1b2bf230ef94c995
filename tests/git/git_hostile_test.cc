// Repositories that are too large, full of traps, or point elsewhere.
#include <filesystem>
#include <gtest/gtest.h>

#include "base/strings.h"
#include "render/plain.h"
#include "repository.h"

namespace rumbo::git_test {
namespace {

class GitHostile : public ::testing::Test {
 protected:
  Sources sources_;
  Repository repository_{sources_.folder, "origin"};

  /// Objects made by `git fast-import`: many at once.
  void import(const std::string& stream) {
    io::Command command;
    command.argv = {"git", "-C", repository_.path(), "fast-import", "--quiet", "--force"};
    command.env = io::minimal_environment();
    command.input = stream;
    const auto exit = io::real_process().run(command, Cancel());
    ASSERT_TRUE(exit && exit->status == 0) << (exit ? exit->err : "");
  }
  static std::string head(const std::string& message) {
    return "commit refs/heads/main\ncommitter T <t@example.com> 1700000000 +0000\ndata " +
           std::to_string(message.size()) + "\n" + message + "\n";
  }
  static std::string entry(const std::string& path, const std::string& text,
                           const std::string& mode = "100644") {
    return "M " + mode + " inline " + path + "\ndata " + std::to_string(text.size()) + "\n" + text +
           "\n";
  }
  std::string render(const std::string& text) {
    import(head("c") + entry("deploy/a.yaml", text));
    GitSpec spec = branch(repository_.url());
    spec.path = "deploy";
    const auto snapshot = sources_.look(spec);
    if (!snapshot) return snapshot.error().to_string();
    const auto rendered = render::PlainRenderer().render(**snapshot, {"deploy", "ns", {}}, {});
    return rendered ? "rendered" : rendered.error().to_string();
  }
};

TEST_F(GitHostile, AHundredThousandFiles) {
  std::string stream = head("many");
  for (int i = 0; i < 100'000; ++i) {
    stream += entry("apps/a" + std::to_string(i / 100) + "/f" + std::to_string(i) + ".yaml", "");
  }
  stream += entry("deploy/a.yaml", "1");
  import(stream);
  GitSpec spec = branch(repository_.url());
  const auto all = sources_.look(spec);
  ASSERT_FALSE(all);
  EXPECT_EQ(all.error().code(), Code::too_large) << all.error().to_string();
  EXPECT_NE(all.error().hint().find("source.git.path"), std::string::npos);
  spec.path = "deploy";
  const auto some = sources_.look(spec);
  ASSERT_TRUE(some) << some.error().to_string();
  EXPECT_EQ((*some)->read("deploy/a.yaml"), "1");
  EXPECT_EQ((*some)->list("apps/a7")->size(), 100U);
}

TEST_F(GitHostile, AFileOfAHundredMegabytes) {
  import(head("large") + entry("deploy/large.yaml", std::string(100 << 20, 'x')) +
         entry("other/a.yaml", "1"));
  GitSpec spec = branch(repository_.url());
  spec.path = "deploy";
  const auto found = sources_.look(spec);
  ASSERT_TRUE(found) << found.error().to_string();
  const auto large = (*found)->read("deploy/large.yaml");
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().code(), Code::too_large);
  EXPECT_NE(large.error().to_string().find("deploy/large.yaml"), std::string::npos);
}

TEST_F(GitHostile, ATransferEndsAtItsBound) {
  std::string noise;
  std::uint64_t seed = 88172645463325252ull;
  for (int i = 0; i < 400'000; ++i) {  // 3 MB that do not compress
    seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
    noise.append(reinterpret_cast<const char*>(&seed), 8);
  }
  import(head("noise") + entry("deploy/noise", noise));
  SourceBounds bounds;
  bounds.max_download = 1 << 20;
  const auto found = sources_.look(branch(repository_.url()), bounds);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code(), Code::too_large) << found.error().to_string();
  EXPECT_EQ(found.error().retry(), Retry::never);
  // What came until then is gone, and does not eat the disk at each try.
  for (const auto& one : std::filesystem::recursive_directory_iterator(sources_.folder.path())) {
    EXPECT_FALSE(one.path().filename().string().starts_with("tmp_pack")) << one.path();
  }
  EXPECT_TRUE(sources_.look(branch(repository_.url())));
}

TEST_F(GitHostile, YamlThatWouldCostTooMuch) {
  std::string deep;
  for (int i = 0; i < 10'000; ++i) deep += "[";
  EXPECT_NE(render("a: " + deep + "\n").find("deploy/a.yaml:1"), std::string::npos);
  std::string nested = "a: {";
  for (int i = 0; i < 10'000; ++i) nested += "a: {";
  EXPECT_NE(render(nested).find("deploy/a.yaml:1"), std::string::npos);
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    const std::string last = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + last;
    for (int j = 0; j < 9; ++j) bomb += ", " + last;
    bomb += "]\n";
  }
  const std::string said = render(bomb);
  EXPECT_NE(said.find("deploy/a.yaml"), std::string::npos) << said;
  EXPECT_NE(said, "rendered");
}

TEST_F(GitHostile, BytesThatAreNoText) {
  const std::string said = render("kind: ConfigMap\nmetadata: {name: \"\xff\xfe\"}\n");
  EXPECT_NE(said.find("deploy/a.yaml:2"), std::string::npos) << said;
  import(head("name") + "M 100644 inline \"deploy/\\377\\n.yaml\"\ndata 2\n1\n\n");
  const auto found = sources_.look(branch(repository_.url()));
  ASSERT_TRUE(found) << found.error().to_string();
}

TEST_F(GitHostile, ASymlinkToEtcPasswdIsNotRead) {
  import(head("link") + entry("deploy/a.yaml", "/etc/passwd", "120000"));
  GitSpec spec = branch(repository_.url());
  spec.path = "deploy";
  const auto snapshot = sources_.look(spec);
  ASSERT_TRUE(snapshot);
  const auto rendered = render::PlainRenderer().render(**snapshot, {"deploy", "ns", {}}, {});
  ASSERT_FALSE(rendered);
  EXPECT_EQ(rendered.error().code(), Code::denied);
  EXPECT_NE(rendered.error().to_string().find("deploy/a.yaml"), std::string::npos);
  EXPECT_EQ(rendered.error().to_string().find("root:"), std::string::npos);
}

TEST_F(GitHostile, PointersOfLfsAreNamed) {
  import(head("lfs") +
         entry("deploy/big.bin",
               "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n"));
  const auto found = sources_.look(branch(repository_.url()));
  ASSERT_TRUE(found);
  EXPECT_TRUE((*found)->warnings().empty());
  ASSERT_TRUE((*found)->read("deploy/big.bin"));
  ASSERT_EQ((*found)->warnings().size(), 1U);
  EXPECT_NE((*found)->warnings()[0].find("`deploy/big.bin` only points to a file of Git LFS"),
            std::string::npos);
}

TEST_F(GitHostile, SubmodulesWhenAskedFor) {
  Repository inner(sources_.folder, "inner"), library(sources_.folder, "library");
  inner.write("x.yaml", "inner");
  inner.commit("x");
  library.write("y.yaml", "library");
  library.git({"submodule", "--quiet", "add", inner.url(), "deep/inner"});
  library.commit("y");
  repository_.write("a", "1");
  repository_.git({"submodule", "--quiet", "add", "../library", "vendor/lib"});
  const std::string first = repository_.commit("submodule");
  GitSpec spec = branch(repository_.url());
  spec.submodules = true;
  const auto found = sources_.look(spec);
  ASSERT_TRUE(found) << found.error().to_string();
  EXPECT_EQ((*found)->read("vendor/lib/y.yaml"), "library");
  EXPECT_EQ((*found)->read("vendor/lib/deep/inner/x.yaml"), "inner");
  EXPECT_EQ((*found)->read("a"), "1");
  EXPECT_TRUE((*found)->warnings().empty());
  EXPECT_EQ((*found)->list("vendor")->size(), 3U) << ".gitmodules, x.yaml, y.yaml";
  // One that moved: what it holds now.
  library.write("y.yaml", "newer");
  library.commit("z");
  repository_.git({"-C", "vendor/lib", "pull", "--quiet", "origin", "main"});
  repository_.commit("bump");
  EXPECT_EQ((*sources_.look(spec))->read("vendor/lib/y.yaml"), "newer");
  const auto before = sources_.source.fetch(spec, {first, "x", ""}, {}, {});
  ASSERT_TRUE(before);
  EXPECT_EQ((*before)->read("vendor/lib/y.yaml"), "library");
}

TEST_F(GitHostile, DeletedBranchesAndTags) {
  repository_.write("a", "1");
  repository_.commit("one");
  repository_.git({"branch", "gone"});
  ASSERT_TRUE(sources_.look(branch(repository_.url(), "gone")));
  repository_.git({"branch", "-D", "gone"});
  const auto found = sources_.look(branch(repository_.url(), "gone"));
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code(), Code::not_found);
  EXPECT_NE(found.error().to_string().find("the repository has no branch gone"), std::string::npos)
      << found.error().to_string();
}

}  // namespace
}  // namespace rumbo::git_test
