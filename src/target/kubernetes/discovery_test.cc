#include "target/kubernetes/discovery.h"

#include <gtest/gtest.h>

#include "target/kubernetes/scripted_transport.h"

namespace rumbo::target::kubernetes {
namespace {

constexpr std::string_view kCore = R"({"kind":"APIGroupDiscoveryList","items":[{"metadata":{},
  "versions":[{"version":"v1","freshness":"Current","resources":[
    {"resource":"pods","responseKind":{"group":"","version":"v1","kind":"Pod"},
     "scope":"Namespaced","verbs":["get","list"],
     "subresources":[{"subresource":"status"},{"subresource":"log"}]},
    {"resource":"nodes","responseKind":{"kind":"Node"},"scope":"Cluster","verbs":["get"]}]}]}]})";

std::string groups(std::string_view freshness, std::string_view resources,
                   std::string_view more = "") {
  return R"({"kind":"APIGroupDiscoveryList","items":[{"metadata":{"name":"x.io"},"versions":[
    {"version":"v2","freshness":"Current","resources":[
      {"resource":"news","responseKind":{"kind":"New"},"scope":"Namespaced","verbs":["get"]}]},
    {"version":"v1","freshness":")" +
         std::string(freshness) + R"(","resources":[)" + std::string(resources) + "]}]}" +
         std::string(more) + "]}";
}

constexpr std::string_view kWidgets = R"({"resource":"widgets","responseKind":{"kind":"Widget"},
  "scope":"Namespaced","verbs":["get"]})";

class DiscoveryTest : public ::testing::Test, protected ScriptedClient {
 protected:
  DiscoveryTest() {
    transport.answer = [this](const ApiRequest& request) -> Result<ApiResponse> {
      const auto found = pages.find(request.path);
      if (found == pages.end()) return response(404, "404 page not found");
      ApiResponse out = response(200, found->second);
      const std::string etag = "\"" + std::to_string(std::hash<std::string>()(out.body)) + "\"";
      for (const auto& [name, value] : request.headers) {
        if (name == "If-None-Match" && value == etag) {
          ++unchanged;
          return response(304, "");
        }
      }
      out.headers["etag"] = etag;
      return out;
    };
    pages["/api"] = kCore;
    pages["/apis"] = groups("Current", kWidgets);
  }

  std::map<std::string, std::string> pages;
  int unchanged = 0;
  Discovery discovery{client, clock};
};

TEST_F(DiscoveryTest, FindsWithTwoRequests) {
  const auto pod = discovery.find("", "v1", "Pod", cancel);
  ASSERT_TRUE(pod);
  EXPECT_EQ(pod->plural, "pods");
  EXPECT_TRUE(pod->namespaced);
  EXPECT_EQ(pod->subresources, (std::vector<std::string>{"status", "log"}));
  EXPECT_FALSE(discovery.find("", "", "Node", cancel)->namespaced);
  EXPECT_EQ(discovery.find("x.io", "", "Widget", cancel)->version, "v1");
  EXPECT_EQ(discovery.find("x.io", "", "New", cancel)->version, "v2");
  EXPECT_EQ(discovery.all(cancel)->size(), 4u);
  EXPECT_EQ(transport.requests.size(), 2u);
}

TEST_F(DiscoveryTest, LooksAnewForTheUnknownOnceASecond) {
  ASSERT_TRUE(discovery.find("", "", "Pod", cancel));
  EXPECT_EQ(discovery.find("x.io", "v1", "Late", cancel).error().failure, ApiFailure::not_served);
  EXPECT_EQ(transport.requests.size(), 2u) << "it was read this very second";
  clock.advance(2s);
  EXPECT_FALSE(discovery.find("x.io", "v1", "Late", cancel));
  EXPECT_FALSE(discovery.find("x.io", "v1", "Later", cancel));
  EXPECT_EQ(transport.requests.size(), 4u);
  EXPECT_EQ(unchanged, 2) << "the ETag spares the answer";
  pages["/apis"] = groups("Current", R"({"resource":"lates","responseKind":{"kind":"Late"},
    "scope":"Cluster","verbs":["get"]})");
  clock.advance(2s);
  EXPECT_TRUE(discovery.find("x.io", "v1", "Late", cancel));
  EXPECT_FALSE(discovery.find("x.io", "v1", "Widget", cancel)) << "it is not served any more";
}

