// The API as any HTTP client sees it: statuses, refusals, server-sent events, the watch endpoints.
#include "api/service.h"

#include <atomic>
#include <chrono>
#include <gtest/gtest.h>
#include <thread>
#include <unistd.h>

#include "api/error_body.h"
#include "api/remote_operations.h"
#include "api/route.h"
#include "api/server.h"
#include "codec/json.h"
#include "raw_client.h"
#include "scripted_operations.h"

namespace rumbo::api {
namespace {

using apitest::RawClient;
using apitest::ScriptedOperations;

bool eventually(const std::function<bool()>& truth) {
  for (int i = 0; i < 1000; ++i) {
    if (truth()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

struct Answer {
  int status = 0;
  std::string head, body;
  Value value() const { return codec::parse_json(body).value_or(Value()); }
};

class ServiceTest : public ::testing::Test {
 protected:
  ServiceTest() { start(); }

  void start() {
    server_.reset();
    options_.socket_path = directory_.path() + "/s";
    auto server = Server::start(
        options_, make_handler({scripted_, metrics_, "1.2.3", [this] { return ready_; }}));
    ASSERT_TRUE(server);
    server_ = std::move(*server);
  }
  std::string socket() const { return directory_.path() + "/s"; }

  Answer ask(const std::string& method, const std::string& target, const std::string& body = "",
             const std::string& headers = "") {
    RawClient client(socket());
    client.send(method + " " + target + " HTTP/1.1\r\nConnection: close\r\nContent-Length: " +
                std::to_string(body.size()) + "\r\n" + headers + "\r\n" + body);
    const std::string all = client.read_all();
    const auto end = all.find("\r\n\r\n");
    Answer out;
    if (all.size() > 12) out.status = std::stoi(all.substr(9, 3));
    out.head = all.substr(0, end);
    out.body = end == std::string::npos ? "" : all.substr(end + 4);
    return out;
  }
  Error refused(const std::string& method, const std::string& target, const std::string& body = "",
                int status = 400) {
    const Answer answer = ask(method, target, body);
    EXPECT_EQ(answer.status, status) << target << "\n" << answer.body;
    return error_from(answer.value()["error"]);
  }

  apitest::TempDirectory directory_;
  ScriptedOperations scripted_;
  Metrics metrics_{io::real_filesystem()};
  Result<> ready_;
  ServerOptions options_;
  std::unique_ptr<Server> server_;
};

TEST_F(ServiceTest, WatchersGetWhatTheyExpect) {
  EXPECT_EQ(ask("GET", "/healthz").status, 200);
  EXPECT_EQ(ask("HEAD", "/healthz").body, "");
  EXPECT_EQ(ask("GET", "/readyz").status, 200);
  ready_ = fail(Code::unavailable, "the journal is low on space");
  const Answer answer = ask("GET", "/readyz");
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(error_from(answer.value()["error"]).message(), "the journal is low on space");
}

TEST_F(ServiceTest, RefusalsSayWhatToDo) {
  EXPECT_EQ(refused("GET", "/api/v1/status?enviroment=dev").hint(), "did you mean `environment`?");
  EXPECT_EQ(refused("POST", "/api/v1/sync", R"({"dryrun": true})").hint(),
            "did you mean `dryRun`?");
  EXPECT_EQ(refused("POST", "/api/v1/sync", R"({"dryRun": "yes"})").message(),
            "`dryRun` must be true or false");
  EXPECT_EQ(refused("POST", "/api/v1/sync", "[1]").message(), "the body must be a JSON object");
  EXPECT_EQ(refused("POST", "/api/v1/sync", "{\"a").code(), Code::invalid);
  EXPECT_EQ(refused("POST", "/api/v1/sync", R"({"applications": "shop"})").message(),
            "`applications` must be a list of strings");
  EXPECT_EQ(refused("POST", "/api/v1/rollback", "{}").message(), "`application` is missing");
  EXPECT_EQ(refused("GET", "/api/v1/status", "{}").message(), "this request takes no body");
  EXPECT_EQ(refused("GET", "/api/v1/transactions?max=-1").code(), Code::invalid);
  EXPECT_EQ(refused("GET", "/api/v1/transactions?max=1&max=2").message(), "`max` is given twice");
  EXPECT_EQ(refused("GET", "/api/v1/transactions?max=99999999999999999999").code(), Code::invalid);
  EXPECT_EQ(refused("GET", "/api/v1/../status").code(), Code::invalid);
  EXPECT_EQ(refused("GET", "/api/v1/status?environment=%zz").code(), Code::invalid);
  EXPECT_EQ(refused("GET", "/api/v1/status?environment=a%0ab").code(), Code::invalid);
  EXPECT_EQ(refused("GET", "/nowhere", "", 404).code(), Code::not_found);
  EXPECT_EQ(refused("GET", "/", "", 404).code(), Code::not_found);
  EXPECT_EQ(refused("DELETE", "/api/v1/status", "", 405).code(), Code::unsupported);
  EXPECT_EQ(refused("HEAD", "/api/v1/events", "", 405).code(), Code::internal);  // has no body
  EXPECT_NE(ask("GET", "/api/v1/sync").head.find("\r\nAllow: POST"), std::string::npos);
  EXPECT_TRUE(scripted_.calls().empty());
}

TEST_F(ServiceTest, StatusesFollowTheCode) {
  const std::vector<std::pair<Code, int>> table = {{Code::not_found, 404}, {Code::denied, 403},
                                                   {Code::conflict, 409},  {Code::timeout, 504},
                                                   {Code::exhausted, 507}, {Code::internal, 500}};
  for (const auto& [code, status] : table) {
    scripted_.error = Error(code, "no");
    EXPECT_EQ(ask("GET", "/api/v1/status").status, status);
    EXPECT_EQ(ask("POST", "/api/v1/sync").status, status);  // nothing was sent before it failed
  }
}

TEST_F(ServiceTest, WhoConnectedIsTheActorUnlessOneIsNamed) {
  ask("POST", "/api/v1/sync");
  ask("POST", "/api/v1/sync", R"({"actor": "user:anna"})");
  ask("POST", "/api/v1/pause", R"({"reason": "x"})");
  const auto calls = scripted_.calls();
  ASSERT_EQ(calls.size(), 3u);
  const std::string me = actor_of(Peer{::geteuid(), 0});
  EXPECT_EQ(calls[0]["actor"].str(), me);
  EXPECT_EQ(calls[1]["actor"].str(), "user:anna");
  EXPECT_EQ(calls[2]["actor"].str(), me);
}

Value record(int seq) {
  return Value::object(
      {{"type", "record"}, {"record", Value::object({{"seq", seq}, {"type", "begin"}})}});
}

TEST_F(ServiceTest, EventsAreServerSentAndResumable) {
  scripted_.events = {record(42), record(43)};
  const Answer answer = ask("GET", "/api/v1/events", "", "Last-Event-ID: 41\r\n");
  EXPECT_EQ(answer.status, 200);
  EXPECT_NE(answer.head.find("Content-Type: text/event-stream"), std::string::npos);
  EXPECT_NE(answer.body.find("id: 42\ndata: {\"seq\":42,\"type\":\"begin\"}\n\n"),
            std::string::npos)
      << answer.body;
  EXPECT_LT(answer.body.find("id: 42\n"), answer.body.find("id: 43\n"));
  ask("GET", "/api/v1/events?after=7");
  ask("GET", "/api/v1/events");  // from now on: the head is 41
  const auto calls = scripted_.calls();
  ASSERT_EQ(calls.size(), 4u);
  EXPECT_EQ(calls[0]["after"].as_int(), 41);
  EXPECT_EQ(calls[1]["after"].as_int(), 7);
  EXPECT_EQ(calls[2]["call"].str(), "log");
  EXPECT_EQ(calls[3]["after"].as_int(), 41);
  EXPECT_EQ(ask("GET", "/api/v1/events", "", "Last-Event-ID: x\r\n").status, 400);
}

TEST_F(ServiceTest, WorkIsStreamedAsServerSentEventsOnRequest) {
  scripted_.events = {record(9)};
  const Answer answer = ask("POST", "/api/v1/sync", "", "Accept: text/event-stream\r\n");
  EXPECT_NE(answer.body.find("id: 9\nevent: event\ndata: {\"record\":"), std::string::npos)
      << answer.body;
  EXPECT_NE(answer.body.find("event: result\ndata: {"), std::string::npos) << answer.body;
}

TEST_F(ServiceTest, AVanishedListenerEndsFollowing) {
  scripted_.until_cancelled = true;
  scripted_.events = {record(1)};
  {
    RawClient client(socket());
    client.send("GET /api/v1/events HTTP/1.1\r\n\r\n");
    EXPECT_NE(client.read_until("id: 1\n"), "");
    EXPECT_EQ(scripted_.running(), 1);
  }
  EXPECT_TRUE(eventually([&] { return scripted_.running() == 0; }));
}

TEST_F(ServiceTest, AVanishedClientDoesNotStopASync) {
  scripted_.events.assign(2000, record(1));
  {
    RawClient client(socket());
    client.send("POST /api/v1/sync HTTP/1.1\r\nContent-Length: 0\r\n\r\n");
    client.read_until("event");
  }
  EXPECT_TRUE(eventually([&] { return scripted_.calls().size() == 1; }));
}

TEST_F(ServiceTest, ASlowClientDoesNotStopASync) {
  options_.most_buffered = 10'000;
  start();
  scripted_.events.assign(50'000, record(1));
  RawClient client(socket());
  client.send("POST /api/v1/sync HTTP/1.1\r\nContent-Length: 0\r\n\r\n");
  EXPECT_TRUE(eventually([&] { return scripted_.calls().size() == 1; }));
  EXPECT_EQ(scripted_.deaf(), 1);
  EXPECT_FALSE(client.read_all().ends_with("0\r\n\r\n"));  // it can tell that this is not all
}

TEST_F(ServiceTest, FiftyClientsSyncAndLookAtOnce) {
  scripted_.events = {record(1), record(2)};
  std::atomic<int> right{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 50; ++i) {
    threads.emplace_back([&, i] {
      RemoteOperations remote(io::real_http(), socket());
      const std::string name = "app-" + std::to_string(i);
      int events = 0;
      const auto synced =
          remote.sync({.select = {{name}, ""}, .revision = "", .expect_plan = "", .actor = ""},
                      [&](const Value&) { return ++events > 0; });
      const auto shown = remote.show(name);
      if (synced && shown && events == 2 &&
          (*synced)["asked"]["select"]["applications"][0].str() == name &&
          (*shown)["asked"]["txn"].str() == name) {
        ++right;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(right, 50);
}

TEST_F(ServiceTest, WithoutADaemonTheErrorSaysSo) {
  server_.reset();
  RemoteOperations remote(io::real_http(), socket());
  const auto status = remote.status({});
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code(), Code::unavailable);
  EXPECT_NE(status.error().hint().find("is the daemon running?"), std::string::npos);
  const auto synced = remote.sync({}, [](const Value&) { return true; });
  ASSERT_FALSE(synced);
  EXPECT_EQ(synced.error().retry(), Retry::later);  // nothing was begun
}

TEST_F(ServiceTest, ADaemonThatDiesMidwayLeavesTheOutcomeUnknown) {
  std::atomic<bool> go{false};
  server_.reset();
  auto server = Server::start(options_, [&](const Request&) -> Reply {
    StreamReply reply;
    reply.run = [&](Stream& out) {
      out.write("{\"event\":{}}\n");
      while (!go) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    };
    return reply;
  });
  ASSERT_TRUE(server);
  RemoteOperations remote(io::real_http(), socket());
  std::thread killer;
  const auto synced = remote.sync({}, [&](const Value&) {
    killer = std::thread([&] { (*server)->stop(Duration(0)); });
    return true;
  });
  killer.join();
  go = true;
  ASSERT_FALSE(synced);
  EXPECT_EQ(synced.error().retry(), Retry::unknown_outcome);
  EXPECT_EQ(synced.error().hint(), "the work may go on: see `rumbo history`");
}

TEST_F(ServiceTest, OpenApiDescribesEveryRoute) {
  const Value document = ask("GET", "/api/v1/openapi.json").value();
  EXPECT_EQ(document["info"]["version"].str(), "1.2.3");
  std::size_t operations = 0;
  for (const Member& path : document["paths"].members()) operations += path.value.size();
  EXPECT_EQ(operations, routes().size());
  const Value& sync = document["paths"]["/api/v1/sync"]["post"];
  EXPECT_EQ(sync["operationId"].str(), "sync");
  const Value& schema = sync["requestBody"]["content"]["application/json"]["schema"];
  EXPECT_EQ(schema["properties"]["dryRun"]["type"].str(), "boolean");
  EXPECT_TRUE(sync["responses"]["200"]["content"].contains("application/x-ndjson"));
  const Value& get = document["paths"]["/api/v1/get/{kind}"]["get"];
  EXPECT_EQ(get["parameters"][0]["in"].str(), "path");
}

}  // namespace
}  // namespace rumbo::api
