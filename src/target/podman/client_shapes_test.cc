// The shapes in which Podman 4.3 and Podman 5 answer, for every call whose answer is read: 5
// renamed fields, sends times as text where 4 sent numbers, leaves empty lists out or sends null,
// and says some errors in other words.
#include <gtest/gtest.h>
#include <string>

#include "io/fake/manual_clock.h"
#include "target/podman/answers.h"
#include "target/podman/client.h"
#include "target/podman/sight.h"

namespace rumbo::target::podman {
namespace {

/// Answers every request with one body.
class OneAnswer : public io::Http {
 public:
  Result<io::HttpResponse> send(const io::HttpRequest& request, const Cancel&) override {
    urls.push_back(request.url);
    io::HttpResponse out;
    out.status = status;
    if (request.sink) {
      request.sink(body);
    } else {
      out.body = body;
    }
    return out;
  }
  std::vector<std::string> urls;
  int status = 200;
  std::string body;
};

class ShapesTest : public ::testing::Test {
 protected:
  OneAnswer http_;
  io::fake::ManualClock clock_;
  Client client_{http_, clock_, "/run/p.sock"};
};

// GET /containers/json. 5 has StartedAt in seconds as 4, ExitedAt too, and "stopping"/"removing".
TEST_F(ShapesTest, ContainersAsAList) {
  const char* infra = R"({"Id":"i1","IsInfra":true,"Names":["p-infra"],"Pod":"p1","PodName":"p",)";
  for (const std::string extra :
       {R"("State":"running","Pid":40,"StartedAt":1700000000,"ExitedAt":-62135596800})",
        R"("State":"running","Pid":40,"StartedAt":1700000000,"ExitedAt":-62135596800,)"
        R"("Networks":["n"],"Restarts":0,"CIDFile":"","Mounts":null,"Labels":null})"}) {
    http_.body = "[" + std::string(infra) + extra +
                 R"(,{"Id":"c1","Names":["p-app"],"Pod":"p1","PodName":"p","State":"exited",)"
                 R"("ExitCode":3,"Pid":0,"StartedAt":1700000001,"ExitedAt":1700000009,)"
                 R"("Command":["sh"],"Exited":true,"Created":"2026-01-01T00:00:00Z"}])";
    const auto sight = look(client_, {"install"}, Cancel());
    ASSERT_TRUE(sight) << sight.error().to_string();
    const PodSight& pod = sight->at("p");
    EXPECT_TRUE(pod.network_up);
    const ContainerSight& app = pod.containers.at("app");
    EXPECT_EQ(app.state, RunState::exited);
    EXPECT_EQ(app.exit_code, 3);
    EXPECT_EQ(app.finished.since_epoch, Duration(1700000009s));
  }
}

// Without any container 4 sends `[]`; 5 sends `null` in some releases.
TEST_F(ShapesTest, EmptyListsMayBeNull) {
  for (const char* body : {"[]", "null"}) {
    http_.body = body;
    const auto sight = look(client_, {"install"}, Cancel());
    ASSERT_TRUE(sight) << sight.error().to_string();
    EXPECT_TRUE(sight->empty());
    for (const auto& list : {client_.list_pods({}, Cancel()), client_.list_volumes({}, Cancel()),
                             client_.list_networks({}, Cancel()), client_.list_images(Cancel())}) {
      ASSERT_TRUE(list) << list.error().to_string();
      EXPECT_TRUE(list->items().empty());
    }
  }
}

TEST_F(ShapesTest, StatesOfBothGenerations) {
  struct Row {
    const char* word;
    RunState state;
  };
  for (const Row& row : {Row{"created", RunState::created}, Row{"configured", RunState::created},
                         Row{"initialized", RunState::created}, Row{"running", RunState::running},
                         Row{"paused", RunState::running}, Row{"stopping", RunState::running},
                         Row{"stopped", RunState::exited}, Row{"exited", RunState::exited},
                         Row{"removing", RunState::exited}, Row{"unknown", RunState::exited}}) {
    http_.body = R"([{"Id":"c","Names":["p-app"],"Pod":"p1","PodName":"p","State":")" +
                 std::string(row.word) + R"("}])";
    const auto sight = look(client_, {"install"}, Cancel());
    ASSERT_TRUE(sight);
    EXPECT_EQ(sight->at("p").containers.at("app").state, row.state) << row.word;
  }
}

