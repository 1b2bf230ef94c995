#include "target/kubernetes/reflector.h"

#include <gtest/gtest.h>

#include "target/kubernetes/scripted_transport.h"

namespace rumbo::target::kubernetes {
namespace {

const Resource kPods{.group = {},
                     .version = "v1",
                     .kind = "Pod",
                     .plural = "pods",
                     .namespaced = true,
                     .verbs = {},
                     .subresources = {}};

/// Writes down what it is told; ends the run when the script is over.
class Log : public ReflectorSink {
 public:
  void begin() override { text += "begin "; }
  void put(Value object) override { text += object["metadata"]["name"].str() + " "; }
  void gone(Value object) override { text += "-" + object["metadata"]["name"].str() + " "; }
  void end() override { text += "end "; }
  void live(bool is_live) override { now_live = is_live; }
  void trouble(const ApiError&) override { text += "! "; }
  std::string text;
  bool now_live = false;
};

std::string event(std::string_view type, std::string_view name, int version) {
  return R"({"type":")" + std::string(type) + R"(","object":{"metadata":{"name":")" +
         std::string(name) + R"(","resourceVersion":")" + std::to_string(version) + "\"}}}\n";
}
std::string synced(int version) {
  return R"({"type":"BOOKMARK","object":{"metadata":{"resourceVersion":")" +
         std::to_string(version) + R"(","annotations":{"k8s.io/initial-events-end":"true"}}}})";
}

class ReflectorTest : public ::testing::Test, protected ScriptedClient {
 protected:
  /// Runs through these answers, each a watch or list of `lasts`; then it is cancelled.
  std::string run(std::vector<ApiResponse> script) {
    std::size_t next = 0;
    transport.answer = [&, script](const ApiRequest&) -> Result<ApiResponse> {
      clock.advance(lasts);
      if (next == script.size()) {
        cancel.cancel();
        return fail(Code::cancelled, "over");
      }
      const ApiResponse& answer = script[next++];
      if (answer.status == 0) return fail(Code::unavailable, "broken", Retry::later);
      return answer;
    };
    Reflector reflector(
        client, clock, [this](Duration time) { clock.advance(time); }, [] { return 0.5; },
        [this](const Cancel&) { return served; }, options, log);
    reflector.run(cancel);
    return log.text;
  }
  std::string query(std::size_t request) const {
    const std::string& path = transport.requests.at(request).path;
    return path.substr(path.find('?') + 1);
  }

  ReflectorOptions options;
  ApiResult<Resource> served = kPods;
  Log log;
  Duration lasts = 2s;
};

TEST_F(ReflectorTest, ListsByStreamAndGoesOnFromTheLastVersion) {
  EXPECT_EQ(run({response(200, event("ADDED", "a", 1) + synced(5) + event("DELETED", "a", 6)),
                 response(200, event("MODIFIED", "b", 9))}),
            "begin a end -a b ");
  EXPECT_NE(query(0).find("sendInitialEvents=true"), std::string::npos);
  EXPECT_NE(query(1).find("resourceVersion=6"), std::string::npos);
  EXPECT_NE(query(2).find("resourceVersion=9"), std::string::npos);
  EXPECT_NE(query(2).find("timeoutSeconds=450"), std::string::npos);
}

TEST_F(ReflectorTest, FallsBackWhereStreamingListsAreRefused) {
  EXPECT_EQ(run({response(422, R"({"kind":"Status","reason":"Invalid","code":422})"),
                 response(200, R"({"metadata":{"resourceVersion":"7"},
                                   "items":[{"metadata":{"name":"a"}}]})"),
                 response(200, event("ADDED", "b", 8))}),
            "begin begin a end b ");
  EXPECT_EQ(query(1), "limit=500");
  EXPECT_NE(query(2).find("resourceVersion=7"), std::string::npos);
}

TEST_F(ReflectorTest, FallsBackWhereTheirEndIsNotMarked) {
  EXPECT_EQ(run({response(200, event("ADDED", "a", 1) + event("BOOKMARK", "", 2)),
                 response(200, R"({"metadata":{"resourceVersion":"7"},"items":[]})")}),
            "begin a begin end ");
}

TEST_F(ReflectorTest, BeginsAnewWhenTheServerForgot) {
  EXPECT_EQ(run({response(200, event("ADDED", "a", 1) + synced(5)), response(410, ""),
                 response(200, event("ADDED", "b", 9) + synced(9)),
                 response(200, R"({"type":"ERROR","object":{"kind":"Status","code":410}})"),
                 response(200, synced(10))}),
            "begin a end begin b end begin end ");
}

TEST_F(ReflectorTest, GoesOnFromTheSameVersionAfterFailures) {
  EXPECT_EQ(run({response(200, synced(5)), response(0, ""), response(503, ""),
                 response(200, event("ADDED", "a", 6))}),
            "begin end ! ! a ");
  EXPECT_NE(query(3).find("resourceVersion=5"), std::string::npos);
}

TEST_F(ReflectorTest, PausesGrowToAHalfMinuteWithJitter) {
  lasts = 0s;
  std::vector<ApiResponse> script{response(200, synced(5))};
  for (int i = 0; i < 12; ++i) script.push_back(response(0, ""));
  const MonoTime begun = clock.mono();
  run(script);
  // 1.2, 2.4, 4.8, 9.6, 19.2, then 22.5 each
  EXPECT_EQ(clock.mono() - begun,
            Duration(1200ms + 2400ms + 4800ms + 9600ms + 19200ms) + Duration(22500ms) * 7);
}

TEST_F(ReflectorTest, AServerThatForgetsAgainAndAgainIsNotHammered) {
  lasts = 0s;
  std::vector<ApiResponse> script;
  for (int i = 0; i < 6; ++i) {
    script.push_back(response(200, synced(5)));
    script.push_back(response(410, ""));
  }
  const MonoTime begun = clock.mono();
  run(script);
  EXPECT_GT(clock.mono() - begun, 30s);
}

TEST_F(ReflectorTest, IsLiveBetweenTheListAndTheFirstFailure) {
  run({response(200, synced(5))});
  EXPECT_TRUE(log.now_live);
  log.now_live = true;
  cancel = Cancel();
  served = fail(api_error(Error(Code::not_found, "not served")));
  transport.answer = [&](const ApiRequest&) -> Result<ApiResponse> { return response(500, ""); };
  const MonoTime until = clock.mono() + 10s;
  Reflector reflector(
      client, clock, [this](Duration time) { clock.advance(time); }, [] { return 0.5; },
      [this](const Cancel&) { return served; }, options, log);
  reflector.run(cancel.with_deadline(until));
  EXPECT_FALSE(log.now_live);
}

TEST_F(ReflectorTest, AWatchThatEndsAtOnceIsNotHammered) {
  lasts = 0s;
  EXPECT_EQ(run({response(200, synced(5)), response(200, ""), response(200, "")}),
            "begin end ! ! ");
}

}  // namespace
}  // namespace rumbo::target::kubernetes
