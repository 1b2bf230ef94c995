#include "codec/json_lines.h"

#include <gtest/gtest.h>

namespace rumbo::codec {
namespace {

/// All documents of a stream fed in pieces of `size` bytes.
std::vector<std::string> cut(std::string_view stream, std::size_t size) {
  JsonLines lines;
  std::vector<std::string> out;
  const auto drain = [&] {
    while (true) {
      const auto next = lines.next();
      ASSERT_TRUE(next) << next.error().to_string();
      if (!*next) return;
      out.emplace_back(**next);
    }
  };
  for (std::size_t at = 0; at < stream.size(); at += size) {
    lines.feed(stream.substr(at, size));
    drain();
  }
  lines.finish();
  drain();
  return out;
}

TEST(JsonLines, CutsWhereverChunksEnd) {
  const std::string stream =
      "{\"a\":1}\n{\"b\":\"}\\\"{\"}\r\n\n[1,[2]]{\"c\":{}}\"x\" 12 true\n\"y\\\\\"-3";
  const std::vector<std::string> expected = {
      "{\"a\":1}", "{\"b\":\"}\\\"{\"}", "[1,[2]]", "{\"c\":{}}", "\"x\"", "12",
      "true",      "\"y\\\\\"",          "-3"};
  for (std::size_t size = 1; size <= stream.size(); ++size) {
    EXPECT_EQ(cut(stream, size), expected) << size;
  }
}

TEST(JsonLines, BoundsOneDocument) {
  JsonLines lines(10);
  lines.feed("{\"a\":1}{\"b\":");
  EXPECT_EQ(lines.next().value(), "{\"a\":1}");
  EXPECT_EQ(lines.next().value(), std::nullopt);
  lines.feed("123456789");
  EXPECT_EQ(lines.next().error().code(), Code::too_large);
  JsonLines whole(3);
  whole.feed("[1,2]");
  EXPECT_EQ(whole.next().error().code(), Code::too_large);
}

TEST(JsonLines, RefusesWhatCannotBeWhole) {
  JsonLines lines;
  lines.feed("{}]");
  EXPECT_TRUE(lines.next().value());
  EXPECT_EQ(lines.next().error().code(), Code::invalid);
  JsonLines cut_short;
  cut_short.feed("{\"a\":");
  cut_short.finish();
  EXPECT_EQ(cut_short.next().error().retry(), Retry::later);
  EXPECT_EQ(cut_short.pending(), 5u);
}

}  // namespace
}  // namespace rumbo::codec
