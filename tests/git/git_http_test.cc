// GitSource over real HTTP: git's own http-backend behind a small server on the loopback.
#include <atomic>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <thread>

#include "git_server.h"

namespace rumbo::git_test {
namespace {

constexpr const char* kBasic = "Basic bWU6aGlk4oKsZGVu";  // me:hid€den

class GitHttp : public ::testing::Test {
 protected:
  Sources sources_;
  Repository repository_{sources_.folder, "shop"};
  GitServer server_{sources_.folder.path()};

  GitSpec spec() { return branch(server_.url("/shop/.git")); }
  std::string credentials(const std::string& text) {
    std::string file = sources_.folder.path() + "/credentials";
    EXPECT_TRUE(io::real_filesystem().write_atomic(file, text));
    return file;
  }
};

TEST_F(GitHttp, ReadsARepository) {
  repository_.write("deploy/a.yaml", "1");
  const std::string first = repository_.commit("one");
  repository_.write("deploy/a.yaml", "2");
  repository_.commit("two");
  const auto found = sources_.look(spec());
  ASSERT_TRUE(found) << found.error().to_string();
  EXPECT_EQ((*found)->read("deploy/a.yaml"), "2");
  GitSpec old = spec();
  old.ref = {};
  old.ref.commit = first;
  EXPECT_EQ((*sources_.look(old))->read("deploy/a.yaml"), "1");
}

TEST_F(GitHttp, AServerThatGivesNoCommitsByIdIsReadByReference) {
  server_.version_two = false;
  repository_.write("a", "1");
  const std::string first = repository_.commit("one");
  repository_.write("a", "2");
  repository_.commit("two");
  ASSERT_EQ((*sources_.look(spec()))->read("a"), "2");  // a tip: shallow
  GitSpec old = spec();
  old.ref = {};
  old.ref.commit = first;  // no tip: needs the whole branch, although the mirror is shallow
  const auto found = sources_.look(old);
  ASSERT_TRUE(found) << found.error().to_string();
  EXPECT_EQ((*found)->read("a"), "1");
  old.ref.commit = std::string(40, 'c');
  EXPECT_EQ(sources_.look(old).error().code(), Code::not_found);
}

TEST_F(GitHttp, AServerOfPlainFilesIsRead) {
  server_.smart = false;
  repository_.write("a", "1");
  repository_.commit("one");
  repository_.git({"update-server-info"});
  const auto found = sources_.look(spec());
  ASSERT_TRUE(found) << found.error().to_string();
  EXPECT_EQ((*found)->read("a"), "1");
}

TEST_F(GitHttp, CredentialsComeFromTheFile) {
  server_.authorization = kBasic;
  repository_.write("a", "1");
  repository_.commit("one");
  const auto refused = sources_.look(spec());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), Code::denied) << refused.error().to_string();
  EXPECT_EQ(refused.error().retry(), Retry::never);

  GitSpec with = spec();
  for (const auto* text : {"me:hid€den", "me:hid€den\n", "me:hid€den\r\n"}) {
    with.credentials_file = credentials(text);
    const auto found = sources_.look(with);
    ASSERT_TRUE(found) << found.error().to_string();
  }
  with.credentials_file = credentials("me:wrong");
  const auto wrong = sources_.source.resolve(with, {});
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code(), Code::denied);
  EXPECT_EQ(wrong.error().to_string().find("wrong"), std::string::npos);
  with.credentials_file = credentials("\n");
  EXPECT_EQ(sources_.source.resolve(with, {}).error().code(), Code::invalid);
}

TEST_F(GitHttp, ATokenAloneIsAPassword) {
  server_.authorization = "Basic Z2l0OnRvayQoaWQpYGlkYCdlbg==";  // git:tok$(id)`id`'en
  repository_.write("a", "1");
  repository_.commit("one");
  GitSpec with = spec();
  with.credentials_file = credentials("tok$(id)`id`'en\n");
  const auto found = sources_.look(with);
  EXPECT_TRUE(found) << found.error().to_string();
}

TEST_F(GitHttp, CredentialsDoNotFollowARedirect) {
  GitServer other(sources_.folder.path());
  other.authorization = kBasic;
  server_.redirect = other.url("");
  repository_.write("a", "1");
  repository_.commit("one");
  GitSpec with = spec();
  with.credentials_file = credentials("me:hid€den");
  EXPECT_FALSE(sources_.look(with));
  const auto seen = other.seen.copy();
  EXPECT_FALSE(seen.empty());
  for (const auto& header : seen) EXPECT_EQ(header, "");
}

TEST_F(GitHttp, AServerThatIsDownIsTriedLaterAndAMissingRepositoryNever) {
  repository_.write("a", "1");
  repository_.commit("one");
  const auto missing = sources_.source.resolve(branch(server_.url("/nope/.git")), {});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code(), Code::not_found) << missing.error().to_string();
  EXPECT_EQ(missing.error().retry(), Retry::never);
  std::string url;
  {
    GitServer gone(sources_.folder.path());
    url = gone.url("/shop/.git");
  }
  const auto down = sources_.source.resolve(branch(url), {});
  ASSERT_FALSE(down);
  EXPECT_EQ(down.error().code(), Code::unavailable) << down.error().to_string();
  EXPECT_EQ(down.error().retry(), Retry::later);
}

