// Podman's answers, cut at every place a network may cut them.
#include "target/podman/answers.h"

#include <gtest/gtest.h>
#include <string>
#include <vector>

namespace rumbo::target::podman {
namespace {

std::string frame(int stream, const std::string& text) {
  std::string out = {static_cast<char>(stream), 0, 0, 0, 0, 0, 0, static_cast<char>(text.size())};
  return out + text;
}

TEST(FrameReader, ReadsTheSameHoweverTheStreamIsCut) {
  const std::string bytes =
      frame(1, "one\ntw") + frame(2, "err\n") + frame(1, "o\n") + frame(1, "");
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    FrameReader reader;
    std::string out, err;
    const auto sink = [&](FrameReader::Stream stream, std::string_view piece) {
      (stream == FrameReader::err ? err : out).append(piece);
      return true;
    };
    ASSERT_TRUE(*reader.feed(std::string_view(bytes).substr(0, cut), sink));
    ASSERT_TRUE(*reader.feed(std::string_view(bytes).substr(cut), sink));
    EXPECT_EQ(out, "one\ntwo\n") << cut;
    EXPECT_EQ(err, "err\n") << cut;
    EXPECT_TRUE(reader.at_end());
  }
}

TEST(FrameReader, RefusesAHeaderThatIsNone) {
  FrameReader reader;
  const auto sink = [](FrameReader::Stream, std::string_view) { return true; };
  const auto fed = reader.feed("{\"message\": \"x\"}", sink);
  ASSERT_FALSE(fed);
  EXPECT_EQ(fed.error().code(), Code::invalid);
}

TEST(FrameReader, StopsWhenTheSinkSaysSo) {
  FrameReader reader;
  int calls = 0;
  const auto fed = reader.feed(frame(1, "a") + frame(1, "b"), [&](auto, auto) {
    ++calls;
    return false;
  });
  ASSERT_TRUE(fed);
  EXPECT_FALSE(*fed);
  EXPECT_EQ(calls, 1);
}

TEST(LineJoiner, JoinsCutsAndBoundsLines) {
  std::vector<std::string> lines;
  const auto sink = [&](std::string_view line) {
    lines.emplace_back(line);
    return true;
  };
  LineJoiner joiner(4);
  EXPECT_TRUE(joiner.feed("a", sink));
  EXPECT_TRUE(joiner.feed("b\r\n\nabcd", sink));
  EXPECT_TRUE(joiner.feed("ef\nlast", sink));
  EXPECT_TRUE(joiner.feed("!", sink));
  EXPECT_TRUE(joiner.finish(sink));
  EXPECT_EQ(lines, (std::vector<std::string>{"ab", "", "abcd", "ef", "last", "!"}));
}

Result<std::string> pulled(const std::string& text, std::size_t cut) {
  PullStream stream;
  TRY(stream.feed(std::string_view(text).substr(0, cut)));
  TRY(stream.feed(std::string_view(text).substr(cut)));
  return stream.finish("example.org/web:1");
}

TEST(PullStream, TheLastWordCounts) {
  const std::string good = "{\"stream\":\"Trying\\n\"}\n{\"images\":[\"abc\"],\"id\":\"abc\"}\n";
  const std::string bad = "{\"stream\":\"Trying\\n\"}\n{\"error\":\"manifest unknown\"}\n";
  for (std::size_t cut = 0; cut <= good.size(); ++cut) EXPECT_EQ(*pulled(good, cut), "abc");
  for (std::size_t cut = 0; cut <= bad.size(); ++cut) {
    const auto result = pulled(bad, cut);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code(), Code::not_found);
  }
  const auto early = pulled("{\"stream\":\"Trying\"}\n", 5);
  ASSERT_FALSE(early);
  EXPECT_EQ(early.error().retry(), Retry::later) << "an answer that ended early may be asked again";
  EXPECT_FALSE(pulled("{\"id\":", 3));
}

TEST(PullError, TellsLastingFromPassing) {
  struct Row {
    const char* words;
    Code code;
    Retry retry;
  };
  for (const Row& row : {
           Row{"pinging container registry x: dial tcp: connect: connection refused",
               Code::unavailable, Retry::later},
           Row{"lookup nowhere: no such host", Code::unavailable, Retry::later},
           Row{"reading manifest 9 in x: manifest unknown", Code::not_found, Retry::never},
           Row{"unauthorized: authentication required", Code::denied, Retry::never},
           Row{"toomanyrequests: you have reached your limit", Code::unavailable, Retry::later},
           Row{"write /var: no space left on device", Code::exhausted, Retry::later},
           Row{"http: server gave HTTP response to HTTPS client", Code::invalid, Retry::never},
           Row{"something nobody has seen", Code::unavailable, Retry::later},
       }) {
    const Error error = pull_error(row.words, "x/web:1");
    EXPECT_EQ(error.code(), row.code) << row.words;
    EXPECT_EQ(error.retry(), row.retry) << row.words;
    EXPECT_NE(error.message().find("x/web:1"), std::string::npos);
  }
}

TEST(ApiError, ClassesStatusesAndKnownWords) {
  struct Row {
    int status;
    const char* body;
    Code code;
    Retry retry;
  };
  for (const Row& row : {
           Row{404, R"({"cause":"no such pod","message":"no pod p","response":404})",
               Code::not_found, Retry::never},
           Row{409, R"({"message":"used"})", Code::conflict, Retry::never},
           Row{400, "", Code::invalid, Retry::never},
           Row{500, R"({"message":"name \"p\" is already in use by 1"})", Code::conflict,
               Retry::never},
           Row{500, R"({"message":"web:1: image not known"})", Code::not_found, Retry::never},
           Row{500, R"({"message":"keep:ab: tag not known"})", Code::not_found, Retry::never},
           Row{500, R"({"message":"database is locked"})", Code::unavailable, Retry::later},
           Row{503, "not json", Code::unavailable, Retry::later},
           Row{418, "", Code::invalid, Retry::never},
       }) {
    const Error error = api_error(row.status, row.body, "start pod p");
    EXPECT_EQ(error.code(), row.code) << row.status << row.body;
    EXPECT_EQ(error.retry(), row.retry) << row.status << row.body;
    EXPECT_TRUE(error.message().starts_with("podman cannot start pod p: ")) << error.message();
  }
}

}  // namespace
}  // namespace rumbo::target::podman
