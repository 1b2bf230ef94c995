// One suite, run against an Operations directly and through the API: nobody can tell which it is.
#include <gtest/gtest.h>
#include <thread>

#include "api/metrics.h"
#include "api/remote_operations.h"
#include "api/server.h"
#include "api/service.h"
#include "raw_client.h"
#include "scripted_operations.h"

namespace rumbo::api {
namespace {

using apitest::ScriptedOperations;
using control::Selector;

enum class Way { direct, remote };

class OperationsTest : public ::testing::TestWithParam<Way> {
 protected:
  OperationsTest() {
    ServerOptions options;
    options.socket_path = directory_.path() + "/s";
    auto server = Server::start(options, make_handler({scripted_, metrics_, "1.2.3", {}}));
    EXPECT_TRUE(server);
    if (server) server_ = std::move(*server);
    for (int i = 1; i <= 3; ++i) {
      scripted_.events.push_back(Value::object(
          {{"type", "record"},
           {"record", Value::object({{"seq", i}, {"message", "line\nbreak \"quoted\" é"}})}}));
    }
  }

  control::Operations& operations() {
    if (GetParam() == Way::direct) return scripted_;
    return remote_;
  }
  control::EventSink collect() {
    return [this](const Value& event) {
      seen_.push_back(event);
      return true;
    };
  }
  /// The one call arrived so, and its answer came back so.
  void expect_answer(const Result<Value>& answer, const Value& call) {
    ASSERT_TRUE(answer) << answer.error().to_string();
    ASSERT_EQ(scripted_.calls().size(), 1u);
    EXPECT_EQ(scripted_.calls().front(), call);
    EXPECT_EQ(*answer, Value::object({{"asked", call}, {"ratio", 0.5}, {"none", Value()}}));
  }

