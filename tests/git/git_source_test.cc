// GitSource against real local repositories.
#include <gtest/gtest.h>
#include <thread>

#include "base/strings.h"
#include "repository.h"
#include "source/git_refs.h"

namespace rumbo::git_test {
namespace {

std::string names(const Result<std::vector<SnapshotFile>>& files) {
  if (!files) return files.error().to_string();
  std::string out;
  for (const auto& file : *files)
    out += file.path + (file.symlink ? "@ " : file.executable ? "* " : " ");
  return out;
}

class Git : public ::testing::Test {
 protected:
  Sources sources_;
  Repository repository_{sources_.folder, "origin"};

  std::shared_ptr<const Snapshot> snapshot(const GitSpec& spec) {
    auto found = sources_.look(spec);
    EXPECT_TRUE(found) << found.error().to_string();
    return found ? *found : nullptr;
  }
  Result<Revision> resolve(const GitSpec& spec) { return sources_.source.resolve(spec, {}); }
  /// Makes the server unreachable and back.
  void server(bool up) {
    const std::string path = repository_.path(), away = path + ".away";
    ASSERT_TRUE(io::real_filesystem().rename(up ? away : path, up ? path : away));
  }
  std::string mirror() {
    const std::string folder = sources_.folder.path() + "/mirrors";
    return folder + "/" + io::real_filesystem().list(folder)->front();
  }
};

TEST_F(Git, ReadsABranchWithSubjectAndFiles) {
  repository_.write("deploy/web.yaml", "a: 1\n");
  repository_.write("deploy/run.sh", "exit\n");
  repository_.write("README.md", std::string("\0\xff", 2));
  repository_.git({"add", "--all"});
  repository_.git({"update-index", "--chmod=+x", "deploy/run.sh"});
  const std::string id = repository_.commit("Add web: \xc3\xa4\n\nBody\n");
  const auto files = snapshot(branch(repository_.url()));
  ASSERT_TRUE(files);
  EXPECT_EQ(files->revision().id, id);
  EXPECT_EQ(files->revision().name, "main@" + id.substr(0, 7));
  EXPECT_EQ(files->revision().subject, "Add web: \xc3\xa4");
  EXPECT_EQ(names(files->list("")), "README.md deploy/run.sh deploy/web.yaml ");
  EXPECT_EQ(names(files->list("deploy/")), "deploy/run.sh deploy/web.yaml ");
  EXPECT_EQ(files->read("deploy/web.yaml"), "a: 1\n");
  EXPECT_EQ(files->read("./README.md"), std::string("\0\xff", 2));
  EXPECT_EQ(files->read("nope").error().code(), Code::not_found);
  EXPECT_EQ(files->list("nope").error().code(), Code::not_found);
  EXPECT_EQ(files->read("deploy/../../x").error().code(), Code::invalid);
}

TEST_F(Git, PlainPathsWorkAsUrls) {
  repository_.write("a", "1");
  repository_.commit("a");
  EXPECT_TRUE(sources_.look(branch(repository_.path())));
}

TEST_F(Git, EveryKindOfReference) {
  repository_.write("a", "1");
  const std::string first = repository_.commit("one");
  repository_.git({"tag", "v1.0.0"});
  repository_.write("a", "2");
  const std::string second = repository_.commit("two");
  repository_.git({"tag", "--annotate", "--message", "m", "v1.2.0"});
  repository_.git({"tag", "v2.0.0-rc.1"});
  repository_.git({"update-ref", "refs/pull/7/head", first});
  const auto id = [&](auto set) {
    GitSpec spec;
    spec.url = repository_.url();
    set(spec.ref);
    const auto revision = resolve(spec);
    return revision ? revision->id + " " + revision->name : revision.error().to_string();
  };
  const std::string short_first = "@" + first.substr(0, 7),
                    short_second = "@" + second.substr(0, 7);
  EXPECT_EQ(id([](GitRef& ref) { ref.branch = "main"; }), second + " main" + short_second);
  EXPECT_EQ(id([](GitRef& ref) { ref.tag = "v1.0.0"; }), first + " v1.0.0" + short_first);
  EXPECT_EQ(id([](GitRef& ref) { ref.tag = "v1.2.0"; }), second + " v1.2.0" + short_second);
  EXPECT_EQ(id([](GitRef& ref) { ref.semver = "^1.0"; }), second + " v1.2.0" + short_second);
  EXPECT_EQ(id([](GitRef& ref) { ref.semver = "1.0.x"; }), first + " v1.0.0" + short_first);
  EXPECT_EQ(id([](GitRef& ref) { ref.semver = ">=2.0.0-0"; }),
            second + " v2.0.0-rc.1" + short_second);
  EXPECT_EQ(id([](GitRef& ref) { ref.name = "refs/pull/7/head"; }),
            first + " refs/pull/7/head" + short_first);
  EXPECT_EQ(id([&](GitRef& ref) { ref.commit = first; }), first + " " + first.substr(0, 7));
  EXPECT_EQ(id([](GitRef&) {}), second + " HEAD" + short_second);
}

TEST_F(Git, WhatIsNotThereIsNotTriedAgain) {
  repository_.write("a", "1");
  repository_.commit("one");
  const auto expect = [&](auto set, Code code) {
    GitSpec spec;
    spec.url = repository_.url();
    set(spec);
    const auto revision = resolve(spec);
    ASSERT_FALSE(revision);
    EXPECT_EQ(revision.error().code(), code) << revision.error().to_string();
    EXPECT_EQ(revision.error().retry(), Retry::never) << revision.error().to_string();
  };
  expect([](GitSpec& spec) { spec.ref.branch = "nope"; }, Code::not_found);
  expect([](GitSpec& spec) { spec.ref.semver = ">=9"; }, Code::not_found);
  expect([](GitSpec& spec) { spec.ref.semver = "what"; }, Code::invalid);
  expect([](GitSpec& spec) { spec.ref.commit = "abc1234"; }, Code::invalid);
  expect([](GitSpec& spec) { spec.ref.name = "main"; }, Code::invalid);
  expect([](GitSpec& spec) { spec.ref.branch = "--upload-pack=x"; }, Code::not_found);
  expect([](GitSpec& spec) { spec.ref.branch = "a*"; }, Code::invalid);
  expect([](GitSpec& spec) { spec.ref.branch = spec.ref.tag = "a"; }, Code::invalid);
  expect([](GitSpec& spec) { spec.url += "/missing"; }, Code::not_found);
  GitSpec other = branch(repository_.url());
  other.ref.branch = "nope";
  EXPECT_TRUE(source::is_missing_reference(resolve(other).error()));
  other.url += "/missing";
  EXPECT_FALSE(source::is_missing_reference(resolve(other).error()))
      << "no repository is no answer";
  expect([](GitSpec& spec) { spec.url = "--upload-pack=touch /tmp/x"; }, Code::invalid);
  expect([](GitSpec& spec) { spec.url = "ext::sh -c true"; }, Code::invalid);
  expect([](GitSpec& spec) { spec.url = "ftp://host/x"; }, Code::invalid);
  expect([](GitSpec& spec) { spec.url = "relative/path"; }, Code::invalid);
  expect([&](GitSpec& spec) { spec.credentials_file = sources_.folder.path() + "/none"; },
         Code::not_found);
}

TEST_F(Git, APasswordInTheUrlIsRefusedAndNeverShown) {
  const auto revision = resolve(branch("https://me:hidden@127.0.0.1/x"));
  ASSERT_FALSE(revision);
  EXPECT_EQ(revision.error().code(), Code::invalid);
  EXPECT_EQ(revision.error().to_string().find("hidden"), std::string::npos);
  EXPECT_FALSE(revision.error().hint().empty());
}

TEST_F(Git, AMissingCommitIsNotFound) {
  repository_.write("a", "1");
  repository_.commit("one");
  GitSpec spec;
  spec.url = repository_.url();
  spec.ref.commit = std::string(40, 'a');
  const auto found = sources_.look(spec);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code(), Code::not_found) << found.error().to_string();
  EXPECT_EQ(found.error().retry(), Retry::never);
}

TEST_F(Git, OldCommitsAndForcePushesWork) {
  repository_.write("a", "1");
  const std::string first = repository_.commit("one");
  repository_.write("a", "2");
  repository_.commit("two");
  EXPECT_EQ(snapshot(branch(repository_.url()))->read("a"), "2");
  repository_.git({"reset", "--quiet", "--hard", first});
  repository_.write("a", "3");
  repository_.commit("three");
  EXPECT_EQ(snapshot(branch(repository_.url()))->read("a"), "3");
  GitSpec old;
  old.url = repository_.url();
  old.ref.commit = first;
  EXPECT_EQ(snapshot(old)->read("a"), "1");
}

TEST_F(Git, AServerThatIsDownDoesNotBreakWhatWasFetched) {
  repository_.write("a", "1");
  repository_.commit("one");
  const GitSpec spec = branch(repository_.url());
  const auto revision = resolve(spec);
  ASSERT_TRUE(revision);
  ASSERT_TRUE(sources_.source.fetch(spec, *revision, {}, {}));
  server(false);
  EXPECT_FALSE(resolve(spec));
  const auto again = sources_.source.fetch(spec, *revision, {}, {});
  ASSERT_TRUE(again) << again.error().to_string();
  EXPECT_EQ((*again)->read("a"), "1");
  // Also for the next process.
  source::GitSource restarted(sources_.folder.path() + "/mirrors", sources_.env);
  EXPECT_EQ((*restarted.fetch(spec, *revision, {}, {}))->read("a"), "1");
}

TEST_F(Git, ChangesNameWhatDiffersAndHow) {
  for (const char* file : {"a/x", "b/x", "b/y", "c"}) repository_.write(file, "1");
  const std::string first = repository_.commit("one");
  repository_.write("b/x", "2");
  repository_.write("b/z", "2");
  ASSERT_TRUE(io::real_filesystem().remove(repository_.path() + "/b/y"));
  repository_.git({"add", "--all"});
  repository_.git({"update-index", "--chmod=+x", "c"});
  repository_.git({"commit", "--quiet", "--message", "two"});
  const std::string second = repository_.git({"rev-parse", "HEAD"});
  const GitSpec spec = branch(repository_.url());
  const auto changes = [&](const std::string& from, const std::string& to) {
    const auto result = sources_.source.changes(spec, {.id = from, .name = "", .subject = ""},
                                                {.id = to, .name = "", .subject = ""}, {});
    if (!result) return result.error().to_string();
    std::string out;
    for (const FileChange& one : *result) out += one.path + (one.content_only ? " " : "! ");
    return out;
  };
  EXPECT_NE(changes(first, second).find("is not here any more"), std::string::npos);
  ASSERT_TRUE(sources_.source.fetch(spec, {.id = first, .name = "x", .subject = ""}, {}, {}));
  EXPECT_EQ(changes(first, second), "b/x b/y! b/z! c! ") << "brings what it needs";
  EXPECT_EQ(changes(second, first), "b/x b/y! b/z! c! ");
  EXPECT_EQ(changes(first, first), "");
}

TEST_F(Git, TheListOfTheNextCommitIsMadeFromTheLast) {
  // Also the whole way around: it must be the same as one read anew.
  for (int i = 0; i < 20; ++i) repository_.write("d/" + std::to_string(i), "1");
  repository_.commit("one");
  ASSERT_TRUE(sources_.look(branch(repository_.url())));
  repository_.write("d/5", "22");
  repository_.write("a/new", "333");
  repository_.write("d/19x", "");
  ASSERT_TRUE(io::real_filesystem().remove(repository_.path() + "/d/7"));
  repository_.commit("two");
  const auto made = snapshot(branch(repository_.url()));
  source::GitSource fresh(sources_.folder.path() + "/mirrors2", sources_.env);
  const auto anew = fresh.fetch(branch(repository_.url()), made->revision(), {}, {});
  ASSERT_TRUE(anew);
  const auto text = [](const Snapshot& snapshot) {
    std::string out;
    const auto files = snapshot.list("");
    for (const auto& file : *files) {
      out += file.path + " " + std::to_string(file.size) + " " + *snapshot.read(file.path) + "\n";
    }
    return out;
  };
  EXPECT_EQ(text(*made), text(**anew));
  EXPECT_NE(text(*made).find("a/new 3 333\nd/0 1 1\n"), std::string::npos) << text(*made);
}

TEST_F(Git, SymlinksAreFollowedOnlyWithinTheTree) {
  repository_.write("base/a.yaml", "a");
  repository_.write("deploy/b.yaml", "b");
  const auto link = [&](const std::string& target, const std::string& name) {
    io::Command command;
    command.argv = {"ln", "-s", "--", target, repository_.path() + "/" + name};
    command.env = io::minimal_environment();
    ASSERT_EQ(io::real_process().run(command, {})->status, 0);
  };
  link("../base/a.yaml", "deploy/linked.yaml");
  link("../base", "deploy/folder");
  link("/etc/passwd", "deploy/absolute");
  link("../../../etc/passwd", "deploy/outside");
  link("loop", "deploy/loop");
  link("missing", "deploy/dangling");
  repository_.commit("links");
  const auto files = snapshot(branch(repository_.url()));
  ASSERT_TRUE(files);
  EXPECT_EQ(files->read("deploy/linked.yaml"), "a");
  EXPECT_EQ(files->read("deploy/folder/a.yaml"), "a");
  EXPECT_EQ(names(files->list("deploy/folder")), "deploy/folder/a.yaml ");
  EXPECT_EQ(files->read("deploy/absolute").error().code(), Code::denied);
  EXPECT_EQ(files->read("deploy/outside").error().code(), Code::denied);
  EXPECT_EQ(files->read("deploy/loop").error().code(), Code::invalid);
  EXPECT_EQ(files->read("deploy/dangling").error().code(), Code::not_found);
  EXPECT_EQ(names(files->list("deploy")),
            "deploy/absolute@ deploy/b.yaml deploy/dangling@ deploy/folder@ deploy/linked.yaml@ "
            "deploy/loop@ deploy/outside@ ");
}

TEST_F(Git, SubmodulesAreLeftOutWithAWarning) {
  Repository library(sources_.folder, "library");
  library.write("x", "1");
  library.commit("x");
  repository_.git({"submodule", "--quiet", "add", library.url(), "vendor/lib"});
  repository_.commit("submodule");
  const auto files = snapshot(branch(repository_.url()));
  ASSERT_TRUE(files);
  EXPECT_EQ(names(files->list("")), ".gitmodules ");
  EXPECT_EQ(files->warnings(), std::vector<std::string>{"submodule `vendor/lib` is not read"});
}

TEST_F(Git, BoundsCountBelowThePathAndNameTheFile) {
  repository_.write("big/large.bin", std::string(5000, 'x'));
  repository_.write("small/a", "1");
  repository_.write("small/b", "2");
  repository_.commit("files");
  GitSpec spec = branch(repository_.url());
  const SourceBounds bounds{.max_bytes = 4000, .max_file_bytes = 1000, .max_files = 2};
  EXPECT_EQ(sources_.look(spec, bounds).error().code(), Code::too_large);
  spec.path = "small";
  const auto small = sources_.look(spec, bounds);
  ASSERT_TRUE(small) << small.error().to_string();
  EXPECT_EQ((*small)->read("small/a"), "1");
  const auto large = (*small)->read("big/large.bin");
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().code(), Code::too_large);
  EXPECT_NE(large.error().to_string().find("`big/large.bin`"), std::string::npos);
  spec.path = "";
  EXPECT_EQ(sources_.look(spec, {.max_bytes = 9000, .max_file_bytes = 9000, .max_files = 2})
                .error()
                .code(),
            Code::too_large);
}

