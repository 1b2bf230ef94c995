#include "render/helm/helmignore.h"

#include <gtest/gtest.h>

#include "render/helm/glob.h"

namespace rumbo::render::helm {
namespace {

TEST(HelmIgnore, PatternsWithoutSlashLookAtNames) {
  const auto rules = HelmIgnore::parse("# remark\n*.bak\n\n  .git/  \n/README.md\ndocs/*.md\n");
  ASSERT_TRUE(rules);
  EXPECT_TRUE(rules->leaves_out("a/b/c.bak"));
  EXPECT_TRUE(rules->leaves_out(".git/config"));
  EXPECT_TRUE(rules->leaves_out("sub/.git/config"));
  EXPECT_TRUE(rules->leaves_out("README.md"));
  EXPECT_FALSE(rules->leaves_out("sub/README.md"));
  EXPECT_TRUE(rules->leaves_out("docs/a.md"));
  EXPECT_FALSE(rules->leaves_out("docs/x/a.md"));
  EXPECT_FALSE(rules->leaves_out("values.yaml"));
}

TEST(HelmIgnore, HiddenTemplatesAreLeftOutAlways) {
  EXPECT_TRUE(HelmIgnore().leaves_out("templates/.hidden.yaml"));
  EXPECT_FALSE(HelmIgnore().leaves_out("templates/a.yaml"));
}

TEST(HelmIgnore, NegationLeavesOutAllThatDoesNotMatch) {
  const auto rules = HelmIgnore::parse("!*.yaml\n");
  ASSERT_TRUE(rules);
  EXPECT_TRUE(rules->leaves_out("a.txt"));
  EXPECT_FALSE(rules->leaves_out("a.yaml"));
}

TEST(HelmIgnore, DoubleStarsAreRefused) {
  EXPECT_EQ(HelmIgnore::parse("a/**/b").error().message(),
            "double-star (**) syntax is not supported");
}

TEST(MatchPath, IsGosFilepathMatch) {
  EXPECT_TRUE(match_path("a*c", "abbc"));
  EXPECT_FALSE(match_path("a*c", "ab/c"));
  EXPECT_TRUE(match_path("*/*.yaml", "templates/a.yaml"));
  EXPECT_TRUE(match_path("[a-c]?", "bx"));
  EXPECT_FALSE(match_path("[^a-c]", "b"));
  EXPECT_TRUE(match_path("\\*", "*"));
  EXPECT_FALSE(match_path("[", "["));
  EXPECT_TRUE(match_path("a*b*c*d", "axxbxxcxxd"));
  EXPECT_FALSE(match_path("", "a"));
}

TEST(Glob, SpansFoldersWithTwoStarsOnly) {
  const auto matches = [](const char* pattern, const char* path) {
    const auto glob = Glob::parse(pattern);
    return glob && glob->matches(path);
  };
  EXPECT_TRUE(matches("files/*", "files/a"));
  EXPECT_FALSE(matches("files/*", "files/a/b"));
  EXPECT_TRUE(matches("files/**", "files/a/b"));
  EXPECT_TRUE(matches("**.txt", "a/b.txt"));
  EXPECT_TRUE(matches("{a,b/c}.txt", "b/c.txt"));
  EXPECT_TRUE(matches("[!a]x", "bx"));
  EXPECT_FALSE(matches("[!a]x", "ax"));
  EXPECT_TRUE(matches("\\[z\\]", "[z]"));
  EXPECT_FALSE(Glob::parse("["));
}

TEST(Glob, ManyStarsEnd) {
  const auto glob = Glob::parse("**a**a**a**a**a**a**a**a**a**b");
  ASSERT_TRUE(glob);
  EXPECT_FALSE(glob->matches(std::string(200, 'a')));
}

}  // namespace
}  // namespace rumbo::render::helm
