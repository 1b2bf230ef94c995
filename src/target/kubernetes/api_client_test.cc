#include "target/kubernetes/api_client.h"

#include <gtest/gtest.h>

#include "codec/json.h"
#include "target/kubernetes/scripted_transport.h"

namespace rumbo::target::kubernetes {
namespace {

const Resource kDeployments{.group = "apps",
                            .version = "v1",
                            .kind = "Deployment",
                            .plural = "deployments",
                            .namespaced = true,
                            .verbs = {},
                            .subresources = {}};

Value object(std::string_view json) {
  return codec::parse_json(json).value();
}

class ApiClientTest : public ::testing::Test, protected ScriptedClient {};

TEST(ResourceTest, Paths) {
  EXPECT_EQ(kDeployments.path("shop", "web"), "/apis/apps/v1/namespaces/shop/deployments/web");
  EXPECT_EQ(kDeployments.path("shop"), "/apis/apps/v1/namespaces/shop/deployments");
  EXPECT_EQ(kDeployments.path(""), "/apis/apps/v1/deployments");
  Resource roles{.group = "",
                 .version = "v1",
                 .kind = "Node",
                 .plural = "nodes",
                 .namespaced = false,
                 .verbs = {},
                 .subresources = {}};
  EXPECT_EQ(roles.path("ignored", "system:a/b"), "/api/v1/nodes/system%3Aa%2Fb");
}

TEST_F(ApiClientTest, AppliesAndTellsCreatedFromChanged) {
  answers({response(201, R"({"metadata":{"uid":"1"}})"), response(200, "{}")});
  const Value web = object(R"({"apiVersion":"apps/v1","kind":"Deployment",
                               "metadata":{"name":"web","namespace":"shop"}})");
  const auto created = client.apply(kDeployments, web, {}, cancel);
  ASSERT_TRUE(created);
  EXPECT_TRUE(created->created);
  EXPECT_EQ(created->object["metadata"]["uid"].str(), "1");
  const auto changed =
      client.apply(kDeployments, web, {.manager = "a b", .force = true, .dry_run = true}, cancel);
  EXPECT_FALSE(changed->created);
  EXPECT_EQ(transport.requests[0].method, "PATCH");
  EXPECT_EQ(transport.requests[0].content_type, "application/apply-patch+yaml");
  EXPECT_EQ(transport.requests[0].path,
            "/apis/apps/v1/namespaces/shop/deployments/web?fieldManager=rumbo&force=false"
            "&fieldValidation=Strict");
  EXPECT_EQ(transport.requests[1].path,
            "/apis/apps/v1/namespaces/shop/deployments/web?fieldManager=a%20b&dryRun=All"
            "&force=true&fieldValidation=Strict");
}

TEST_F(ApiClientTest, AbsentIsNoError) {
  answers({response(404, R"({"kind":"Status","details":{"name":"w"},"code":404})")});
  const auto got = client.get(kDeployments, "shop", "w", Read::cached, cancel);
  ASSERT_TRUE(got);
  EXPECT_FALSE(*got);
  EXPECT_TRUE(transport.requests[0].path.ends_with("/w?resourceVersion=0"));
  EXPECT_FALSE(*client.remove(kDeployments, "shop", "w", {.uid = "u", .version = "7"}, cancel));
  EXPECT_EQ(transport.requests[1].body,
            R"({"apiVersion":"v1","kind":"DeleteOptions","preconditions":)"
            R"({"resourceVersion":"7","uid":"u"},"propagationPolicy":"Background"})");
}

TEST_F(ApiClientTest, WaitsOutThrottlingWithinTheDeadline) {
  answers({response(429, "", "2"), response(429, ""), response(200, "{}")});
  const MonoTime start = clock.mono();
  ASSERT_TRUE(client.get(kDeployments, "s", "w", Read::consistent, cancel));
  EXPECT_EQ(clock.mono() - start, Duration(3s));
  answers({response(429, "", "100")});
  const auto late =
      client.get(kDeployments, "s", "w", Read::consistent, cancel.with_deadline(clock.mono() + 5s));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().failure, ApiFailure::throttled);
  EXPECT_LT(clock.mono() - start, Duration(9s));
}