TEST_F(Git, LeftOverLocksAndHalfMadeMirrorsAreNoObstacle) {
  repository_.write("a", "1");
  repository_.commit("one");
  ASSERT_TRUE(sources_.look(branch(repository_.url())));
  auto& files = io::real_filesystem();
  for (const auto* name : {"/shallow.lock", "/config.lock", "/packed-refs.lock", "/HEAD.lock"}) {
    ASSERT_TRUE(files.write_atomic(mirror() + name, ""));
  }
  repository_.write("a", "2");
  repository_.commit("two");
  EXPECT_EQ(snapshot(branch(repository_.url()))->read("a"), "2");
  EXPECT_FALSE(files.stat(mirror() + "/shallow.lock"));

  ASSERT_TRUE(files.remove(mirror() + "/HEAD"));  // `git init` killed half way
  repository_.write("a", "3");
  repository_.commit("three");
  EXPECT_EQ(snapshot(branch(repository_.url()))->read("a"), "3");
}

TEST_F(Git, ADamagedMirrorIsBuiltAnew) {
  repository_.write("a", "1");
  repository_.commit("one");
  const GitSpec spec = branch(repository_.url());
  ASSERT_TRUE(sources_.look(spec));
  auto& files = io::real_filesystem();
  const std::string packs = mirror() + "/objects/pack";
  const auto pack_files = files.list(packs);
  ASSERT_TRUE(pack_files);
  for (const auto& name : *pack_files) ASSERT_TRUE(files.remove(packs + "/" + name));
  source::GitSource restarted(sources_.folder.path() + "/mirrors", sources_.env);
  const auto revision = resolve(spec);
  ASSERT_TRUE(revision);
  server(false);
  EXPECT_FALSE(restarted.fetch(spec, *revision, {}, {}));
  server(true);
  const auto again = restarted.fetch(spec, *revision, {}, {});
  ASSERT_TRUE(again) << again.error().to_string();
  EXPECT_EQ((*again)->read("a"), "1");
}