// GET /events. 5 sends timeNano, HealthStatus and the exit code as an attribute beside 4's fields.
TEST_F(ShapesTest, Events) {
  for (const char* body :
       {R"({"Type":"container","Action":"remove","status":"remove","id":"c1","from":"a:1",)"
        R"("time":1700000000,"Actor":{"ID":"c1","Attributes":{"name":"p-app","k":"v"}}})"
        "\n",
        R"({"Type":"container","Action":"remove","id":"c1","from":"a:1","scope":"local",)"
        R"("time":1700000000,"timeNano":1700000000000000001,"HealthStatus":"",)"
        R"("Actor":{"ID":"c1","Attributes":{"containerExitCode":"0","name":"p-app","k":"v"}}})"
        "\n"}) {
    http_.body = body;
    int seen = 0;
    const auto sink = [&](const Value& event) {
      ++seen;
      EXPECT_EQ(event["Actor"]["Attributes"]["k"].str(), "v");
      EXPECT_EQ(event["Action"].str(), "remove");
      return false;
    };
    EXPECT_TRUE(client_.events(std::nullopt, {}, sink, Cancel()));
    EXPECT_EQ(seen, 1);
  }
}

// POST /images/pull. 5 adds progress lines, and both end with the ids.
TEST_F(ShapesTest, Pulls) {
  for (const char* body : {"{\"stream\":\"Trying…\\n\"}\n{\"images\":[\"abc\"],\"id\":\"abc\"}\n",
                           "{\"status\":\"pulling\",\"stream\":\"Copying blob\\n\"}\n"
                           "{\"status\":\"success\",\"images\":[\"abc\"],\"id\":\"abc\"}\n"}) {
    PullStream stream;
    ASSERT_TRUE(stream.feed(body));
    const auto id = stream.finish("a:1");
    ASSERT_TRUE(id) << id.error().to_string();
    EXPECT_EQ(*id, "abc");
  }
}

// POST /containers/NAME/wait: 4 and 5 send the bare code.
TEST_F(ShapesTest, ExitCodes) {
  http_.body = "7\n";
  EXPECT_EQ(client_.wait_container("c", Cancel()).value_or(-1), 7);
}

// POST …/create: "Id" and warnings, which 5 sends as an empty list where 4 sends null.
TEST_F(ShapesTest, Created) {
  http_.status = 201;
  for (const char* body :
       {R"({"Id":"abc","Warnings":null})", R"({"Id":"abc","Warnings":[]})", R"({"Id":"abc"})"}) {
    http_.body = body;
    EXPECT_EQ(client_.create_container(Value::object({{"name", "c"}}), Cancel()).value_or(""),
              "abc");
    EXPECT_EQ(client_.create_pod(Value::object({{"name", "p"}}), Cancel()).value_or(""), "abc");
  }
}

// Errors: both send {cause, message, response}; 5 wraps the cause deeper in the message.
TEST_F(ShapesTest, Errors) {
  struct Row {
    int status;
    const char* body;
    Code code;
  };
  for (
      const Row& row :
      {Row{404,
           R"({"cause":"no such container","message":"no container with name or ID \"c\" found: no such container","response":404})",
           Code::not_found},
       Row{409,
           R"({"cause":"network already exists","message":"network name n already used: network already exists","response":409})",
           Code::conflict},
       Row{409,
           R"({"cause":"that name is already in use","message":"creating container storage: the container name \"c\" is already in use by abc. You have to remove that container to be able to reuse that name: that name is already in use","response":500})",
           Code::conflict},
       Row{500,
           R"({"cause":"that name is already in use","message":"creating container storage: the container name \"c\" is already in use by abc. You have to remove that container to be able to reuse that name: that name is already in use","response":500})",
           Code::conflict},
       Row{500, R"({"cause":"something","message":"something else","response":500})",
           Code::unavailable}}) {
    const Error error = api_error(row.status, row.body, "inspect c");
    EXPECT_EQ(error.code(), row.code) << row.body << "\n" << error.to_string();
  }
}

// GET /networks/json: names in small letters since 4.0.
TEST_F(ShapesTest, Networks) {
  http_.body =
      R"([{"name":"n","id":"00","driver":"bridge","network_interface":"rmb1","created":)"
      R"("2026-01-01T00:00:00Z","subnets":[{"subnet":"10.9.0.0/24","gateway":"10.9.0.1"}],)"
      R"("ipv6_enabled":false,"internal":false,"dns_enabled":true,"labels":{},)"
      R"("ipam_options":{"driver":"host-local"},"containers":{}}])";
  const auto list = client_.list_networks({}, Cancel());
  ASSERT_TRUE(list);
  EXPECT_EQ((*list)[0]["subnets"][0]["subnet"].str(), "10.9.0.0/24");
}

}  // namespace
}  // namespace rumbo::target::podman
