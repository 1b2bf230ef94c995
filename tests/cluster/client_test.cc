// The client against a real control plane: HTTP/2, TLS, discovery, every verb, watches.
#include <atomic>
#include <cstdlib>
#include <gtest/gtest.h>
#include <mutex>
#include <thread>

#include "codec/yaml.h"
#include "io/env.h"
#include "target/kubernetes/discovery.h"
#include "target/kubernetes/http_transport.h"
#include "target/kubernetes/reflector.h"

namespace rumbo::target::kubernetes {
namespace {

Value yaml(const std::string& text) {
  return codec::parse_yaml_value(text).value();
}

class ClusterClientTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const char* kubeconfig = std::getenv("RUMBO_TEST_KUBECONFIG");
    if (kubeconfig == nullptr || !env.files.stat(kubeconfig)) {
      GTEST_SKIP() << "RUMBO_TEST_KUBECONFIG names no kubeconfig: there is no control plane";
    }
    options.kubeconfig = kubeconfig;
    connect();
    const std::string name = ::testing::UnitTest::GetInstance()->current_test_info()->name() +
                             std::to_string(::getpid());
    ns = "client-";
    for (const char c : name) ns += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    ns.resize(std::min<std::size_t>(ns.size(), 60));
    const auto namespaces = find("", "Namespace");
    ASSERT_TRUE(client->create(
        namespaces, yaml("{apiVersion: v1, kind: Namespace, metadata: {name: " + ns + "}}"),
        "rumbo", false, soon()));
  }
  void TearDown() override {
    if (client && !ns.empty()) (void)client->remove(find("", "Namespace"), "", ns, {}, soon());
  }

  void connect() {
    const auto access = find_access(env.files, options);
    ASSERT_TRUE(access) << access.error().to_string();
    transport = std::make_unique<HttpTransport>(*access, env, transport_options);
    client = std::make_unique<ApiClient>(*transport, env.clock, env.sleep);
    discovery = std::make_unique<Discovery>(*client, env.clock);
  }
  Cancel soon(Duration after = 60s) const {
    return Cancel().with_deadline(env.clock.mono() + after);
  }
  Resource find(const std::string& group, const std::string& kind) {
    auto found = discovery->find(group, "", kind, soon());
    EXPECT_TRUE(found) << found.error().error.to_string();
    return found ? *found : Resource();
  }
  Value config(const std::string& name, const std::string& data = "a") const {
    return yaml("{apiVersion: v1, kind: ConfigMap, metadata: {name: " + name +
                ", namespace: " + ns + ", labels: {app: x}}, data: {k: " + data + "}}");
  }
  static std::string meta(const Value& object, const char* field) {
    return object["metadata"][field].str();
  }

  io::Env env = io::real_env();
  AccessOptions options;
  HttpTransportOptions transport_options;
  std::unique_ptr<HttpTransport> transport;
  std::unique_ptr<ApiClient> client;
  std::unique_ptr<Discovery> discovery;
  std::string ns;
};

TEST_F(ClusterClientTest, DiscoversWhatIsServed) {
  EXPECT_EQ(find("apps", "Deployment").path("a", "b"), "/apis/apps/v1/namespaces/a/deployments/b");
  EXPECT_FALSE(find("rbac.authorization.k8s.io", "ClusterRole").namespaced);
  const auto all = discovery->all(soon());
  ASSERT_TRUE(all);
  EXPECT_GT(all->size(), 40u);
  const auto none = discovery->find("apps", "v1", "Deploymnet", soon());
  EXPECT_EQ(none.error().failure, ApiFailure::not_served);
  EXPECT_EQ(none.error().error.hint(), "did you mean `Deployment`?");
  const auto version = client->raw_get("/version", "", soon());
  ASSERT_TRUE(version);
  EXPECT_FALSE((*version)["gitVersion"].str().empty());
}

