// GitSource over real HTTP: git's own http-backend behind a small server on the loopback.
#include <gtest/gtest.h>

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

}  // namespace
}  // namespace rumbo::git_test
