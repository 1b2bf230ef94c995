#include "codec/pointer.h"

#include <gtest/gtest.h>

#include "codec/json.h"

namespace rumbo::codec {
namespace {

Value json(std::string_view text) {
  return parse_json(text).value();
}
Pointer at(std::string_view text) {
  return Pointer::parse(text).value();
}

TEST(Pointer, FollowsTheRfc) {
  // The examples' shapes of RFC 6901, section 5.
  const Value root = json(R"({"foo":["bar","baz"],"":0,"a/b":1,"m~n":8,"k\"l":6," ":7})");
  const std::vector<std::pair<std::string, std::string>> table = {{"/foo", R"(["bar","baz"])"},
                                                                  {"/foo/0", R"("bar")"},
                                                                  {"/", "0"},
                                                                  {"/a~1b", "1"},
                                                                  {"/m~0n", "8"},
                                                                  {"/k\"l", "6"},
                                                                  {"/ ", "7"}};
  for (const auto& [pointer, expected] : table) {
    const Value* found = resolve(root, at(pointer));
    ASSERT_NE(found, nullptr) << pointer;
    EXPECT_EQ(to_json(*found), expected);
    EXPECT_EQ(at(pointer).to_string(), pointer);
  }
  EXPECT_EQ(resolve(root, at("")), &root);
  for (const char* missing : {"/x", "/foo/2", "/foo/-", "/foo/00", "/foo/+1", "/foo/bar", "/a~1b/c",
                              "/foo/99999999999999999999"}) {
    EXPECT_EQ(resolve(root, at(missing)), nullptr) << missing;
  }
}

TEST(Pointer, RefusesMalformedText) {
  for (const char* text : {"foo", "/a~", "/a~2", "/~x"}) EXPECT_FALSE(Pointer::parse(text)) << text;
}

TEST(Pointer, WalksUpAndDown) {
  EXPECT_EQ(Pointer().child("a/b").child(3).to_string(), "/a~1b/3");
  EXPECT_EQ(at("/a/b").parent(), at("/a"));
  EXPECT_TRUE(Pointer().parent().is_root());
}

TEST(Pointer, SetsAndRemovesInACopy) {
  const Value root = json(R"({"a":[1,2],"b":{"c":3}})");
  const auto set = [&](const char* pointer) {
    const auto out = with(root, at(pointer), 9);
    return out ? to_json(*out) : std::string(to_string(out.error().code()));
  };
  EXPECT_EQ(set("/a/0"), R"({"a":[9,2],"b":{"c":3}})");
  EXPECT_EQ(set("/a/-"), R"({"a":[1,2,9],"b":{"c":3}})");
  EXPECT_EQ(set("/a/2"), R"({"a":[1,2,9],"b":{"c":3}})");
  EXPECT_EQ(set("/a/3"), "not_found");
  EXPECT_EQ(set("/b/d"), R"({"a":[1,2],"b":{"c":3,"d":9}})");
  EXPECT_EQ(set("/b/d/e"), "not_found");
  EXPECT_EQ(set("/b/c/e"), "not_found");
  EXPECT_EQ(set(""), "9");
  const auto cut = [&](const char* pointer) {
    const auto out = without(root, at(pointer));
    return out ? to_json(*out) : std::string(to_string(out.error().code()));
  };
  EXPECT_EQ(cut("/a/0"), R"({"a":[2],"b":{"c":3}})");
  EXPECT_EQ(cut("/b"), R"({"a":[1,2]})");
  EXPECT_EQ(cut("/b/x"), "not_found");
  EXPECT_EQ(cut("/a/-"), "not_found");
  EXPECT_EQ(cut(""), "invalid");
  EXPECT_EQ(to_json(root), R"({"a":[1,2],"b":{"c":3}})");
}

TEST(Pointer, MissingStepIsNamed) {
  EXPECT_EQ(with(json("{}"), at("/a/b/c"), 1).error().to_string(), "nothing at /a");
}

}  // namespace
}  // namespace rumbo::codec