TEST_F(ClusterClientTest, AppliesWithPreconditionsAndTellsConflictsApart) {
  const Resource maps = find("", "ConfigMap");
  const auto made = client->apply(maps, config("one"), {}, soon());
  ASSERT_TRUE(made) << made.error().error.to_string();
  EXPECT_TRUE(made->created);
  const auto again = client->apply(maps, config("one"), {}, soon());
  EXPECT_FALSE(again->created);
  EXPECT_EQ(meta(again->object, "resourceVersion"), meta(made->object, "resourceVersion"));

  const auto other = client->apply(maps, config("one", "b"), {.manager = "other"}, soon());
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().failure, ApiFailure::owned_elsewhere) << other.error().error.to_string();
  ASSERT_FALSE(other.error().causes.empty());
  EXPECT_EQ(other.error().causes[0].field, ".data.k");

  const auto guarded = [&](const std::string& uid, const std::string& version) {
    Value object = config("one", "c");
    object = object.with_path({"metadata", "uid"}, uid);
    return client->apply(maps, object.with_path({"metadata", "resourceVersion"}, version), {},
                         soon());
  };
  const std::string uid = meta(made->object, "uid");
  EXPECT_EQ(guarded(uid, "1").error().failure, ApiFailure::version_conflict);
  const auto wrong_uid =
      guarded("00000000-0000-0000-0000-000000000000", meta(made->object, "resourceVersion"));
  EXPECT_EQ(wrong_uid.error().failure, ApiFailure::version_conflict)
      << wrong_uid.error().error.to_string();
  EXPECT_TRUE(guarded(uid, meta(made->object, "resourceVersion")));

  EXPECT_EQ(client->create(maps, config("one"), "rumbo", false, soon()).error().failure,
            ApiFailure::exists);
  EXPECT_EQ(client->remove(maps, ns, "one", {.uid = "nope"}, soon()).error().failure,
            ApiFailure::version_conflict);
  EXPECT_TRUE(*client->remove(maps, ns, "one", {.uid = uid}, soon()));
  EXPECT_FALSE(*client->remove(maps, ns, "one", {}, soon()));
  EXPECT_FALSE(*client->get(maps, ns, "one", Read::consistent, soon()));
}

TEST_F(ClusterClientTest, MistakesAreInvalidNotTransient) {
  const Resource deployments = find("apps", "Deployment");
  const Value bad =
      yaml("{apiVersion: apps/v1, kind: Deployment, metadata: {name: x, namespace: " + ns +
           "}, spec: {replicaz: 1}}");
  const auto unknown = client->apply(deployments, bad, {.dry_run = true}, soon());
  EXPECT_EQ(unknown.error().failure, ApiFailure::invalid) << unknown.error().error.to_string();
  const Value empty =
      yaml("{apiVersion: apps/v1, kind: Deployment, metadata: {name: x, namespace: " + ns + "}}");
  EXPECT_EQ(client->apply(deployments, empty, {}, soon()).error().failure, ApiFailure::invalid);
  const Value nowhere = config("x").with_path({"metadata", "namespace"}, "no-such-namespace");
  EXPECT_EQ(client->apply(find("", "ConfigMap"), nowhere, {}, soon()).error().failure,
            ApiFailure::absent);
  const Resource unserved{.group = "no.such.io",
                          .version = "v1",
                          .kind = "X",
                          .plural = "xs",
                          .namespaced = true,
                          .verbs = {},
                          .subresources = {}};
  EXPECT_EQ(client->get(unserved, ns, "x", Read::consistent, soon()).error().failure,
            ApiFailure::not_served);
}

TEST_F(ClusterClientTest, PatchesReplacesAndDryRuns) {
  const Resource maps = find("", "ConfigMap");
  const auto dry = client->apply(maps, config("dry"), {.dry_run = true}, soon());
  ASSERT_TRUE(dry) << dry.error().error.to_string();
  EXPECT_FALSE(*client->get(maps, ns, "dry", Read::consistent, soon()));
  Value made = client->apply(maps, config("p"), {}, soon()).value().object;
  const auto patched = client->json_patch(
      maps, ns, "p",
      yaml("[{op: replace, path: /metadata/resourceVersion, value: '" +
           meta(made, "resourceVersion") + "'}, {op: replace, path: /data/k, value: z}]"),
      "rumbo", soon());
  ASSERT_TRUE(patched) << patched.error().error.to_string();
  EXPECT_EQ((*patched)["data"]["k"].str(), "z");
  EXPECT_EQ(client->replace(maps, made, "rumbo", soon()).error().failure,
            ApiFailure::version_conflict);
  EXPECT_TRUE(client->replace(maps, *patched, "rumbo", soon()));
}

