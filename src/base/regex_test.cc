#include "base/regex.h"

#include <gtest/gtest.h>

namespace rumbo {
namespace {

TEST(Regex, FindsAndMatches) {
  const auto word = Regex::compile("web");
  ASSERT_TRUE(word);
  EXPECT_TRUE(word->found_in("my-web-1"));
  EXPECT_FALSE(word->matches("my-web-1"));
  EXPECT_TRUE(word->matches("web"));
  const auto pattern = Regex::compile("^we[b-d]+|db$");
  ASSERT_TRUE(pattern);
  EXPECT_TRUE(pattern->found_in("webc"));
  EXPECT_FALSE(pattern->found_in("my-webc"));
  EXPECT_TRUE(Regex::compile(".*")->matches(""));
}

TEST(Regex, RefusesWhatGoRefuses) {
  EXPECT_EQ(Regex::compile("*").error().code(), Code::invalid);
  EXPECT_EQ(Regex::compile("(?=a)").error().code(), Code::invalid);
  EXPECT_EQ(Regex::compile(std::string(5000, '.')).error().code(), Code::too_large);
}

}  // namespace
}  // namespace rumbo
