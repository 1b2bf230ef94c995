// What the client sends and how it reads answers, without a Podman.
#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "io/fake/manual_clock.h"
#include "target/podman/client.h"

namespace rumbo::target::podman {
namespace {

class ScriptedHttp : public io::Http {
 public:
  Result<io::HttpResponse> send(const io::HttpRequest& request, const Cancel& cancel) override {
    requests.push_back(request);
    if (silence) {
      if (!cancel.deadline()) return fail(Code::internal, "waited for ever");
      waited.push_back(*cancel.deadline() - clock->mono());
      clock->advance(waited.back());
      return fail(Code::timeout, "timed out", retry);
    }
    if (!error.empty()) return fail(Code::unavailable, error, retry);
    io::HttpResponse answer;
    answer.status = status;
    if (!next.empty()) {
      body = next.front();
      next.erase(next.begin());
    }
    if (request.sink) {
      for (const char byte : body) {
        if (!request.sink({&byte, 1})) break;
      }
    } else {
      answer.body = body;
    }
    return answer;
  }
  std::vector<io::HttpRequest> requests;
  int status = 200;
  std::string body;
  std::vector<std::string> next;  ///< bodies of the next answers; the last one stays
  std::string error;
  Retry retry = Retry::later;
  bool silence = false;  ///< nothing answers until the caller's patience ends
  io::fake::ManualClock* clock = nullptr;
  std::vector<Duration> waited;
};

class ClientTest : public ::testing::Test {
 protected:
  ScriptedHttp http_;
  io::fake::ManualClock clock_;
  Client client_{http_, clock_, "/run/p.sock"};
  Cancel cancel_;
};

TEST_F(ClientTest, EscapesNamesAndLabels) {
  http_.body = "[]";
  ASSERT_TRUE(client_.list_pods({{"a/b", "c d"}, {"x", ""}}, cancel_));
  EXPECT_EQ(http_.requests[0].unix_socket, "/run/p.sock");
  EXPECT_EQ(http_.requests[0].url,
            "http://podman/v4.0.0/libpod/pods/json?filters="
            "%7B%22label%22%3A%5B%22a%2Fb%3Dc%20d%22%2C%22x%22%5D%7D");
  http_.body = "{}";
  ASSERT_TRUE(client_.inspect_image("localhost/a@sha256:00", cancel_));
  EXPECT_EQ(http_.requests[1].url,
            "http://podman/v4.0.0/libpod/images/localhost%2Fa%40sha256%3A00/json");
}

TEST_F(ClientTest, AServiceThatHangsIsNamedAndTheNextCallWaitsLess) {
  http_.silence = true;
  http_.clock = &clock_;
  client_.set_hint("look there");
  const auto first = client_.list_pods({}, cancel_);
  ASSERT_FALSE(first);
  EXPECT_EQ(first.error().code(), Code::unavailable);
  EXPECT_EQ(first.error().hint(), "look there");
  EXPECT_NE(first.error().to_string().find("the Podman service at /run/p.sock does not answer"),
            std::string::npos)
      << first.error().to_string();
  EXPECT_FALSE(client_.ping(cancel_));
  ASSERT_EQ(http_.waited.size(), 2u);
  EXPECT_EQ(http_.waited[0], 10s);
  EXPECT_EQ(http_.waited[1], 5s);
  // A write may have been done; stopping has its grace, whatever the patience.
  http_.retry = Retry::unknown_outcome;
  const auto stopped = client_.stop_pod("p", 30s, cancel_);
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().retry(), Retry::unknown_outcome);
  EXPECT_GE(http_.waited[2], 30s);
  // The caller's own deadline is the caller's: nothing is said of the service.
  const auto brief = client_.ping(cancel_.with_deadline(clock_.mono() + 1s));
  ASSERT_FALSE(brief);
  EXPECT_EQ(brief.error().code(), Code::timeout);
  http_.silence = false;
  http_.body = "OK";
  EXPECT_TRUE(client_.ping(cancel_));
  http_.silence = true;
  EXPECT_FALSE(client_.ping(cancel_));
  EXPECT_EQ(http_.waited.back(), 10s);
}

TEST_F(ClientTest, ErrorsNeverShowValuesOfTheEnvironment) {
  http_.status = 500;
  http_.body = R"({"message":"invalid environment TOKEN=hush-hush"})";
  const auto made = client_.create_container(
      Value::object({{"name", "web"}, {"env", Value::object({{"TOKEN", "hush-hush"}})}}), cancel_);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().to_string().find("hush-hush"), std::string::npos);
  EXPECT_NE(made.error().to_string().find("TOKEN=***"), std::string::npos);
}

