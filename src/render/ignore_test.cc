#include "render/ignore.h"

#include <gtest/gtest.h>

namespace rumbo::render {
namespace {

struct Case {
  const char* rules;
  const char* path;
  bool out;
};

class IgnoreTable : public ::testing::TestWithParam<Case> {};

TEST_P(IgnoreTable, FollowsGit) {
  const auto rules = IgnoreRules::parse(GetParam().rules, ".rumboignore");
  ASSERT_TRUE(rules);
  EXPECT_EQ(rules->leaves_out(GetParam().path), GetParam().out)
      << GetParam().rules << " on " << GetParam().path;
}

INSTANTIATE_TEST_SUITE_P(
    Git, IgnoreTable,
    ::testing::Values(
        Case{"", "a", false}, Case{"# a\n", "a", false}, Case{"a", "a", true},
        Case{"a", "x/a", true}, Case{"a", "a/x", true}, Case{"a", "ab", false},
        Case{"/a", "x/a", false}, Case{"/a", "a", true}, Case{"a/", "a", false},
        Case{"a/", "a/b", true}, Case{"a/", "x/a/b", true}, Case{"a/b", "a/b", true},
        Case{"a/b", "x/a/b", false}, Case{"**/a/b", "x/y/a/b", true}, Case{"**/a/b", "a/b", true},
        Case{"a/**/b", "a/b", true}, Case{"a/**/b", "a/x/y/b", true}, Case{"a/**", "a/x/y", true},
        Case{"a/**", "a", false}, Case{"*.yaml", "x/y.yaml", true},
        Case{"*.yaml", "x/y.yml", false}, Case{"x/*.yaml", "x/z/y.yaml", false},
        Case{"a?c", "abc", true}, Case{"a?c", "ac", false}, Case{"a*c*e", "abcde", true},
        Case{"a*c*e", "abcd", false}, Case{"[ab].x", "a.x", true}, Case{"[!ab].x", "a.x", false},
        Case{"[a-c].x", "b.x", true}, Case{"[]a].x", "].x", true}, Case{"[a", "[a", true},
        Case{"*.yaml\n!keep.yaml", "keep.yaml", false},
        Case{"*.yaml\n!keep.yaml", "other.yaml", true},
        Case{"dir/\n!dir/keep", "dir/keep", true},  // git: a folder left out cannot be entered
        Case{"\\#a", "#a", true}, Case{"\\!a", "!a", true}, Case{"a  ", "a", true},
        Case{"a\\ ", "a ", true}, Case{"a\r\nb", "a", true}, Case{"*", "a/b", true},
        Case{"*\n!*.yaml", "a.yaml", false}));

TEST(Ignore, IsBounded) {
  EXPECT_EQ(IgnoreRules::parse(std::string(2000, 'a'), "f").error().code(), Code::too_large);
  std::string many;
  for (int i = 0; i < 1001; ++i) many += "a\n";
  EXPECT_EQ(IgnoreRules::parse(many, "f").error().location()->line, 1001);
  std::string spans = "a";
  for (int i = 0; i < 9; ++i) spans += "/**/a";
  EXPECT_EQ(IgnoreRules::parse(spans, "f").error().code(), Code::too_large);
}

TEST(Ignore, ManyStarsDoNotExplode) {
  const std::string stars = "*a*a*a*a*a*a*a*a*a*a*a*a*b";
  EXPECT_FALSE(matches_name(stars, std::string(200, 'a')));
}

}  // namespace
}  // namespace rumbo::render