TEST_F(Git, HooksOfTheMirrorNeverRun) {
  repository_.write("a", "1");
  repository_.commit("one");
  ASSERT_TRUE(sources_.look(branch(repository_.url())));
  const std::string proof = sources_.folder.path() + "/ran";
  auto& files = io::real_filesystem();
  ASSERT_TRUE(files.make_directories(mirror() + "/hooks", 0700));
  ASSERT_TRUE(files.write_atomic(mirror() + "/hooks/reference-transaction",
                                 "#!/bin/sh\ntouch " + proof + "\n", 0755));
  repository_.write("a", "2");
  repository_.commit("two");
  ASSERT_TRUE(sources_.look(branch(repository_.url())));
  EXPECT_FALSE(files.stat(proof));
}

TEST_F(Git, ManyThreadsFetchAtOnce) {
  repository_.write("a", "1");
  const std::string first = repository_.commit("one");
  repository_.write("a", "2");
  const std::string second = repository_.commit("two");
  std::atomic<int> good{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 6; ++i) {
    threads.emplace_back([&, i] {
      GitSpec spec;
      spec.url = repository_.url();
      spec.ref.commit = i % 2 ? first : second;
      const auto found = sources_.look(spec);
      if (found && (*found)->read("a") == (i % 2 ? "1" : "2")) ++good;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(good, 6);
}

TEST_F(Git, CancelEndsIt) {
  repository_.write("a", "1");
  repository_.commit("one");
  Cancel cancel;
  cancel.cancel();
  EXPECT_EQ(sources_.source.resolve(branch(repository_.url()), cancel).error().code(),
            Code::cancelled);
}

TEST_F(Git, OldCommitsLeaveTheMirror) {
  std::string last;
  for (int i = 0; i < 70; ++i) {
    repository_.write("a", std::to_string(i));
    last = repository_.commit("c");
    ASSERT_TRUE(sources_.look(branch(repository_.url())));
  }
  const auto kept = io::real_filesystem().list(mirror() + "/refs/rumbo");
  EXPECT_LT(kept ? kept->size() : 0, 64u);
  EXPECT_EQ(snapshot(branch(repository_.url()))->read("a"), "69");
}

}  // namespace
}  // namespace rumbo::git_test