TEST_F(DiscoveryTest, ForgetReadsAnewAtOnce) {
  ASSERT_TRUE(discovery.find("", "", "Pod", cancel));
  discovery.forget();
  ASSERT_TRUE(discovery.find("", "", "Pod", cancel));
  EXPECT_EQ(transport.requests.size(), 4u);
}

TEST_F(DiscoveryTest, StaleEntriesKeepWhatWasKnown) {
  ASSERT_TRUE(discovery.find("x.io", "v1", "Widget", cancel));
  pages["/apis"] = groups("Stale", "");
  discovery.forget();
  EXPECT_TRUE(discovery.find("x.io", "v1", "Widget", cancel));
  pages["/apis"] = groups("Current", "");
  discovery.forget();
  EXPECT_FALSE(discovery.find("x.io", "v1", "Widget", cancel));
}

TEST_F(DiscoveryTest, AFailureKeepsWhatIsKnown) {
  ASSERT_TRUE(discovery.find("x.io", "v1", "Widget", cancel));
  transport.answer = [](const ApiRequest&) -> Result<ApiResponse> {
    return fail(Code::unavailable, "refused", Retry::later);
  };
  EXPECT_TRUE(discovery.find("x.io", "v1", "Widget", cancel));
  clock.advance(2s);
  EXPECT_EQ(discovery.find("x.io", "v1", "Late", cancel).error().failure, ApiFailure::transport);
}

TEST_F(DiscoveryTest, HintsAtOtherVersionsGroupsAndSpellings) {
  const auto hint = [&](const char* group, const char* version, const char* kind) {
    return discovery.find(group, version, kind, cancel).error().error.hint();
  };
  EXPECT_EQ(hint("x.io", "v3", "Widget"), "the server has it as x.io/v1, not v3");
  EXPECT_EQ(hint("y.io", "v1", "Widget"), "the server has this kind as x.io/v1");
  EXPECT_EQ(hint("x.io", "v1", "Wigdet"), "did you mean `Widget`?");
  EXPECT_NE(hint("z.io", "v1", "Foo").find("installed?"), std::string::npos);
}

TEST_F(DiscoveryTest, OldServersAreAskedVersionByVersion) {
  pages["/api"] = R"({"kind":"APIVersions","versions":["v1"]})";
  pages["/apis"] = R"({"kind":"APIGroupList","groups":[{"name":"apps","versions":[
    {"groupVersion":"apps/v1beta1","version":"v1beta1"},{"groupVersion":"apps/v1","version":"v1"}],
    "preferredVersion":{"version":"v1"}},{"name":"broken.io","versions":[{"version":"v1"}]}]})";
  pages["/api/v1"] = R"({"resources":[{"name":"pods","kind":"Pod","namespaced":true,
    "verbs":["get"]},{"name":"pods/log","kind":"Pod"}]})";
  pages["/apis/apps/v1"] = R"({"resources":[{"name":"deployments","kind":"Deployment",
    "namespaced":true,"verbs":["get"]}]})";
  pages["/apis/apps/v1beta1"] = pages["/apis/apps/v1"];
  EXPECT_EQ(discovery.find("apps", "", "Deployment", cancel)->version, "v1");
  EXPECT_EQ(discovery.find("apps", "v1beta1", "Deployment", cancel)->version, "v1beta1");
  EXPECT_EQ(discovery.find("", "", "Pod", cancel)->subresources, std::vector<std::string>{"log"});
}

}  // namespace
}  // namespace rumbo::target::kubernetes
