#include "app/log_lines.h"

#include <gtest/gtest.h>

#include "codec/json.h"
#include "sim/clock.h"

namespace rumbo::app {
namespace {

TEST(LogLines, WhoDoesNotReadHoldsNothingUp) {
  sim::SimClock clock;
  std::string written;
  bool takes = true;
  Streams streams;
  streams.err = [&](std::string_view text) { written += text; };
  streams.err_takes = [&] { return takes; };
  log_to(streams, LogFormat::plain, clock, LogLevel::info);
  log(LogLevel::info, "t", "one");
  takes = false;
  log(LogLevel::error, "t", "two");
  log(LogLevel::info, "t", "three");
  takes = true;
  log(LogLevel::debug, "t", "too fine");
  log(LogLevel::info, "t", "four");
  log(LogLevel::info, "t", "five");
  set_log_sink({});

  std::vector<std::string> lines;
  for (std::size_t at = 0; at < written.size();) {
    const std::size_t end = written.find('\n', at);
    lines.push_back(written.substr(written.find(' ', at) + 1, end - written.find(' ', at) - 1));
    at = end + 1;
  }
  EXPECT_EQ(lines, (std::vector<std::string>{"info  t: one",
                                             "warn  log: 2 lines were dropped: nobody read them",
                                             "info  t: four", "info  t: five"}));
}

TEST(LogLines, ALongTextIsCutBetweenCharacters) {
  std::string text = "a";
  while (text.size() < 5000) text += "é";
  const std::string plain = log_line(LogFormat::plain, {}, LogLevel::info, "t", text);
  EXPECT_LT(plain.size(), 4096u);
  EXPECT_TRUE(plain.ends_with("é…\n")) << plain.substr(plain.size() - 20);
  const std::string json = log_line(LogFormat::json, {}, LogLevel::info, "t", "a\nb");
  const auto read = codec::parse_json(json);
  ASSERT_TRUE(read) << json;
  EXPECT_EQ((*read)["message"].str(), "a\nb");
}

}  // namespace
}  // namespace rumbo::app