TEST_F(ApiClientTest, OnlyWritesHaveUnknownOutcomes) {
  answers({response(504, "")});
  EXPECT_EQ(client.get(kDeployments, "s", "w", Read::consistent, cancel).error().error.retry(),
            Retry::later);
  EXPECT_EQ(client.replace(kDeployments, object("{}"), "rumbo", cancel).error().error.retry(),
            Retry::unknown_outcome);
  answers({response(200, "no json")});
  EXPECT_EQ(client.create(kDeployments, object("{}"), "rumbo", false, cancel).error().error.retry(),
            Retry::unknown_outcome);
}

TEST_F(ApiClientTest, ListsPageByPageAndTypesItems) {
  answers({response(200, R"({"metadata":{"resourceVersion":"10","continue":"t/1"},
                             "items":[{"metadata":{"uid":"a","name":"a"}}]})"),
           response(200, R"({"metadata":{"resourceVersion":"10"},
                             "items":[{"metadata":{"uid":"b","name":"b"}}]})")});
  std::vector<Value> got;
  const auto version = client.list(
      kDeployments, {.ns = "s", .label_selector = "a=b,c", .field_selector = ""},
      [&](Value one) { got.push_back(std::move(one)); }, cancel);
  ASSERT_TRUE(version);
  EXPECT_EQ(*version, "10");
  ASSERT_EQ(got.size(), 2u);
  EXPECT_EQ(got[1]["kind"].str(), "Deployment");
  EXPECT_EQ(got[1]["apiVersion"].str(), "apps/v1");
  EXPECT_EQ(transport.requests[0].path,
            "/apis/apps/v1/namespaces/s/deployments?labelSelector=a%3Db%2Cc&limit=500");
  EXPECT_TRUE(transport.requests[1].path.ends_with("&limit=500&continue=t%2F1"));
}

TEST_F(ApiClientTest, AnExpiredTokenBeginsAnewWithoutDuplicates) {
  answers({response(200, R"({"metadata":{"resourceVersion":"10","continue":"t"},
                             "items":[{"metadata":{"uid":"a"}}]})"),
           response(410, R"({"kind":"Status","reason":"Expired","code":410})"),
           response(200, R"({"metadata":{"resourceVersion":"20"},
                             "items":[{"metadata":{"uid":"a"}},{"metadata":{"uid":"b"}}]})")});
  std::vector<std::string> uids;
  const auto version = client.list(
      kDeployments, {}, [&](const Value& one) { uids.push_back(one["metadata"]["uid"].str()); },
      cancel);
  ASSERT_TRUE(version);
  EXPECT_EQ(*version, "10") << "a watch from 20 would miss what happened to `a` since 10";
  EXPECT_EQ(uids, (std::vector<std::string>{"a", "b"}));
  answers({response(410, "")});
  EXPECT_EQ(client
                .list(
                    kDeployments, {}, [](const Value&) {}, cancel)
                .error()
                .failure,
            ApiFailure::gone);
}

TEST_F(ApiClientTest, AListBehindItsWishReadsTheTruth) {
  answers({response(504, R"({"kind":"Status","reason":"Timeout","details":{"causes":[
                             {"reason":"ResourceVersionTooLarge","message":"x"}]},"code":504})"),
           response(200, R"({"metadata":{"resourceVersion":"5"},"items":[]})")});
  ListOptions options;
  options.version_at_least = "99";
  ASSERT_TRUE(client.list(
      kDeployments, options, [](const Value&) {}, cancel));
  EXPECT_TRUE(
      transport.requests[0].path.ends_with("resourceVersion=99&resourceVersionMatch=NotOlderThan"));
  EXPECT_TRUE(transport.requests[1].path.ends_with("?limit=500"));
}