TEST_F(ClusterClientTest, ListsManyPagesWithManyInFlight) {
  const Resource maps = find("", "ConfigMap");
  std::atomic<int> next{0}, failed{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 24; ++i) {
    threads.emplace_back([&] {
      for (int n = next++; n < 620; n = next++) {
        failed += client->apply(maps, config("m" + std::to_string(n)), {}, soon()) ? 0 : 1;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(failed, 0);
  EXPECT_GT(transport->admitted(), 16);
  for (const bool metadata_only : {false, true}) {
    int count = 0;
    const auto version = client->list(
        maps, {.ns = ns, .label_selector = "app=x", .metadata_only = metadata_only},
        [&](const Value& one) {
          ++count;
          EXPECT_EQ(one["kind"].str(), "ConfigMap");
          EXPECT_EQ(one["apiVersion"].str(), "v1");
          EXPECT_EQ(one.contains("data"), !metadata_only);
        },
        soon());
    ASSERT_TRUE(version) << version.error().error.to_string();
    EXPECT_FALSE(version->empty());
    EXPECT_EQ(count, 620);
  }
}

/// The names of what is there, and when it was told whole.
class Names : public ReflectorSink {
 public:
  void begin() override {}
  void put(Value object) override { change(object, true); }
  void gone(Value object) override { change(object, false); }
  void end() override {
    const std::lock_guard lock(mutex_);
    synced_ = true;
  }
  void live(bool) override {}
  void trouble(const ApiError& error) override {
    const std::lock_guard lock(mutex_);
    troubles_ += error.error.to_string() + "\n";
  }
  bool synced() {
    const std::lock_guard lock(mutex_);
    return synced_;
  }
  bool has(const std::string& name) {
    const std::lock_guard lock(mutex_);
    return names_.contains(name);
  }
  std::string troubles() {
    const std::lock_guard lock(mutex_);
    return troubles_;
  }

 private:
  void change(const Value& object, bool there) {
    const std::lock_guard lock(mutex_);
    const std::string name = object["metadata"]["name"].str();
    if (there) {
      names_.insert(name);
    } else {
      names_.erase(name);
    }
  }
  std::mutex mutex_;
  std::set<std::string> names_;
  std::string troubles_;
  bool synced_ = false;
};

TEST_F(ClusterClientTest, ReflectorsFollowBothWaysOfListing) {
  const Resource maps = find("", "ConfigMap");
  for (const bool streaming : {true, false}) {
    const std::string first = streaming ? "s1" : "l1", second = streaming ? "s2" : "l2";
    ASSERT_TRUE(client->apply(maps, config(first), {}, soon()));
    Names names;
    Reflector reflector(
        *client, env.clock, env.sleep, [] { return 0.5; }, [&](const Cancel&) { return maps; },
        {.ns = ns, .label_selector = "app=x", .metadata_only = true, .streaming_list = streaming},
        names);
    Cancel cancel;
    std::thread thread([&] { reflector.run(cancel); });
    const auto wait = [&](const std::function<bool()>& until) {
      const MonoTime end = env.clock.mono() + 20s;
      while (!until() && env.clock.mono() < end) env.sleep(2ms);
      return until();
    };
    EXPECT_TRUE(wait([&] { return names.synced() && names.has(first); })) << names.troubles();
    const MonoTime start = env.clock.mono();
    EXPECT_TRUE(client->apply(maps, config(second), {}, soon()));
    EXPECT_TRUE(wait([&] { return names.has(second); }));
    RecordProperty("event_ms", static_cast<int>((env.clock.mono() - start) / 1ms));
    EXPECT_TRUE(client->remove(maps, ns, first, {}, soon()));
    EXPECT_TRUE(wait([&] { return !names.has(first); }));
    // Losing the label looks like a deletion.
    EXPECT_TRUE(client->json_patch(
        maps, ns, second, yaml("[{op: remove, path: /metadata/labels/app}]"), "rumbo", soon()));
    EXPECT_TRUE(wait([&] { return !names.has(second); }));
    EXPECT_TRUE(*client->get(maps, ns, second, Read::consistent, soon()));
    cancel.cancel();
    thread.join();
    EXPECT_EQ(names.troubles(), "");
  }
}

TEST_F(ClusterClientTest, OldVersionsAreGone) {
  WatchOptions watch{.ns = ns, .from_version = "1"};
  const auto ended = client->watch(
      find("", "ConfigMap"), watch, [](const ApiEvent&) { return true; }, soon(10s));
  // A young server still has everything since version 1.
  if (!ended && ended.error().failure != ApiFailure::transport) {
    EXPECT_EQ(ended.error().failure, ApiFailure::gone) << ended.error().error.to_string();
  }
}

TEST_F(ClusterClientTest, HundredsOfWatchesDoNotHoldUpCalls) {
  const Resource maps = find("", "ConfigMap");
  Cancel cancel;
  std::atomic<int> events{0};
  std::vector<std::thread> threads;
  constexpr int kWatches = 250;
  for (int i = 0; i < kWatches; ++i) {
    threads.emplace_back([&] {
      WatchOptions watch{
          .ns = ns, .label_selector = "app=x", .metadata_only = true, .initial_events = true};
      (void)client->watch(
          maps, watch,
          [&](const ApiEvent& event) {
            events += event.type == ApiEvent::Type::added ? 1 : 0;
            return true;
          },
          cancel);
    });
  }
  ASSERT_TRUE(client->apply(maps, config("seen"), {}, soon()));
  const MonoTime end = env.clock.mono() + 30s;
  while (events < kWatches && env.clock.mono() < end) env.sleep(5ms);
  EXPECT_EQ(events, kWatches);
  const MonoTime start = env.clock.mono();
  EXPECT_TRUE(client->get(maps, ns, "seen", Read::consistent, soon()));
  EXPECT_LT(env.clock.mono() - start, Duration(2s));
  cancel.cancel();
  for (auto& thread : threads) thread.join();
}

TEST_F(ClusterClientTest, SpeaksHttp1Too) {
  transport_options.http2 = false;
  connect();
  const Resource maps = find("", "ConfigMap");
  EXPECT_TRUE(client->apply(maps, config("old"), {}, soon()));
  EXPECT_TRUE(*client->get(maps, ns, "old", Read::cached, soon()));
}

TEST_F(ClusterClientTest, ServerNamesAreAskedForAndChecked) {
  Access access = find_access(env.files, options).value();
  for (const auto& [name, good] :
       {std::pair("kubernetes.default.svc", true), {"other.host", false}}) {
    access.cluster.tls_server_name = name;
    HttpTransport named(access, env, {});
    ApiClient other(named, env.clock, env.sleep);
    const auto version = other.raw_get("/version", "", soon());
    EXPECT_EQ(version.has_value(), good) << name;
  }
  access.cluster.tls_server_name.clear();
  access.cluster.ca_pem.clear();
  HttpTransport untrusted(access, env, {});
  ApiClient other(untrusted, env.clock, env.sleep);
  const auto refused = other.raw_get("/version", "", soon());
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().error.to_string().find("CA file"), std::string::npos)
      << refused.error().error.to_string();
}

TEST_F(ClusterClientTest, ActsAsSomebodyElse) {
  Access access = find_access(env.files, options).value();
  access.user.as = "system:serviceaccount:" + ns + ":nobody";
  access.user.as_groups = {"system:authenticated"};
  HttpTransport other(access, env, {});
  ApiClient nobody(other, env.clock, env.sleep);
  const auto refused = nobody.get(find("", "ConfigMap"), ns, "x", Read::consistent, soon());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().failure, ApiFailure::forbidden) << refused.error().error.to_string();
  EXPECT_NE(refused.error().error.to_string().find("nobody"), std::string::npos);
}

TEST_F(ClusterClientTest, TokensComeFromFilesAndPluginsAndAreRenewed) {
  const Resource accounts = find("", "ServiceAccount");
  ASSERT_TRUE(client->create(accounts,
                             yaml("{apiVersion: v1, kind: ServiceAccount, metadata: {name: robot, "
                                  "namespace: " +
                                  ns + "}}"),
                             "rumbo", false, soon()));
  ApiRequest request;
  request.method = "POST";
  request.path = accounts.path(ns, "robot") + "/token";
  request.content_type = "application/json";
  request.body = R"({"apiVersion":"authentication.k8s.io/v1","kind":"TokenRequest","spec":{}})";
  const auto answer = client->call(request, "ask for a token", soon());
  ASSERT_TRUE(answer) << answer.error().error.to_string();
  const std::string token = codec::parse_yaml_value(answer->body).value()["status"]["token"].str();
  ASSERT_FALSE(token.empty());

  const std::string file = ::testing::TempDir() + "/" + ns + ".token";
  ASSERT_TRUE(env.files.write_atomic(file, "wrong"));
  Access access = find_access(env.files, options).value();
  access.user = {};
  access.user.token_file = file;
  HttpTransport by_file(access, env, {});
  ApiClient robot(by_file, env.clock, env.sleep);
  const auto ask = [&](ApiClient& as) {
    return as.get(accounts, ns, "robot", Read::consistent, soon()).error().failure;
  };
  EXPECT_EQ(ask(robot), ApiFailure::unauthorized);
  access.user.token_file.clear();
  access.user.exec =
      ExecPlugin{.api_version = "v1",
                 .command = "/bin/sh",
                 .args = {"-c",
                          "echo '{\"apiVersion\":\"client.authentication.k8s.io/v1\",\"kind\":"
                          "\"ExecCredential\",\"status\":{\"token\":\"'$TOKEN'\"}}'"},
                 .env = {{"TOKEN", token}},
                 .interactive_mode = "Never",
                 .install_hint = {},
                 .provide_cluster_info = true,
                 .where = {}};
  HttpTransport by_plugin(access, env, {.environment = process_environment()});
  ApiClient plugin(by_plugin, env.clock, env.sleep);
  EXPECT_EQ(ask(plugin), ApiFailure::forbidden) << "known, but not allowed to read";
  ASSERT_TRUE(env.files.write_atomic(file, token));
  HttpTransport fresh(
      [&] {
        Access again = access;
        again.user = {};
        again.user.token_file = file;
        return again;
      }(),
      env, {});
  ApiClient renewed(fresh, env.clock, env.sleep);
  EXPECT_EQ(ask(renewed), ApiFailure::forbidden);
  (void)env.files.remove(file);
}

}  // namespace
}  // namespace rumbo::target::kubernetes
