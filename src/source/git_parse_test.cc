// The readers of git's output, its URLs and its errors.
#include "source/git_parse.h"

#include <gtest/gtest.h>

#include "source/git_errors.h"
#include "source/git_snapshot.h"
#include "source/git_url.h"

namespace rumbo::source {
namespace {

const std::string kA(40, 'a');
const std::string kB(40, 'b');

TEST(GitParse, LsRemote) {
  const auto refs = parse_ls_remote(kA + "\trefs/tags/v1\n" + kB + "\trefs/tags/v1^{}\n");
  ASSERT_TRUE(refs);
  EXPECT_EQ(*refs,
            (std::vector<RemoteRef>{{kA, "refs/tags/v1", false}, {kB, "refs/tags/v1", true}}));
  EXPECT_TRUE(parse_ls_remote("")->empty());
  for (const std::string text : {"x", "abc\trefs/heads/x\n", "\n"}) {
    EXPECT_EQ(parse_ls_remote(text).error().code(), Code::corrupt) << text;
  }
  EXPECT_FALSE(parse_ls_remote(kA + " refs/heads/x\n"));
  EXPECT_FALSE(parse_ls_remote(kA + "\t\n"));
}

TEST(GitParse, LsTree) {
  const auto line = [](const std::string& mode, const std::string& type, const std::string& size,
                       const std::string& path) {
    return mode + " " + type + " " + kA + " " + size + "\t" + path + std::string(1, '\0');
  };
  const auto tree = parse_ls_tree(line("120000", "blob", "      3", "z") +
                                  line("100755", "blob", "     12", "a b/\n\tx") +
                                  line("160000", "commit", "      -", "lib"));
  ASSERT_TRUE(tree) << tree.error().to_string();
  EXPECT_EQ(*tree, (std::vector<TreeEntry>{
                       {"a b/\n\tx", kA, 12, TreeEntry::Kind::executable},
                       {"lib", kA, 0, TreeEntry::Kind::submodule},
                       {"z", kA, 3, TreeEntry::Kind::symlink},
                   }));
  for (const auto* path : {"../x", "a/../b", "a//b", "/a", "a/", ".", "", "a/./b"}) {
    EXPECT_FALSE(parse_ls_tree(line("100644", "blob", "1", path))) << path;
  }
  EXPECT_FALSE(parse_ls_tree(line("100644", "blob", "-1", "a")));
  EXPECT_FALSE(parse_ls_tree(line("100644", "blob", "-", "a")));
  EXPECT_FALSE(parse_ls_tree(line("040000", "tree", "-", "a")));
  EXPECT_FALSE(parse_ls_tree("100644 blob"));
  const std::string once = line("100644", "blob", "1", "a");
  EXPECT_EQ(parse_ls_tree(once + once).error().code(), Code::invalid);
}

TEST(GitParse, CatFile) {
  const auto objects =
      parse_cat_file(kA + " blob 3\na\nb\n" + kB + " missing\n" + kB + " blob 0\n\n");
  ASSERT_TRUE(objects) << objects.error().to_string();
  EXPECT_EQ(*objects,
            (std::vector<GitObject>{{kA, "blob", "a\nb"}, {kB, "", ""}, {kB, "blob", ""}}));
  EXPECT_FALSE(parse_cat_file(kA + " blob 4\nabc\n"));
  EXPECT_FALSE(parse_cat_file(kA + " blob 2\nabc\n"));
  EXPECT_FALSE(parse_cat_file(kA + " blob 99999999999999999999\nabc\n"));
  EXPECT_FALSE(parse_cat_file("short blob 1\na\n"));
}

TEST(GitParse, Subject) {
  EXPECT_EQ(subject_of("tree x\nauthor y\n\nFirst\nSecond\n"), "First");
  EXPECT_EQ(subject_of("tree x\n\n\n  First  \n"), "First");
  EXPECT_EQ(subject_of("tree x\n"), "");
  EXPECT_EQ(subject_of("tree x\n\na\x1b[31m").find('\x1b'), std::string::npos);
}

struct UrlCase {
  const char* url;
  const char* remote;
  const char* shown;
  const char* scope;
};

class GitUrls : public ::testing::TestWithParam<UrlCase> {};

TEST_P(GitUrls, AreSafeToHandOnAndToPrint) {
  const auto url = parse_git_url(GetParam().url);
  ASSERT_TRUE(url) << url.error().to_string();
  EXPECT_EQ(url->remote, GetParam().remote);
  EXPECT_EQ(url->shown, GetParam().shown);
  EXPECT_EQ(url->scope, GetParam().scope);
}

INSTANTIATE_TEST_SUITE_P(
    Table, GitUrls,
    ::testing::Values(UrlCase{"https://h/a.git", "https://h/a.git", "https://h/a.git", "https://h"},
                      UrlCase{"https://org@h:8443/a", "https://h:8443/a", "https://h:8443/a",
                              "https://h:8443"},
                      UrlCase{"HTTP://h/a@b", "http://h/a@b", "http://h/a@b", "http://h"},
                      UrlCase{"https://h/http://u:p@i/a", "https://h/http://u:p@i/a",
                              "https://h/http://i/a", "https://h"},
                      UrlCase{"ssh://git@h:22/a", "ssh://git@h:22/a", "ssh://h:22/a", ""},
                      UrlCase{"git@h:team/a.git", "git@h:team/a.git", "h:team/a.git", ""},
                      UrlCase{"git://h/a", "git://h/a", "git://h/a", ""},
                      UrlCase{"file:///srv/a", "file:///srv/a", "file:///srv/a", ""},
                      UrlCase{"/srv/a", "file:///srv/a", "file:///srv/a", ""}));

TEST(GitUrl, Refused) {
  for (const auto* url :
       {"", "-x", "a", "./a", "a/b:c", "ext::sh", "ftp://h/a", "https:///a", "https://u:p@h/a",
        "ssh://u:p@h/a", "ssh://-oProxyCommand=x/a", "https://h/\na", "ssh://-x@h/a"}) {
    const auto parsed = parse_git_url(url);
    ASSERT_FALSE(parsed) << url;
    EXPECT_EQ(parsed.error().code(), Code::invalid);
  }
  EXPECT_EQ(parse_git_url(std::string(5000, 'a')).error().code(), Code::too_large);
}

TEST(GitUrl, CredentialsAreCutOutOfText) {
  EXPECT_EQ(without_credentials("access 'https://u:p@h/x' and http://t@h: y@z"),
            "access 'https://h/x' and http://h: y@z");
}

struct ErrorCase {
  const char* text;
  Code code;
  Retry retry;
  const char* message;
};

class GitErrors : public ::testing::TestWithParam<ErrorCase> {};

TEST_P(GitErrors, SayWhatGitSaid) {
  const Error error = git_error(GetParam().text);
  EXPECT_EQ(error.code(), GetParam().code);
  EXPECT_EQ(error.retry(), GetParam().retry);
  EXPECT_EQ(error.message(), GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    Table, GitErrors,
    ::testing::Values(
        ErrorCase{"git@h: Permission denied (publickey).\nfatal: Could not read from remote "
                  "repository.\n\nPlease make sure you have the correct access rights\nand the "
                  "repository exists.\n",
                  Code::denied, Retry::never, "git: git@h: Permission denied (publickey)."},
        ErrorCase{"ssh: connect to host h port 22: Connection refused\nfatal: Could not read from "
                  "remote repository.\n\nPlease make sure\n",
                  Code::unavailable, Retry::later,
                  "git: ssh: connect to host h port 22: Connection refused"},
        ErrorCase{"remote: Repository not found.\nfatal: repository 'https://h/a/' not found\n",
                  Code::not_found, Retry::never, "git: Repository not found."},
        ErrorCase{"fatal: remote error: access denied or repository not exported: /x\n",
                  Code::not_found, Retry::never,
                  "git: access denied or repository not exported: /x"},
        ErrorCase{"fatal: unable to access 'https://u:p@h/': Could not resolve host: h\n",
                  Code::unavailable, Retry::later,
                  "git: unable to access 'https://h/': Could not resolve host: h"},
        ErrorCase{"fatal: write error: No space left on device\n", Code::exhausted, Retry::later,
                  "git: write error: No space left on device"},
        ErrorCase{"fatal: bad object HEAD\n", Code::corrupt, Retry::later, "git: bad object HEAD"},
        ErrorCase{"", Code::unavailable, Retry::later, "git: failed without a word"}));

TEST(GitError, ControlCharactersAreEscaped) {
  EXPECT_EQ(git_error("fatal: \x1b[31mred\n").message().find('\x1b'), std::string::npos);
}

TEST(NormalPath, StaysInside) {
  EXPECT_EQ(normal_path("/./a//b/"), "a/b");
  EXPECT_EQ(normal_path(""), "");
  EXPECT_FALSE(normal_path("a/../b"));
  EXPECT_FALSE(normal_path("a\nb"));
}

}  // namespace
}  // namespace rumbo::source
