#include "base/semver.h"

#include <gtest/gtest.h>

namespace rumbo {
namespace {

TEST(Version, ReadsWhatPeopleWrite) {
  EXPECT_EQ(Version::parse("1.2.3-rc.1+b.5")->to_string(), "1.2.3-rc.1+b.5");
  EXPECT_EQ(Version::parse("v1.2")->to_string(), "1.2.0");
  EXPECT_EQ(Version::parse("7")->to_string(), "7.0.0");
  EXPECT_EQ(Version::parse("1.2.3--")->prerelease, "-");
  for (const auto* text : {"", "v", "a", "1.", ".1", "1.2.3.4", "1.2.3-", "1.2.3+", "1.2.3-01",
                           "1.2.3-a..b", "1.2.3-a_b", "99999999999999999999.0.0", "-1", "1.x"}) {
    EXPECT_FALSE(Version::parse(text)) << text;
  }
}

TEST(Version, IsOrderedAsTheStandardSays) {
  const std::vector<std::string> order{"1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta",
                                       "1.0.0-beta",  "1.0.0-beta.2",  "1.0.0-beta.11",
                                       "1.0.0-rc.1",  "1.0.0",         "1.0.1",
                                       "1.1.0-0",     "1.10.0",        "2.0.0",
                                       "10.0.0"};
  for (std::size_t i = 0; i < order.size(); ++i) {
    for (std::size_t j = 0; j < order.size(); ++j) {
      const int expected = i < j ? -1 : i > j ? 1 : 0;
      EXPECT_EQ(Version::parse(order[i])->compare(*Version::parse(order[j])), expected)
          << order[i] << " and " << order[j];
    }
  }
  EXPECT_EQ(Version::parse("1.0.0+a")->compare(*Version::parse("1.0.0+b")), 0);
}

struct Case {
  const char* range;
  const char* inside;  ///< versions separated by spaces
  const char* outside;
};

class Ranges : public ::testing::TestWithParam<Case> {};

std::vector<std::string> words(const std::string& text) {
  std::vector<std::string> out;
  std::string word;
  for (const char c : text + " ") {
    if (c != ' ') {
      word += c;
    } else if (!word.empty()) {
      out.push_back(std::exchange(word, {}));
    }
  }
  return out;
}

TEST_P(Ranges, Contain) {
  const auto range = VersionRange::parse(GetParam().range);
  ASSERT_TRUE(range) << range.error().to_string();
  for (const auto& text : words(GetParam().inside)) {
    EXPECT_TRUE(range->contains(*Version::parse(text))) << GetParam().range << " and " << text;
  }
  for (const auto& text : words(GetParam().outside)) {
    EXPECT_FALSE(range->contains(*Version::parse(text))) << GetParam().range << " and " << text;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Table, Ranges,
    ::testing::Values(
        Case{"1.2.3", "1.2.3 v1.2.3 1.2.3+b", "1.2.4 1.2.3-rc.1"},
        Case{"=1.2", "1.2.0 1.2.9", "1.3.0 1.1.9"}, Case{"*", "0.0.1 9.9.9", "1.0.0-rc.1"},
        Case{"1.x", "1.0.0 1.9.9", "2.0.0 0.9.0"}, Case{"1.2.X", "1.2.0 1.2.7", "1.3.0"},
        Case{"!=1.2.3", "1.2.4", "1.2.3"}, Case{"!=1.2.x", "1.3.0 2.2.0", "1.2.0 1.2.9"},
        Case{"!=1.x", "2.0.0", "1.0.0 1.5.0"}, Case{">1.2.3", "1.2.4 2.0.0", "1.2.3 1.0.0"},
        Case{">1.2", "1.3.0", "1.2.9"}, Case{">1", "2.0.0", "1.9.9"},
        Case{"<1.2", "1.1.9 0.1.0", "1.2.0"}, Case{">=1.2", "1.2.0 3.0.0", "1.1.9"},
        Case{"<=1.2", "1.2.9 1.2.0 0.1.0", "1.3.0"}, Case{"<=1", "1.9.9", "2.0.0"},
        Case{"=> 1.0.0, =< 2.0.0", "1.0.0 2.0.0", "2.0.1"},
        Case{"~1.2.3", "1.2.3 1.2.9", "1.3.0 1.2.2"}, Case{"~1.2", "1.2.0 1.2.9", "1.3.0"},
        Case{"~1", "1.0.0 1.9.0", "2.0.0"}, Case{"~>1.2.3", "1.2.9", "1.3.0"},
        Case{"^1.2.3", "1.2.3 1.9.0", "2.0.0 1.2.2"}, Case{"^0.2.3", "0.2.3 0.2.9", "0.3.0"},
        Case{"^0.0.3", "0.0.3", "0.0.4"}, Case{"^0.0", "0.0.9", "0.1.0"},
        Case{"^0", "0.9.9", "1.0.0"}, Case{"1.2 - 1.4.5", "1.2.0 1.4.5", "1.4.6 1.1.9"},
        Case{"1.2 - 1.4", "1.4.9", "1.5.0"}, Case{">=1.0.0 <2.0.0", "1.5.0", "2.0.0 0.9.0"},
        Case{">=1.0.0,<2.0.0", "1.5.0", "2.0.0"}, Case{"<1.0.0 || >=2.0.0", "0.9.0 2.0.0", "1.5.0"},
        Case{"^1.2.0 || 3.x", "1.5.0 3.1.0", "2.0.0"},
        Case{">=1.2.3-0", "1.2.3-rc.1 1.2.4-alpha 1.2.3 2.0.0-rc.1", "1.2.2"},
        Case{">=1.0.0-0 <2.0.0", "1.5.0-beta 1.0.0-rc.1", "2.0.0"},
        Case{"^1.2.3-beta.2", "1.2.3-beta.4 1.2.3 1.9.0", "1.2.3-beta.1"}));

TEST(VersionRange, SaysWhatIsWrong) {
  for (const auto* text : {"", "   ", "||", "1.0 ||", "abc", "1.2.3.4", ">", ">=x.y", "1.2.3-", "v",
                           "^^1", "1,", ",1", "1,,2"}) {
    const auto range = VersionRange::parse(text);
    ASSERT_FALSE(range) << text;
    EXPECT_EQ(range.error().code(), Code::invalid);
    EXPECT_FALSE(range.error().hint().empty());
  }
  EXPECT_EQ(VersionRange::parse(std::string(2000, '1')).error().code(), Code::too_large);
}

}  // namespace
}  // namespace rumbo
