#include "base/regex.h"

#include <gtest/gtest.h>

namespace rumbo {
namespace {

TEST(Regex, FindsTheLeftmostMatchAndItsGroups) {
  const auto regex = Regex::compile("(?P<key>[a-z]+)=(\\d+)?").value();
  const auto spans = regex.find("; ab=12", 0);
  ASSERT_EQ(spans.size(), 3u);
  EXPECT_EQ(spans[0].begin, 2u);
  EXPECT_EQ(spans[0].end, 7u);
  EXPECT_EQ(spans[2].begin, 5u);
  EXPECT_EQ(regex.group("key"), 1);
  EXPECT_EQ(regex.group("other"), std::nullopt);
  EXPECT_FALSE(regex.find("ab=", 0)[2].matched());
  EXPECT_TRUE(regex.find("ab=", 1).size() == 3u);
  EXPECT_TRUE(regex.find("12", 0).empty());
}

TEST(Regex, AnEmptyTextHasAnEmptyMatch) {
  const auto spans = Regex::compile("a*").value().find(std::string_view("", 0), 0);
  ASSERT_EQ(spans.size(), 1u);
  EXPECT_TRUE(spans[0].matched());
}

TEST(Regex, SaysWhatIsWrongInThePattern) {
  EXPECT_EQ(Regex::compile("(").error().message(), "missing closing ): `(`");
  EXPECT_EQ(Regex::compile("a**").error().message(), "invalid nested repetition operator: `**`");
  EXPECT_EQ(Regex::compile("\\").error().message(), "trailing backslash at end of expression: ``");
}

TEST(Regex, TellsAnywhereFromTheWhole) {
  const auto word = Regex::compile("web").value();
  EXPECT_TRUE(word.found_in("a web b"));
  EXPECT_FALSE(word.matches("a web b"));
  EXPECT_TRUE(word.matches("web"));
  ASSERT_EQ(word.find("a web").size(), 1u);
  EXPECT_EQ(word.find("a web")[0].begin, 2u);
  const auto either = Regex::compile("web|db").value();
  EXPECT_TRUE(either.found_in("mydb"));
  EXPECT_FALSE(either.matches("mydb"));
  EXPECT_TRUE(either.matches("db"));
}

}  // namespace
}  // namespace rumbo
