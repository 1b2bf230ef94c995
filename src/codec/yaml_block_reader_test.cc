#include "codec/yaml_block_reader.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <random>

#include "codec/yaml_event_log.h"
#include "codec/yaml_reader.h"

namespace rumbo::codec {
namespace {

struct Both {
  std::vector<std::string> ours, libyamls;
  YamlBlockReading reading;
  bool readable = false;
};

Both read_both(std::string_view text, const YamlOptions& options = {}) {
  Both both;
  YamlEventLog ours, theirs;
  both.reading = read_yaml_blocks(text, 0, options, ours).value();
  both.readable = read_with_libyaml(text, "f.yaml", options, theirs).has_value();
  both.ours = ours.lines();
  both.libyamls = theirs.lines();
  return both;
}

/// Complete with the same events, or stopped with a beginning of them.
void expect_same(const Both& both, std::string_view text) {
  ASSERT_EQ(both.reading.events, both.ours.size()) << text;
  if (both.reading.complete) {
    EXPECT_TRUE(both.readable) << text;
    EXPECT_EQ(both.ours, both.libyamls) << text;
  } else if (both.readable) {
    ASSERT_LE(both.ours.size(), both.libyamls.size()) << text;
    EXPECT_TRUE(std::equal(both.ours.begin(), both.ours.end(), both.libyamls.begin())) << text;
  }
}

TEST(YamlBlockReader, ReadsWhatManifestsAreWrittenIn) {
  for (const std::string_view text : {
           "a: b\n",
           "a: b",
           "a:\n  b: c\n  d:\n    - e\n    - f: g\n      h: i\n\n    -   - j\n        - k\nl: m\n",
           "a:\n- b\n- c: d\n  e:\n  - f\ng: h\n",
           "- a\n-\n- b:\n-\n  c: d\n",
           "a:\nb:\n  c:\nd: # nothing\n  # nothing here\n",
           "# only a comment\n",
           "",
           "---\n",
           "---\n---\na: 1\n--- # three\n",
           "a: 1\n---\n# none\n---\nb: 2\n",
           "a: b c  d   # e\nf g : h\ni#j: k#l\nm: n:o\n",
           "a: one\n  two\n\n  three # end\nb:\n  four\n    five\nc: -1\n",
           "a: ''\nb: \"\"\nc: 'it''s'\nd: \"a\\tb\\\"\\\\ \\n\"\n'e f': g\n\"h\": i\n\"j\" : k\n",
           "a: 'one\n  two\n\n\n  three'\n",
           "b: \"one  \n   two\\\n  three\\\n\n  four \\\n  \\ five\"\n",
           "a: |\n  one\n   two\n\n  three\n\n\nb: |-\n  one\nc: |+\n  one\n\n\nd: e\n",
           "d: >\n  one\n  two\n\n  three\n    four\n  five\n",
           "a: |\n\n\n   one\n  # no comment\nb: 1\n",
           "a: |\nb: |-\n  # comment\nc: >-\n\n  x",
           "a: |  # why\n  one\n",
           "a: {}\nb: []\nc: { }\nd:\n  - {}\n  - [ ] # none\n",
           "a: [b, 'c', \"d e\", -1, f:g] # h\nb: [ i , [j], {} ]\nc:\n- {k: l, m: [n], 'o': p}\n",
           "  a: b\n  c: d\n",
           "schl\xc3\xbcssel: gr\xc3\xbc\xc3\x9f\x65 \xe2\x82\xac # \xf0\x9f\x98\x80\n",
           "b: \"\xc3\xa4\"\n",
           "a: |\n  one\ttwo\n  \tthree\n",
           "a: <<\n<<: b\n",
           "a: 2024-01-02T03:04:05Z\nb: http://c:80/d\nc: a,b]c}d\n",
       }) {
    SCOPED_TRACE(text);
    const Both both = read_both(text);
    expect_same(both, text);
    EXPECT_TRUE(both.reading.complete);
  }
}

TEST(YamlBlockReader, LeavesToLibyamlWhatItDoesNotKnow) {
  for (const std::string_view text : {
           "a: &b c\nd: *b\n",
           "a: !!str 1\n",
           "%YAML 1.1\n---\na: b\n",
           "? a\n: b\n",
           "a: [b,\n c]\n",
           "a: [b: c]\n",
           "[a]: b\n",
           "a: [b]: c\n",
           "a: {b}\n",
           "a: [b] c\n",
           "a: [b, ]\n  c\n",
           "a: {\"b\":c}\n",
           "a: [b:, c]\n",
           "a: [?b]\n",
           "{a: b}\n",
           "text\n",
           "a:\tb\n",
           "a: |2\n   b\n",
           "a: \"\\u00e4\"\n",
           "a: b\r\nc: d\r\n",
           "a: b: c\n",
           "a: b\n  c: d\n",
           "a: b\n c\nd\n",
           "a: \xff\n",
           "a: b\n- c\n",
           "a: @b\n",
           "a: 'b\n",
           "a: |\n\t\n",
           "a: \xe2\x80\xa8\n",
           "--- a\n",
           "a: b\n...\n",
           "a:\n  b\n   c: d\n",
       }) {
    SCOPED_TRACE(text);
    const Both both = read_both(text);
    EXPECT_FALSE(both.reading.complete);
    expect_same(both, text);
  }
}

TEST(YamlBlockReader, StopsBehindTheFirstDocument) {
  YamlOptions first;
  first.first_only = true;
  for (const std::string_view text : {"a: 1\n---\nb: [\n", "---\n---\n{", "a: 1\n"}) {
    const Both both = read_both(text, first);
    EXPECT_TRUE(both.reading.complete) << text;
    expect_same(both, text);
  }
}

/// A mark's column counts characters: not all of the line's anew for each.
TEST(YamlBlockReader, ReadsALongLineInTimeThatGrowsWithIt) {
  std::string text = "a: [\xc3\xa9";
  for (int i = 0; i < 200'000; ++i) text += ", \xc3\xa9";
  text += "]\n";
  YamlEventLog events;
  EXPECT_TRUE(read_yaml_blocks(text, 0, {}, events).value().complete);
  EXPECT_EQ(events.lines().size(), 200'001u + 6u);
}

TEST(YamlBlockReader, GivesWhatLibyamlGivesForAnyText) {
  const std::vector<std::string_view> pieces = {
      "a",  "b c",      ":",    ": ",     "- ",      "-",       "\n", "\n  ", "\n    ", "\n",
      " ",  "#",        " # d", "'",      "\"",      "''",      "|",  ">",    "|-",     "+",
      "{}", "[]",       "{",    "---",    "\n---\n", "\\",      "\t", "\\n",  "?",      "&e",
      "*e", "\xc3\xa9", "\n- ", "\n  - ", ":\n",     ": |\n  ", "%"};
  std::mt19937 random(20);
  std::size_t complete = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    const std::size_t count = 1 + random() % 14;
    for (std::size_t i = 0; i < count; ++i) text += pieces[random() % pieces.size()];
    const Both both = read_both(text);
    expect_same(both, text);
    complete += both.reading.complete;
    if (::testing::Test::HasFailure()) return;
  }
  EXPECT_GT(complete, 1'000u);
}

}  // namespace
}  // namespace rumbo::codec
