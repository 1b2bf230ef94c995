// Lists, watches and faults.
#include "api_fixture.h"

namespace rumbo::fake_api {
namespace {

class Watches : public ApiFixture {
 protected:
  std::string from(const std::string& version, const std::string& more = "") {
    return std::string(kMaps) + "?watch=1&allowWatchBookmarks=true&resourceVersion=" + version +
           more;
  }
  std::vector<std::string> types(const std::vector<Value>& events) {
    std::vector<std::string> out;
    for (const Value& event : events) out.push_back(event["type"].str());
    return out;
  }
};

using Types = std::vector<std::string>;

TEST_F(Watches, ListsPageByPageOverOneSnapshot) {
  for (const char* name : {"a", "b", "c"}) apply(kMaps, map_of(name, "1"));
  const Answer first = ask("GET", std::string(kMaps) + "?limit=2");
  EXPECT_EQ(first.body["items"].size(), 2u);
  const std::string token = first.body["metadata"]["continue"].str();
  ASSERT_FALSE(token.empty());
  apply(kMaps, map_of("d", "1"));
  const Answer second = ask("GET", std::string(kMaps) + "?limit=2&continue=" + token);
  ASSERT_EQ(second.body["items"].size(), 1u);
  EXPECT_EQ(second.body["items"][0]["metadata"]["name"].as_string(), "c");
  EXPECT_EQ(second.body["metadata"]["resourceVersion"], first.body["metadata"]["resourceVersion"]);
  api.with([](Cluster& cluster, Controllers&) { cluster.store().compact(); });
  EXPECT_EQ(ask("GET", std::string(kMaps) + "?limit=2&continue=" + token).status, 410);
}

TEST_F(Watches, SelectorsChoose) {
  apply(kMaps, map_of("a", "1").with_path({"metadata", "labels"}, yaml("{app: x, tier: web}")));
  apply(kMaps, map_of("b", "1").with_path({"metadata", "labels"}, yaml("{app: other}")));
  const auto count = [&](const std::string& query) {
    return ask("GET", std::string(kMaps) + "?" + query).body["items"].size();
  };
  EXPECT_EQ(count("labelSelector=app%3Dx"), 1u);
  EXPECT_EQ(count("labelSelector=app%20in%20(x,other)"), 2u);
  EXPECT_EQ(count("labelSelector=!tier"), 1u);
  EXPECT_EQ(count("labelSelector=app!%3Dx"), 1u);
  EXPECT_EQ(count("labelSelector=tier,app%3Dx"), 1u);
  EXPECT_EQ(count("fieldSelector=metadata.name%3Db"), 1u);
}

TEST_F(Watches, GoOnFromAVersion) {
  const Answer a = apply(kMaps, map_of("a", "1"));
  apply(kMaps, map_of("b", "1"));
  apply(kMaps, map_of("a", "2"));
  ask("DELETE", std::string(kMaps) + "/b");
  const auto events = watch(from(a.version()));
  EXPECT_EQ(types(events), (Types{"ADDED", "MODIFIED", "DELETED"}));
  EXPECT_EQ(events[2]["object"]["metadata"]["name"].as_string(), "b");
}

TEST_F(Watches, InitialEventsEndWithAMark) {
  apply(kMaps, map_of("a", "1"));
  const auto events = watch(std::string(kMaps) +
                            "?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&"
                            "allowWatchBookmarks=true");
  ASSERT_EQ(types(events), (Types{"ADDED", "BOOKMARK"}));
  EXPECT_EQ(events[1]["object"]["metadata"]["annotations"]["k8s.io/initial-events-end"].as_string(),
            "true");
}

TEST_F(Watches, LeavingASelectionLooksLikeDeletion) {
  const Value labelled = map_of("a", "1").with_path({"metadata", "labels"}, yaml("{app: x}"));
  const Answer made = apply(kMaps, labelled);
  apply(kMaps, map_of("a", "1"));
  apply(kMaps, labelled);
  EXPECT_EQ(types(watch(from(made.version(), "&labelSelector=app%3Dx"))),
            (Types{"DELETED", "ADDED"}));
}

TEST_F(Watches, OldVersionsAreGone) {
  const Answer made = apply(kMaps, map_of("a", "1"));
  apply(kMaps, map_of("a", "2"));
  api.with([](Cluster& cluster, Controllers&) { cluster.store().compact(); });
  watch(from(made.version()));
  EXPECT_EQ(last_watch->status, 410);
  const Answer now = ask("GET", kMaps);
  api.intercept([](const Seen& seen) -> std::optional<Injected> {
    if (seen.call.verb != "watch") return std::nullopt;
    return Injected{.kind = Injected::Kind::gone};
  });
  const auto events = watch(from(now.version()));
  ASSERT_EQ(types(events), Types{"ERROR"});
  EXPECT_EQ(events[0]["object"]["code"].as_int(), 410);
}

TEST_F(Watches, BookmarksComeEveryMinute) {
  const Answer made = apply(kMaps, map_of("a", "1"));
  api.on_idle({});
  int idles = 0;
  ApiRequest request;
  request.path = from(made.version(), "&timeoutSeconds=300");
  request.timeout = 600s;
  api.on_idle([&] {
    clock.advance(30s);
    return ++idles < 100;
  });
  int lines = 0;
  const auto ended = api.stream(
      request, [&](std::string_view) { return ++lines > 0; }, Cancel());
  EXPECT_TRUE(ended);
  EXPECT_EQ(lines, 5);
  EXPECT_LT(idles, 100);
}

TEST_F(Watches, BreakInTheMiddleOfAnEvent) {
  const Answer made = apply(kMaps, map_of("a", "1"));
  apply(kMaps, map_of("a", "2"));
  api.intercept([](const Seen&) { return Injected{.kind = Injected::Kind::cut}; });
  EXPECT_TRUE(watch(from(made.version())).empty());
  EXPECT_FALSE(last_watch);
}

TEST_F(Watches, MetadataAlone) {
  const Answer made = apply(kMaps, map_of("a", "1"));
  ApiRequest request;
  request.path = std::string(kMaps) + "/a";
  request.accept = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";
  const auto answer = codec::parse_json(api.send(request, Cancel())->body);
  EXPECT_EQ((*answer)["kind"].as_string(), "PartialObjectMetadata");
  EXPECT_EQ((*answer)["metadata"], made.body["metadata"]);
  EXPECT_FALSE(answer->contains("data"));
}

TEST_F(Watches, FaultsOfCalls) {
  using Kind = Injected::Kind;
  std::optional<Injected> next;
  api.intercept([&](const Seen&) { return std::exchange(next, std::nullopt); });
  ApiRequest request;
  request.method = "PATCH";
  request.path = std::string(kMaps) + "/x?fieldManager=rumbo";
  request.content_type = "application/apply-patch+yaml";
  request.body = codec::to_json(map_of("x", "1"));
  const auto there = [&] { return !api.find("", "ConfigMap", "default", "x").is_null(); };
  const auto fresh = [&] { ask("DELETE", std::string(kMaps) + "/x"); };

  next = Injected{.kind = Kind::answer, .status = 429, .retry_after = 7};
  const auto throttled = api.send(request, Cancel());
  EXPECT_EQ(throttled->status, 429);
  EXPECT_EQ(throttled->headers.at("retry-after"), "7");
  EXPECT_FALSE(there());

  next = Injected{.kind = Kind::lost};
  EXPECT_EQ(api.send(request, Cancel()).error().retry(), Retry::unknown_outcome);
  EXPECT_FALSE(there());
  next = Injected{.kind = Kind::not_sent};
  EXPECT_EQ(api.send(request, Cancel()).error().retry(), Retry::later);
  EXPECT_FALSE(there());
  next = Injected{.kind = Kind::done};
  EXPECT_EQ(api.send(request, Cancel()).error().retry(), Retry::unknown_outcome);
  EXPECT_TRUE(there());
  fresh();
  next = Injected{.kind = Kind::done_later, .after = 20s};
  EXPECT_FALSE(api.send(request, Cancel()));
  EXPECT_FALSE(there());
  clock.advance(21s);
  EXPECT_TRUE(there());

  api.partition_until(clock.mono() + 10s);
  EXPECT_EQ(api.send(request, Cancel()).error().retry(), Retry::later);
  clock.advance(11s);
  EXPECT_TRUE(api.send(request, Cancel()));
}

}  // namespace
}  // namespace rumbo::fake_api
