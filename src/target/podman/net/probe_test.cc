#include "target/podman/net/probe.h"

#include <gtest/gtest.h>

#include "io/fake/manual_clock.h"

namespace rumbo::target::podman {
namespace {

using Kind = ProbeState::Kind;

Probe every(Duration period, int failures = 3, int successes = 1, Duration delay = 0s) {
  Probe probe;
  probe.period = period;
  probe.failure_threshold = failures;
  probe.success_threshold = successes;
  probe.initial_delay = delay;
  return probe;
}

class ProbeStateTest : public ::testing::Test {
 protected:
  MonoTime at(int seconds) { return {std::chrono::seconds(seconds)}; }
  /// Lets every probe that is due now answer so.
  std::vector<Kind> answer(ProbeState& state, int second, bool ok) {
    auto due = state.step(at(second));
    for (const auto kind : due) state.result(kind, {ok, ok ? "" : "HTTP 500"}, at(second));
    return due;
  }
};

TEST_F(ProbeStateTest, WithoutProbesItIsReadyAtOnce) {
  ProbeState state({}, at(0));
  EXPECT_TRUE(state.started());
  EXPECT_TRUE(state.ready());
  EXPECT_TRUE(state.step(at(100)).empty());
  EXPECT_EQ(state.next(), MonoTime::never());
}

TEST_F(ProbeStateTest, ReadinessWaitsForItsDelayAndThresholds) {
  ProbeState state({every(10s, 3, 2, 5s), {}, {}}, at(0));
  EXPECT_FALSE(state.ready());
  EXPECT_EQ(state.next(), at(5));
  EXPECT_TRUE(answer(state, 4, true).empty());
  EXPECT_EQ(answer(state, 5, true), std::vector{Kind::readiness});
  EXPECT_FALSE(state.ready()) << "one success of two";
  EXPECT_EQ(state.next(), at(15));
  answer(state, 15, true);
  EXPECT_TRUE(state.ready());
  answer(state, 25, false);
  answer(state, 35, false);
  EXPECT_TRUE(state.ready()) << "two failures of three";
  EXPECT_EQ(state.reason(), "HTTP 500");
  answer(state, 45, true);
  EXPECT_EQ(state.reason(), "");
  answer(state, 55, false);
  answer(state, 65, false);
  EXPECT_TRUE(state.ready()) << "a success in between starts the count anew";
  answer(state, 75, false);
  EXPECT_FALSE(state.ready());
  EXPECT_FALSE(state.must_restart());
}

TEST_F(ProbeStateTest, NothingElseRunsBeforeStartup) {
  ProbeState state({every(1s), every(1s, 1), every(1s, 30)}, at(0));
  for (int second = 0; second < 10; ++second) {
    EXPECT_EQ(answer(state, second, false), std::vector{Kind::startup});
  }
  EXPECT_FALSE(state.must_restart());
  EXPECT_FALSE(state.ready());
  answer(state, 10, true);
  EXPECT_TRUE(state.started());
  EXPECT_FALSE(state.ready());
  EXPECT_EQ(answer(state, 11, true), (std::vector{Kind::readiness, Kind::liveness}));
  EXPECT_TRUE(state.ready());
}

TEST_F(ProbeStateTest, StartupThatNeverComesRestarts) {
  ProbeState state({{}, {}, every(1s, 3)}, at(0));
  for (int second = 0; second < 3; ++second) answer(state, second, false);
  EXPECT_TRUE(state.must_restart());
  EXPECT_TRUE(state.step(at(100)).empty());
  EXPECT_EQ(state.next(), MonoTime::never());
}

TEST_F(ProbeStateTest, LivenessRestartsAtItsThreshold) {
  ProbeState state({{}, every(1s, 2), {}}, at(0));
  answer(state, 0, true);
  answer(state, 1, false);
  EXPECT_FALSE(state.must_restart());
  answer(state, 2, false);
  EXPECT_TRUE(state.must_restart());
  EXPECT_TRUE(state.ready()) << "liveness does not decide readiness";
}

TEST_F(ProbeStateTest, AProbeIsDueOnceUntilItsResult) {
  ProbeState state({every(1s), {}, {}}, at(0));
  EXPECT_EQ(state.step(at(0)).size(), 1u);
  EXPECT_TRUE(state.step(at(5)).empty());
  EXPECT_EQ(state.next(), MonoTime::never());
  state.result(Kind::readiness, {true, ""}, at(7));
  EXPECT_EQ(state.next(), at(7)) << "late already, and no burst of those missed";
  EXPECT_EQ(state.step(at(7)).size(), 1u);
  state.result(Kind::readiness, {true, ""}, at(7));
  EXPECT_EQ(state.next(), at(8));
  state.result(Kind::readiness, {false, "stray"}, at(8));
  EXPECT_TRUE(state.reason().empty());
}

/// Answers from a table, in order; remembers what was asked.
class FakeHttp : public io::Http {
 public:
  Result<io::HttpResponse> send(const io::HttpRequest& request, const Cancel&) override {
    asked.push_back(request);
    if (answers.empty()) return fail(Code::unavailable, "connection refused", Retry::later);
    auto answer = answers.front();
    answers.erase(answers.begin());
    return answer;
  }
  std::vector<io::HttpResponse> answers;
  std::vector<io::HttpRequest> asked;
};

class RunProbe : public ::testing::Test {
 protected:
  ProbeResult run(const Probe& probe) { return run_probe(env, probe, target, Cancel()); }
  static Probe http() {
    Probe probe;
    probe.kind = Probe::Kind::http;
    probe.port = 8080;
    probe.path = "/healthz?full=1";
    return probe;
  }
  static io::HttpResponse redirect(std::string where) {
    return {302, {{"location", std::move(where)}}, ""};
  }