  apitest::TempDirectory directory_;
  ScriptedOperations scripted_;
  Metrics metrics_{io::real_filesystem()};
  std::unique_ptr<Server> server_;
  RemoteOperations remote_{io::real_http(), directory_.path() + "/s"};
  std::vector<Value> seen_;
};

const Selector kSome{{"shop", "a b&c=d/e?f#g%h+ü"}, "dev"};
Value some() {
  return Value::object(
      {{"applications", Value::array({"shop", "a b&c=d/e?f#g%h+ü"})}, {"environment", "dev"}});
}
Value none() {
  return Value::object({{"applications", Value::array()}, {"environment", ""}});
}

control::SyncOptions sync_options() {
  control::SyncOptions options;
  options.select = kSome;
  options.revision = "refs/heads/x y";
  options.dry_run = true;
  options.together = true;
  options.retry_quarantined = true;
  options.fresh_secrets = true;
  options.refresh_images = true;
  options.expect_plan = "sha256:00";
  options.allow_deletions = options.confirm_prune = options.force = true;
  options.with_hooks = false;
  options.actor = "user:anna";
  return options;
}

Value sync_call(const char* call) {
  return Value::object({{"call", call},
                        {"select", some()},
                        {"revision", "refs/heads/x y"},
                        {"dry_run", true},
                        {"together", true},
                        {"retry_quarantined", true},
                        {"fresh_secrets", true},
                        {"refresh_images", true},
                        {"expect_plan", "sha256:00"},
                        {"allow_deletions", true},
                        {"confirm_prune", true},
                        {"force", true},
                        {"with_hooks", false},
                        {"actor", "user:anna"}});
}

TEST_P(OperationsTest, Status) {
  expect_answer(operations().status(kSome),
                Value::object({{"call", "status"}, {"select", some()}}));
}

TEST_P(OperationsTest, StatusOfAll) {
  expect_answer(operations().status({}), Value::object({{"call", "status"}, {"select", none()}}));
}

TEST_P(OperationsTest, Get) {
  expect_answer(operations().get("drift", kSome),
                Value::object({{"call", "get"}, {"kind", "drift"}, {"select", some()}}));
}

TEST_P(OperationsTest, Plan) {
  expect_answer(operations().plan(sync_options()), sync_call("plan"));
}

TEST_P(OperationsTest, Sync) {
  expect_answer(operations().sync(sync_options(), collect()), sync_call("sync"));
  EXPECT_EQ(seen_, scripted_.events);
}

TEST_P(OperationsTest, SyncDefaults) {
  control::SyncOptions options;
  options.actor = "user:anna";
  const auto answer = operations().sync(options, collect());
  expect_answer(answer, Value::object({{"call", "sync"},
                                       {"select", none()},
                                       {"revision", ""},
                                       {"dry_run", false},
                                       {"together", false},
                                       {"retry_quarantined", false},
                                       {"fresh_secrets", false},
                                       {"refresh_images", false},
                                       {"expect_plan", ""},
                                       {"with_hooks", true},
                                       {"allow_deletions", false},
                                       {"confirm_prune", false},
                                       {"force", false},
                                       {"actor", "user:anna"}}));
}

TEST_P(OperationsTest, ASinkThatHadEnoughStillGetsTheOutcome) {
  int heard = 0;
  const auto answer = operations().sync(sync_options(), [&](const Value&) {
    ++heard;
    return false;
  });
  expect_answer(answer, sync_call("sync"));
  EXPECT_EQ(heard, 1);
}

TEST_P(OperationsTest, Rollback) {
  const auto answer =
      operations().rollback({"shop", "dev", "t-000007", true, "user:anna", true}, collect());
  expect_answer(answer, Value::object({{"call", "rollback"},
                                       {"application", "shop"},
                                       {"environment", "dev"},
                                       {"to", "t-000007"},
                                       {"with_hooks", true},
                                       {"force", true},
                                       {"actor", "user:anna"}}));
  EXPECT_EQ(seen_, scripted_.events);
}

TEST_P(OperationsTest, Test) {
  const auto answer = operations().test({"shop", "dev", "user:anna", true}, collect());
  expect_answer(answer, Value::object({{"call", "test"},
                                       {"application", "shop"},
                                       {"environment", "dev"},
                                       {"force", true},
                                       {"actor", "user:anna"}}));
  EXPECT_EQ(seen_, scripted_.events);
}

TEST_P(OperationsTest, Remove) {
  control::DeleteOptions options;
  options.application = "shop";
  options.environment = "dev";
  options.cascade = options.confirm_prune = options.dry_run = options.force = true;
  options.kinds = {"PersistentVolumeClaim"};
  options.with_hooks = false;
  options.actor = "user:anna";
  expect_answer(operations().remove(options, collect()),
                Value::object({{"call", "remove"},
                               {"application", "shop"},
                               {"environment", "dev"},
                               {"cascade", true},
                               {"kinds", Value::array({"PersistentVolumeClaim"})},
                               {"with_hooks", false},
                               {"confirm_prune", true},
                               {"dry_run", true},
                               {"force", true},
                               {"actor", "user:anna"}}));
  EXPECT_EQ(seen_, scripted_.events);
}

TEST_P(OperationsTest, Freeze) {
  expect_answer(
      operations().freeze(true, "storage", "user:anna"),
      Value::object(
          {{"call", "freeze"}, {"frozen", true}, {"reason", "storage"}, {"actor", "user:anna"}}));
}

TEST_P(OperationsTest, Unfreeze) {
  expect_answer(
      operations().freeze(false, "", "user:anna"),
      Value::object(
          {{"call", "freeze"}, {"frozen", false}, {"reason", ""}, {"actor", "user:anna"}}));
}

TEST_P(OperationsTest, Recover) {
  const auto answer = operations().recover("t-000007", "undo", "user:anna", collect());
  expect_answer(answer, Value::object({{"call", "recover"},
                                       {"txn", "t-000007"},
                                       {"decision", "undo"},
                                       {"actor", "user:anna"}}));
  EXPECT_EQ(seen_, scripted_.events);
}

TEST_P(OperationsTest, Resume) {
  expect_answer(operations().resume(kSome, "user:anna"),
                Value::object({{"call", "resume"}, {"select", some()}, {"actor", "user:anna"}}));
}

TEST_P(OperationsTest, Pause) {
  expect_answer(
      operations().pause(kSome, "lunch", "user:anna"),
      Value::object(
          {{"call", "pause"}, {"select", some()}, {"reason", "lunch"}, {"actor", "user:anna"}}));
}

TEST_P(OperationsTest, Refresh) {
  expect_answer(operations().refresh(kSome),
                Value::object({{"call", "refresh"}, {"select", some()}}));
}

TEST_P(OperationsTest, History) {
  expect_answer(operations().history(kSome, 0),
                Value::object({{"call", "history"}, {"select", some()}, {"max", 0}}));
}

TEST_P(OperationsTest, Show) {
  expect_answer(operations().show("t/0 1"), Value::object({{"call", "show"}, {"txn", "t/0 1"}}));
}

TEST_P(OperationsTest, Log) {
  const auto answer = operations().log({7, 9, "t-000001", kSome});
  ASSERT_TRUE(answer) << answer.error().to_string();
  EXPECT_EQ((*answer)["head"]["seq"].as_int(), 41);
  ASSERT_EQ(scripted_.calls().size(), 1u);
  EXPECT_EQ(
      scripted_.calls().front(),
      Value::object(
          {{"call", "log"}, {"after", 7}, {"max", 9}, {"txn", "t-000001"}, {"select", some()}}));
}

TEST_P(OperationsTest, VerifyLog) {
  expect_answer(operations().verify_log(), Value::object({{"call", "verify_log"}}));
}

TEST_P(OperationsTest, Follow) {
  ASSERT_TRUE(operations().follow(5, collect(), Cancel()));
  EXPECT_EQ(seen_, scripted_.events);
  EXPECT_EQ(scripted_.calls().front(), Value::object({{"call", "follow"}, {"after", 5}}));
}

TEST_P(OperationsTest, Logs) {
  ASSERT_TRUE(operations().logs({.select = kSome,
                                 .object = "Deployment/web",
                                 .container = "app",
                                 .all_containers = true,
                                 .tail = -1,
                                 .follow = true,
                                 .previous = true,
                                 .timestamps = true,
                                 .since = from_rfc3339("2026-01-02T03:04:05Z")},
                                collect(), Cancel()));
  EXPECT_EQ(seen_, scripted_.events);
  EXPECT_EQ(scripted_.calls().front(), Value::object({{"call", "logs"},
                                                      {"select", some()},
                                                      {"object", "Deployment/web"},
                                                      {"container", "app"},
                                                      {"allContainers", true},
                                                      {"tail", -1},
                                                      {"follow", true},
                                                      {"previous", true},
                                                      {"timestamps", true},
                                                      {"since", "2026-01-02T03:04:05.000Z"}}));
}

TEST_P(OperationsTest, Snapshot) {
  expect_answer(operations().snapshot(), Value::object({{"call", "snapshot"}}));
}

TEST_P(OperationsTest, Remedy) {
  expect_answer(operations().remedy({Remedy::recreate_volume, kSome, "data", "user:anna"}),
                Value::object({{"call", "remedy"},
                               {"remedy", "recreate-volume"},
                               {"select", some()},
                               {"object", "data"},
                               {"actor", "user:anna"}}));
}

TEST_P(OperationsTest, FollowEndsWhenTheSinkHadEnoughOrByCancel) {
  scripted_.until_cancelled = false;
  EXPECT_TRUE(operations().follow(
      0, [](const Value&) { return false; }, Cancel()));
  scripted_.until_cancelled = true;
  const Cancel cancel;
  std::thread later([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    cancel.cancel();
  });
  EXPECT_TRUE(operations().follow(0, collect(), cancel));
  later.join();
  EXPECT_EQ(seen_, scripted_.events);
  for (int i = 0; i < 1000 && scripted_.running() > 0; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  EXPECT_EQ(scripted_.running(), 0);
}

void expect_same(const Error& got, const Error& wanted) {
  EXPECT_EQ(got.code(), wanted.code()) << got.to_string();
  EXPECT_EQ(got.retry(), wanted.retry());
  EXPECT_EQ(got.message(), wanted.message());
  EXPECT_EQ(got.hint(), wanted.hint());
  EXPECT_EQ(got.location(), wanted.location());
  EXPECT_EQ(got.context(), wanted.context());
  EXPECT_EQ(got.to_string(), wanted.to_string());
}

TEST_P(OperationsTest, ErrorsOfEveryCodeAreTheSameErrors) {
  for (const Code code : {Code::invalid, Code::not_found, Code::denied, Code::conflict,
                          Code::unavailable, Code::timeout, Code::cancelled, Code::too_large,
                          Code::exhausted, Code::unsupported, Code::corrupt, Code::internal}) {
    for (const Retry retry : {Retry::never, Retry::now, Retry::later, Retry::unknown_outcome}) {
      const Error plain(code, "what \"happened\"\nwhere", retry);
      const Error full = Error(code, "field `x` is unknown", retry)
                             .with_context("reading shop@dev")
                             .with_context("planning")
                             .with_hint("did you mean `y`?")
                             .at({"deploy/app.yaml", 12, 3});
      for (const Error& error : {plain, full}) {
        scripted_.error = error;
        const auto answer = operations().status({});
        ASSERT_FALSE(answer);
        expect_same(answer.error(), error);
      }
    }
  }
}

TEST_P(OperationsTest, ErrorsBeforeAndAfterEventsAreTheSameErrors) {
  const Error error = Error(Code::conflict, "shop@dev is locked by t-000003", Retry::later)
                          .with_hint("wait for it");
  scripted_.error = error;
  for (const bool events : {true, false}) {
    if (!events) scripted_.events.clear();
    seen_.clear();
    const auto answer = operations().sync({}, collect());
    ASSERT_FALSE(answer);
    expect_same(answer.error(), error);
    EXPECT_EQ(seen_, scripted_.events);
    const auto followed = operations().follow(0, collect(), Cancel());
    ASSERT_FALSE(followed);
    expect_same(followed.error(), error);
  }
}

TEST_P(OperationsTest, ManyEventsArriveInOrder) {
  scripted_.events.clear();
  for (int i = 0; i < 20'000; ++i) scripted_.events.push_back(Value::object({{"line", i}}));
  ASSERT_TRUE(operations().logs({.object = "web"}, collect(), Cancel()));
  EXPECT_EQ(seen_, scripted_.events);
}

INSTANTIATE_TEST_SUITE_P(, OperationsTest, ::testing::Values(Way::direct, Way::remote),
                         [](const auto& chosen) {
                           return chosen.param == Way::direct ? "Direct" : "Remote";
                         });

}  // namespace
}  // namespace rumbo::api