TEST_F(ClientTest, ALostAnswerIsUnknownExceptWhereRepeatingIsHarmless) {
  http_.error = "connection lost";
  http_.retry = Retry::unknown_outcome;
  EXPECT_EQ(client_.start_pod("p", cancel_).error().retry(), Retry::unknown_outcome);
  EXPECT_EQ(client_.create_pod(Value::object(), cancel_).error().retry(), Retry::unknown_outcome);
  EXPECT_EQ(client_.pull({.reference = "x/y:1", .auth = std::nullopt}, cancel_).error().retry(),
            Retry::later);
  EXPECT_EQ(client_.wait_container("c", cancel_).error().retry(), Retry::now);
}

TEST_F(ClientTest, PullSendsCredentialsInItsHeaderOnly) {
  http_.body = "{\"id\":\"abc\"}\n";
  const PullRequest request{.reference = "r.example/web:1",
                            .policy = PullPolicy::always,
                            .tls_verify = false,
                            .auth = RegistryAuth{"anna", Secret<std::string>("hush")}};
  EXPECT_EQ(*client_.pull(request, cancel_), "abc");
  const auto& sent = http_.requests[0];
  EXPECT_NE(sent.url.find("policy=always&tlsVerify=false"), std::string::npos);
  EXPECT_EQ(sent.url.find("hush"), std::string::npos);
  bool found = false;
  for (const auto& [name, value] : sent.headers) found = found || name == "X-Registry-Auth";
  EXPECT_TRUE(found);
}

TEST_F(ClientTest, EventsStopAtTheSinkAndFailAtTheEnd) {
  http_.body = "{\"Type\":\"container\",\"Action\":\"start\"}\n{\"Type\":\"pod\"}\n";
  int seen = 0;
  EXPECT_TRUE(client_.events(
      1, {}, [&](const Value&) { return ++seen < 1; }, cancel_));
  EXPECT_EQ(seen, 1);
  const auto ended = client_.events(
      std::nullopt, {}, [&](const Value&) { return true; }, cancel_);
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().code(), Code::unavailable);
  http_.status = 500;
  http_.body = R"({"message":"broken"})";
  const auto refused = client_.events(
      std::nullopt, {}, [](const Value&) { return true; }, cancel_);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message().find("broken"), std::string::npos);
}

TEST_F(ClientTest, LogsTellWhyNot) {
  http_.status = 404;
  http_.body = R"({"message":"no container with name c"})";
  const auto read = client_.logs(
      "c", {}, [](std::string_view) { return true; }, cancel_);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code(), Code::not_found);
}

std::string frame(std::string_view text) {
  std::string out("\1\0\0\0\0\0\0", 7);
  out += static_cast<char>(text.size());
  return out + std::string(text);
}

TEST_F(ClientTest, ThePreviousLogEndsWhereThePresentRunBegan) {
  http_.next = {R"({"State": {"StartedAt": "2026-01-02T04:04:05.5+01:00"}})",
                frame("2026-01-02T03:04:01Z one\n") + frame("2026-01-02T03:04:05Z two\n") +
                    frame("2026-01-02T03:04:06Z of this run\n")};
  LogOptions options;
  options.previous = true;
  options.tail = 1;
  options.since = WallTime{std::chrono::seconds(1'700'000'000)};
  std::vector<std::string> lines;
  ASSERT_TRUE(client_.logs(
      "c", options,
      [&](std::string_view line) {
        lines.emplace_back(line);
        return true;
      },
      cancel_));
  EXPECT_EQ(lines, std::vector<std::string>{"two"});
  ASSERT_EQ(http_.requests.size(), 2u);
  EXPECT_TRUE(http_.requests[0].url.ends_with("/containers/c/json")) << http_.requests[0].url;
  const std::string& url = http_.requests[1].url;
  EXPECT_NE(url.find("since=2023-11-14T22%3A13%3A20.000Z"), std::string::npos) << url;
  EXPECT_NE(url.find("timestamps=true"), std::string::npos) << url;
  EXPECT_EQ(url.find("tail="), std::string::npos) << "it would count lines of this run: " << url;
}

TEST_F(ClientTest, WhatRunsForTheFirstTimeHasNoPreviousLog) {
  http_.next = {R"({"State": {"StartedAt": "2026-01-02T03:04:05.5Z"}, "RestartCount": 0})",
                frame("2026-01-02T03:04:05Z of this run, in whole seconds\n")};
  LogOptions options;
  options.previous = true;
  ASSERT_TRUE(client_.logs(
      "c", options,
      [](std::string_view line) {
        ADD_FAILURE() << line;
        return true;
      },
      cancel_));
}

TEST_F(ClientTest, GraceIsRoundedUpToSeconds) {
  ASSERT_TRUE(client_.stop_pod("p", 1500ms, cancel_));
  EXPECT_TRUE(http_.requests[0].url.ends_with("/pods/p/stop?t=2")) << http_.requests[0].url;
}

}  // namespace
}  // namespace rumbo::target::podman