  io::fake::ManualClock clock;
  FakeHttp web;
  io::Env env{clock, io::real_filesystem(), io::real_process(),
              web,   io::real_env().random, [](Duration) {}};
  ProbeTarget target{"10.0.0.9", {}};
};

TEST_F(RunProbe, HttpStatusDecides) {
  for (const auto& [status, good] :
       {std::pair{199, false}, {200, true}, {204, true}, {399, true}, {400, false}, {503, false}}) {
    web.answers = {{status, {}, ""}};
    EXPECT_EQ(run(http()).ok, good) << status;
  }
  EXPECT_EQ(web.asked[0].url, "http://10.0.0.9:8080/healthz?full=1");
  web.answers.clear();
  EXPECT_FALSE(run(http()).ok);
  web.answers = {{503, {}, ""}};
  EXPECT_EQ(run(http()).message, "HTTP 503 from http://10.0.0.9:8080/healthz?full=1");
}

TEST_F(RunProbe, HeadersHostAndScheme) {
  auto probe = http();
  probe.host = "10.0.0.7";
  probe.scheme = "https";
  probe.headers = {{"X-Test", "1"}, {"user-agent", "mine"}};
  web.answers = {{200, {}, ""}};
  EXPECT_TRUE(run(probe).ok);
  EXPECT_EQ(web.asked[0].url, "https://10.0.0.7:8080/healthz?full=1");
  EXPECT_FALSE(web.asked[0].check_certificate);
  const std::vector<std::pair<std::string, std::string>> headers = {
      {"X-Test", "1"}, {"user-agent", "mine"}, {"Accept", "*/*"}};
  EXPECT_EQ(web.asked[0].headers, headers);
}

TEST_F(RunProbe, RedirectsStayOnTheHost) {
  web.answers = {redirect("/other"), {500, {}, ""}};
  EXPECT_FALSE(run(http()).ok);
  EXPECT_EQ(web.asked.back().url, "http://10.0.0.9:8080/other");
  web.answers = {redirect("http://10.0.0.9:8080/third"), {200, {}, ""}};
  EXPECT_TRUE(run(http()).ok);
  for (const auto* elsewhere :
       {"http://169.254.169.254/secret", "//evil/", "http://10.0.0.9:80/", "gopher:x"}) {
    web.asked.clear();
    web.answers = {redirect(elsewhere), {200, {}, ""}};
    EXPECT_TRUE(run(http()).ok) << elsewhere;
    EXPECT_EQ(web.asked.size(), 1u) << "followed to " << elsewhere;
  }
  web.answers = std::vector<io::HttpResponse>(20, redirect("/again"));
  EXPECT_FALSE(run(http()).ok);
}

TEST_F(RunProbe, ExecStatusDecides) {
  Probe probe;
  probe.kind = Probe::Kind::exec;
  probe.argv = {"cat", "/ready"};
  EXPECT_FALSE(run(probe).ok) << "no way to run it";
  Result<int> status = 0;
  std::optional<MonoTime> deadline;
  target.exec = [&](const std::vector<std::string>& argv, const Cancel& cancel) {
    EXPECT_EQ(argv, probe.argv);
    deadline = cancel.deadline();
    return status;
  };
  EXPECT_TRUE(run(probe).ok);
  EXPECT_EQ(deadline, clock.mono() + 1s);
  status = 1;
  EXPECT_EQ(run(probe).message, "exec cat: exit status 1");
  status = fail(Code::timeout, "timed out");
  EXPECT_FALSE(run(probe).ok);
}

}  // namespace
}  // namespace rumbo::target::podman
