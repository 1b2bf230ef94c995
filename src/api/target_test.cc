#include "api/target.h"

#include <gtest/gtest.h>

namespace rumbo::api {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;
using Path = std::vector<std::string>;

TEST(Target, IsTakenApart) {
  const auto target = parse_target("/api/v1/a%2Fb%20c?x=1&y=a+b%2B&x=&flag&z=a=b");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->path, (Path{"api", "v1", "a/b c"}));
  EXPECT_EQ(target->query,
            (Pairs{{"x", "1"}, {"y", "a b+"}, {"x", ""}, {"flag", ""}, {"z", "a=b"}}));
  EXPECT_EQ(parse_target("/")->path, Path{});
  EXPECT_EQ(parse_target("/?a=b")->query, (Pairs{{"a", "b"}}));
  EXPECT_EQ(parse_target("/a+b")->path, Path{"a+b"});
}

TEST(Target, RefusesWhatNoClientSends) {
  for (const char* text :
       {"", "api", "*", "//", "/a//b", "/a/", "/./a", "/a/..", "/%2e%2e/a", "/a%", "/a%2", "/a%zz",
        "/a%00b", "/a%0ab", "/a\tb", "/\xc3\xbc", "/a?b=%", "/a?b=\x7f"}) {
    const auto target = parse_target(text);
    ASSERT_FALSE(target) << text;
    EXPECT_EQ(target.error().code(), Code::invalid) << text;
  }
  EXPECT_EQ(parse_target("/" + std::string(20'000, 'x')).error().code(), Code::too_large);
  std::string many = "/a?";
  for (int i = 0; i < 1001; ++i) many += "x&";
  EXPECT_EQ(parse_target(many).error().code(), Code::too_large);
}

TEST(Target, EveryPrintableTextSurvivesTheTrip) {
  std::string all;
  for (int c = 0x20; c < 0x100; ++c) {
    if (c != 0x7f) all += static_cast<char>(c);
  }
  for (const std::string& text : {all, std::string("ü/?#&=+%"), std::string("a b")}) {
    const auto target = parse_target("/" + encode_component(text) + "?k=" + encode_component(text));
    ASSERT_TRUE(target);
    EXPECT_EQ(target->path, Path{text});
    EXPECT_EQ(target->query, (Pairs{{"k", text}}));
  }
}

}  // namespace
}  // namespace rumbo::api