class WatchTest : public ApiClientTest {
 protected:
  ApiResult<> watch(std::string body, int status = 200) {
    answers({response(status, std::move(body))});
    return client.watch(
        kDeployments, options,
        [&](ApiEvent event) {
          events.push_back(std::move(event));
          return events.size() < enough;
        },
        cancel);
  }
  WatchOptions options;
  std::vector<ApiEvent> events;
  std::size_t enough = 100;
};

TEST_F(WatchTest, ReadsEventsCutAnywhere) {
  options.initial_events = true;
  const auto ended = watch(
      "{\"type\":\"ADDED\",\"object\":{\"kind\":\"PartialObjectMetadata\",\"metadata\":{}}}\n"
      "{\"type\":\"BOOKMARK\",\"object\":{\"metadata\":{\"resourceVersion\":\"7\",\"annotations\":"
      "{\"k8s.io/initial-events-end\":\"true\"}}}}\n"
      "{\"type\":\"MODIFIED\",\"object\":{}}\n{\"type\":\"DELETED\",\"object\":{}}\n"
      "{\"type\":\"BOOKMARK\",\"object\":{\"metadata\":{}}}\n");
  ASSERT_TRUE(ended);
  ASSERT_EQ(events.size(), 5u);
  using Type = ApiEvent::Type;
  EXPECT_EQ(events[0].type, Type::added);
  EXPECT_EQ(events[0].object["kind"].str(), "Deployment");
  EXPECT_EQ(events[1].type, Type::synced);
  EXPECT_EQ(events[2].type, Type::modified);
  EXPECT_EQ(events[3].type, Type::deleted);
  EXPECT_EQ(events[4].type, Type::bookmark);
  EXPECT_EQ(transport.requests[0].path,
            "/apis/apps/v1/deployments?watch=true&allowWatchBookmarks=true"
            "&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&timeoutSeconds=300");
}

TEST_F(WatchTest, GoneInBothShapes) {
  options.from_version = "3";
  EXPECT_EQ(watch("", 410).error().failure, ApiFailure::gone);
  EXPECT_EQ(watch(R"({"type":"ERROR","object":{"kind":"Status","reason":"Expired","code":410}})")
                .error()
                .failure,
            ApiFailure::gone);
  EXPECT_EQ(watch(R"({"type":"ERROR","object":{"kind":"Status","reason":"Gone"}})").error().failure,
            ApiFailure::gone);
  EXPECT_EQ(watch(R"({"type":"ERROR","object":{"kind":"Status","message":"boom","code":500}})")
                .error()
                .failure,
            ApiFailure::server);
}

TEST_F(WatchTest, BrokenStreamsAreErrors) {
  EXPECT_EQ(watch(R"({"type":"ADDED","object":{)").error().failure, ApiFailure::transport);
  EXPECT_EQ(watch(R"({"type":"HUGS","object":{}})").error().failure, ApiFailure::transport);
  EXPECT_EQ(watch("]").error().failure, ApiFailure::transport);
  EXPECT_TRUE(events.empty());
}

TEST_F(WatchTest, TheSinkEndsIt) {
  enough = 1;
  EXPECT_TRUE(watch("{\"type\":\"ADDED\",\"object\":{}}{\"type\":\"ADDED\",\"object\":{}}"));
  EXPECT_EQ(events.size(), 1u);
}

TEST_F(ApiClientTest, LogsComeAsLines) {
  answers({response(200, "one\ntwo\n\nlast")});
  std::vector<std::string> lines;
  const auto sink = [&](std::string_view line) {
    lines.emplace_back(line);
    return true;
  };
  ASSERT_TRUE(client.logs("s", "web-0", "container=c&tailLines=5", sink, cancel));
  EXPECT_EQ(lines, (std::vector<std::string>{"one", "two", "", "last"}));
  EXPECT_EQ(transport.requests[0].path,
            "/api/v1/namespaces/s/pods/web-0/log?container=c&tailLines=5");
}

}  // namespace
}  // namespace rumbo::target::kubernetes