TEST_F(GitHttp, CredentialsComeFromTheEnvironment) {
  server_.authorization = kBasic;
  repository_.write("a", "1");
  repository_.commit("one");
  GitSpec with = spec();
  with.credentials_env = "RUMBO_TEST_GIT_TOKEN";
  ::unsetenv("RUMBO_TEST_GIT_TOKEN");
  const auto unset = sources_.look(with);
  ASSERT_FALSE(unset);
  EXPECT_NE(unset.error().to_string().find("`RUMBO_TEST_GIT_TOKEN`"), std::string::npos);
  ::setenv("RUMBO_TEST_GIT_TOKEN", "me:hid€den", 1);
  const auto found = sources_.look(with);
  ::unsetenv("RUMBO_TEST_GIT_TOKEN");
  EXPECT_TRUE(found) << found.error().to_string();
}

/// The command lines of all processes of this machine.
std::string all_command_lines() {
  std::string out;
  auto& files = io::real_filesystem();
  for (const auto& name : files.list("/proc").value_or(std::vector<std::string>())) {
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    io::Command command;
    command.argv = {"cat", "/proc/" + name + "/cmdline"};
    command.env = io::minimal_environment();
    const auto exit = io::real_process().run(command, Cancel());
    if (exit) out += exit->out + "\n";
  }
  return out;
}

TEST_F(GitHttp, SecretsAreInNoCommandLine) {
  repository_.write("a", "1");
  repository_.commit("one");
  std::string lines;
  HttpServer slow([&](const auto& request, auto& peer) {
    if (request.headers.count("authorization") == 0) {
      peer.answer(401, "", "WWW-Authenticate: Basic realm=\"git\"\r\n");
      return;
    }
    lines = all_command_lines();  // git and its helpers are waiting for this answer
    peer.answer(404, "");
  });
  for (const bool by_file : {true, false}) {
    GitSpec with = branch(slow.url("/shop/.git"));
    lines.clear();
    ::setenv("RUMBO_TEST_GIT_TOKEN", "me:verysecret", 1);
    if (by_file) with.credentials_file = credentials("me:verysecret\n");
    if (!by_file) with.credentials_env = "RUMBO_TEST_GIT_TOKEN";
    const auto found = sources_.look(with);
    ::unsetenv("RUMBO_TEST_GIT_TOKEN");
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().to_string().find("verysecret"), std::string::npos);
    EXPECT_NE(lines.find("ls-remote"), std::string::npos) << "git was seen";
    EXPECT_EQ(lines.find("verysecret"), std::string::npos);
  }
}

TEST_F(GitHttp, EveryAnswerThatIsNoneIsToldApart) {
  struct Case {
    int status;
    Code code;
    Retry retry;
  };
  for (const Case& one :
       {Case{401, Code::denied, Retry::never}, Case{403, Code::denied, Retry::never},
        Case{404, Code::not_found, Retry::never}, Case{429, Code::unavailable, Retry::later},
        Case{500, Code::unavailable, Retry::later}, Case{503, Code::unavailable, Retry::later}}) {
    HttpServer server([&](const auto&, auto& peer) { peer.answer(one.status, "no"); });
    const auto found = sources_.look(branch(server.url("/shop.git")));
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code(), one.code) << one.status << found.error().to_string();
    EXPECT_EQ(found.error().retry(), one.retry) << one.status << found.error().to_string();
    EXPECT_FALSE(found.error().hint().empty()) << one.status;
  }
}

TEST_F(GitHttp, AServerThatHangsIsLeftInTime) {
  std::atomic<bool> over{false};
  HttpServer server([&](const auto&, auto&) {
    while (!over) std::this_thread::sleep_for(std::chrono::milliseconds(20));
  });
  const auto begin = sources_.env.clock.mono();
  const auto found = sources_.source.resolve(branch(server.url("/shop.git")),
                                             Cancel().with_deadline(begin + Duration(1s)));
  over = true;
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code(), Code::timeout) << found.error().to_string();
  EXPECT_EQ(found.error().retry(), Retry::later);
  EXPECT_LT(sources_.env.clock.mono() - begin, Duration(10s));
}

TEST_F(GitHttp, GarbageIsAnError) {
  for (const char* garbage : {"", "hello", "001e# service=git-upload-pack\n0000ffffxxxx",
                              "001e# service=git-upload-pack\n00000010zzzz refs/h"}) {
    HttpServer server([&](const auto&, auto& peer) {
      peer.answer(200, garbage, "Content-Type: application/x-git-upload-pack-advertisement\r\n");
    });
    const auto found = sources_.look(branch(server.url("/shop.git")));
    ASSERT_FALSE(found) << garbage;
    EXPECT_LT(found.error().to_string().size(), 2000U);
  }
}

TEST_F(GitHttp, AServerThatVanishesInMidFetchLeavesNothingHalf) {
  repository_.write("a", std::string(200'000, 'x'));
  repository_.commit("one");
  server_.cut = true;
  const auto cut = sources_.look(spec());
  ASSERT_FALSE(cut);
  EXPECT_EQ(cut.error().code(), Code::unavailable) << cut.error().to_string();
  EXPECT_EQ(cut.error().retry(), Retry::later);
  server_.cut = false;
  const auto found = sources_.look(spec());
  ASSERT_TRUE(found) << found.error().to_string();
  EXPECT_EQ((*found)->read("a")->size(), 200'000U);
}

TEST_F(GitHttp, AProxyIsUsed) {
  repository_.write("a", "1");
  repository_.commit("one");
  std::atomic<int> asked{0};
  HttpServer proxy([&](const auto& request, auto& peer) {
    if (request.target.starts_with("http://git.example.com/")) ++asked;
    peer.answer(503, "");
  });
  GitSpec by = branch("http://git.example.com/shop.git");
  by.proxy = proxy.url("");
  EXPECT_FALSE(sources_.look(by));
  EXPECT_GT(asked, 0);
}

}  // namespace
}  // namespace rumbo::git_test
