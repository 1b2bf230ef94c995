// The client against a real Podman: a pod with its volumes, logs, exec, events, errors.
#include <algorithm>
#include <atomic>
#include <gtest/gtest.h>
#include <string>
#include <thread>
#include <vector>

#include "client_fixture.h"

namespace rumbo::target::podman {

TEST_F(PodmanTest, TellsWhatItIs) {
  ASSERT_TRUE(client().ping(limit(5s)));
  const auto version = client().version(limit(5s));
  ASSERT_TRUE(version);
  EXPECT_EQ((*version)["Version"].str(), service_->facts().podman_version);
  const auto info = client().info(limit(5s));
  ASSERT_TRUE(info);
  EXPECT_EQ((*info)["store"]["graphRoot"].str(), directory_ + "/root");
  EXPECT_EQ((*info)["host"]["networkBackend"].str(), "netavark");
}

TEST_F(PodmanTest, IdentityIsOfTheStorageAndStays) {
  const auto first = service_->identity(limit(5s));
  ASSERT_TRUE(first) << first.error().to_string();
  EXPECT_EQ(first->size(), 32u);
  EXPECT_EQ(*service_->identity(limit(5s)), *first);
  EXPECT_TRUE(std::filesystem::exists(directory_ + "/root/rumbo.id"));
}

TEST_F(PodmanTest, DeploymentsThatBeginAtOnceMakeOneIdentity) {
  constexpr std::size_t kAtOnce = 8;
  for (int round = 0; round < 20; ++round) {
    std::filesystem::remove(directory_ + "/root/rumbo.id");
    std::vector<Result<std::string>> seen(kAtOnce, std::string());
    std::vector<std::thread> threads;
    for (auto& one : seen) threads.emplace_back([&one] { one = service_->identity(limit(5s)); });
    for (auto& thread : threads) thread.join();
    for (const auto& one : seen) {
      ASSERT_TRUE(one) << one.error().to_string();
      EXPECT_EQ(*one, *seen[0]);
    }
  }
}

TEST_F(PodmanTest, TroubleWithTheIdentityIsTheMachines) {
  std::filesystem::remove(directory_ + "/root/rumbo.id");
  std::ofstream(directory_ + "/root/rumbo.id") << "not an identity";
  const auto found = service_->identity(limit(5s));
  std::filesystem::remove(directory_ + "/root/rumbo.id");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().retry(), Retry::later) << "a revision would be quarantined for it";
}

TEST_F(PodmanTest, RunsAPodWithItsAddressNamesAndLimits) {
  Value pod = one_container("sleep 100");
  Value main =
      pod["spec"]["containers"][0]
          .with("resources",
                Value::object({{"limits", Value::object({{"memory", "32Mi"}, {"cpu", "500m"}})}}))
          .with(
              "securityContext",
              Value::object({{"runAsUser", 1000},
                             {"allowPrivilegeEscalation", false},
                             {"readOnlyRootFilesystem", true},
                             {"capabilities", Value::object({{"drop", Value::array({"ALL"})}})}}));
  pod = pod.with_path({"spec", "containers"}, Value::array({main}));
  PodContext where = context("web-1");
  where.static_ip = "10.213.7.9";
  where.extra_hosts = {{"api.shop", "10.99.0.1"}};
  where.dns_servers = {"10.213.7.1"};
  where.dns_search = {"shop.svc"};
  const auto plan = translate(pod, where);
  ASSERT_TRUE(plan) << plan.error().to_string();
  const auto ran = run(*plan);
  ASSERT_TRUE(ran) << ran.error().to_string();

  const auto found = client().exec(
      "web-1-main",
      {"/bin/busybox", "sh", "-c",
       "busybox id -u; busybox ip addr; busybox cat /etc/hosts /etc/resolv.conf; busybox hostname;"
       "busybox touch /x || echo read-only; busybox grep -E 'CapEff|NoNewPrivs' /proc/self/status"},
      {.timeout = 10s, .max_output = 16384}, limit(20s));
  ASSERT_TRUE(found) << found.error().to_string();
  const std::string& text = found->output;
  EXPECT_TRUE(text.starts_with("1000\n")) << text;
  for (const char* part :
       {"10.213.7.9/24", "10.99.0.1", "api.shop", "nameserver 10.213.7.1", "search shop.svc",
        "web-1\n", "read-only", "NoNewPrivs:\t1", "CapEff:\t0000000000000000"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << " is not in\n" << text;
  }
  const auto inspected = client().inspect_container("web-1-main", limit(5s));
  ASSERT_TRUE(inspected);
  EXPECT_EQ((*inspected)["HostConfig"]["Memory"].as_int(), 32 << 20);
  EXPECT_EQ((*inspected)["HostConfig"]["CpuQuota"].as_int(), 50'000);
  EXPECT_EQ((*inspected)["HostConfig"]["RestartPolicy"]["Name"].str(), "unless-stopped");
  EXPECT_EQ((*inspected)["Config"]["Labels"]["rumbo.dev/install"].str(), "test");

  const auto mine = client().list_pods({{"rumbo.dev/install", "test"}}, limit(5s));
  ASSERT_TRUE(mine);
  EXPECT_EQ(mine->size(), 1u);
  const auto others = client().list_pods({{"rumbo.dev/install", "other"}}, limit(5s));
  ASSERT_TRUE(others);
  EXPECT_EQ(others->size(), 0u);
  const auto containers = client().list_containers({{"app", "probe"}}, true, limit(5s));
  ASSERT_TRUE(containers);
  EXPECT_GE(containers->size(), 1u);
}

TEST_F(PodmanTest, ContainersSeeTheirVolumes) {
  Value pod = one_container("sleep 100");
  const auto mount = [](const char* name, const char* path) {
    return Value::object({{"name", name}, {"mountPath", path}});
  };
  const Value main = pod["spec"]["containers"][0].with(
      "volumeMounts",
      Value::array({mount("config", "/config"), mount("keys", "/keys"), mount("temp", "/temp"),
                    mount("data", "/data"), mount("config", "/one").with("subPath", "a.txt")}));
  pod = pod.with_path({"spec", "containers"}, Value::array({main}));
  pod = pod.with_path(
      {"spec", "volumes"},
      Value::array(
          {Value::object({{"name", "config"}, {"configMap", Value::object({{"name", "web"}})}}),
           Value::object(
               {{"name", "keys"},
                {"secret", Value::object({{"secretName", "web"}, {"defaultMode", 0400}})}}),
           Value::object({{"name", "temp"}, {"emptyDir", Value::object()}}),
           Value::object({{"name", "data"},
                          {"persistentVolumeClaim", Value::object({{"claimName", "data"}})}})}));
  const Value config = Value::object({{"kind", "ConfigMap"},
                                      {"metadata", Value::object({{"name", "web"}})},
                                      {"data", Value::object({{"a.txt", "from config\n"}})}});
  const Value secret = Value::object({{"kind", "Secret"},
                                      {"metadata", Value::object({{"name", "web"}})},
                                      {"data", Value::object({{"key", "aHVzaA=="}})}});
  PodContext where = context("files-1");
  where.lookup = [&](std::string_view kind, std::string_view) {
    return kind == "Secret" ? &secret : &config;
  };
  const auto plan = translate(pod, where);
  ASSERT_TRUE(plan) << plan.error().to_string();
  const auto ran = run(*plan);
  ASSERT_TRUE(ran) << ran.error().to_string();
  const auto found = client().exec(
      "files-1-main",
      {"/bin/busybox", "sh", "-c",
       "busybox cat /config/a.txt /one; busybox cat /keys/key; echo; busybox stat -c %a /keys/key;"
       "busybox touch /config/x 2>/dev/null || echo no; busybox touch /temp/x /data/x && echo yes"},
      {.timeout = 10s, .max_output = 16384}, limit(20s));
  ASSERT_TRUE(found) << found.error().to_string();
  EXPECT_TRUE(found->output.starts_with("from config\nfrom config\nhush\n400\n")) << found->output;
  EXPECT_NE(found->output.find("no\nyes\n"), std::string::npos) << found->output;
  EXPECT_TRUE(*client().volume_exists("rumbo-shop-data", limit(5s)));
  ASSERT_TRUE(client().remove_pod("files-1", true, limit(20s)));
  EXPECT_TRUE(*client().volume_exists("rumbo-shop-data", limit(5s))) << "claims outlive pods";
  EXPECT_TRUE(client().remove_volume("rumbo-shop-data", true, limit(5s)));
}

TEST_F(PodmanTest, LogsComeLineByLine) {
  run_script("log-1", "echo one; echo two >&2; echo three; busybox sleep 100");
  std::vector<std::string> lines;
  const auto collect = [&](std::string_view line) {
    lines.emplace_back(line);
    return true;
  };
  ASSERT_TRUE(eventually([&] {
    lines.clear();
    EXPECT_TRUE(client().logs("log-1-main", {.follow = false, .previous = false, .tail = 10},
                              collect, limit(5s)));
    return lines.size() >= 3;
  }));
  EXPECT_EQ(std::count(lines.begin(), lines.end(), "one"), 1);
  EXPECT_EQ(std::count(lines.begin(), lines.end(), "two"), 1);

  // A follower gets what is there and is stopped by its sink.
  int seen = 0;
  const auto followed = client().logs(
      "log-1-main", {.follow = true, .previous = false, .tail = 10},
      [&](std::string_view) { return ++seen < 2; }, limit(10s));
  EXPECT_TRUE(followed) << followed.error().to_string();
  EXPECT_EQ(seen, 2);
  const auto missing = client().logs("none", {}, collect, limit(5s));
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code(), Code::not_found);
}

TEST_F(PodmanTest, ExecTellsExitCodeOutputAndFault) {
  run_script("exec-1", "sleep 100");
  const auto ran =
      client().exec("exec-1-main", {"/bin/busybox", "sh", "-c", "echo out; echo err >&2; exit 3"},
                    {.timeout = 10s, .max_output = 1024}, limit(20s));
  ASSERT_TRUE(ran) << ran.error().to_string();
  EXPECT_EQ(ran->exit_code, 3);
  EXPECT_NE(ran->output.find("out\n"), std::string::npos);
  EXPECT_NE(ran->output.find("err\n"), std::string::npos);

  const auto much = client().exec(
      "exec-1-main", {"/bin/busybox", "sh", "-c", "busybox yes | busybox head -c 100000"},
      {.timeout = 10s, .max_output = 1000}, limit(20s));
  ASSERT_TRUE(much) << much.error().to_string();
  EXPECT_EQ(much->output.size(), 1000u);
  EXPECT_TRUE(much->truncated);

  const auto absent =
      client().exec("exec-1-main", {"/no/such"}, {.timeout = 10s, .max_output = 10}, limit(20s));
  ASSERT_FALSE(absent) << absent->exit_code << absent->output;
  EXPECT_EQ(absent.error().code(), Code::invalid);
  EXPECT_NE(absent.error().message().find("/no/such"), std::string::npos);
}

TEST_F(PodmanTest, ExecThatHangsIsKilled) {
  run_script("hang-1", "sleep 100");
  const auto before = io::real_clock().mono();
  const auto hung = client().exec("hang-1-main", {"/bin/busybox", "sleep", "77"},
                                  {.timeout = 1s, .max_output = 10}, limit(20s));
  ASSERT_FALSE(hung);
  EXPECT_EQ(hung.error().code(), Code::timeout);
  EXPECT_LT(io::real_clock().mono() - before, 4s);
  EXPECT_TRUE(eventually([&] {
    const auto list = client().exec("hang-1-main", {"/bin/busybox", "ps"},
                                    {.timeout = 5s, .max_output = 4096}, limit(10s));
    return list && list->output.find("sleep 77") == std::string::npos;
  }));
}

TEST_F(PodmanTest, EventsArriveWhileTheyHappen) {
  std::atomic<bool> died{false};
  const Cancel stop = limit(30s);
  std::thread watcher([&] {
    const auto ended = client().events(
        std::nullopt, {{"type", {"container"}}, {"label", {"rumbo.dev/install=test"}}},
        [&](const Value& event) {
          died = died || (event["Action"].str() == "died" &&
                          event["Actor"]["Attributes"]["name"].str() == "event-1-main");
          return !died;
        },
        stop);
    EXPECT_TRUE(ended) << ended.error().to_string();
  });
  env_->sleep(500ms);
  run_script("event-1", "sleep 1");
  EXPECT_TRUE(eventually([&] { return died.load(); }));
  stop.cancel();
  watcher.join();
}

TEST_F(PodmanTest, ErrorsAreClassed) {
  const auto missing = client().inspect_pod("none", limit(5s));
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code(), Code::not_found);
  EXPECT_FALSE(*client().pod_exists("none", limit(5s)));

  run_script("twice-1", "sleep 100");
  const auto plan = translate(one_container("x"), context("twice-1"));
  ASSERT_TRUE(plan);
  const auto again = client().create_pod(plan->create, limit(5s));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code(), Code::conflict) << again.error().to_string();
  const auto container = client().create_container(plan->containers[0].create, limit(5s));
  ASSERT_FALSE(container);
  EXPECT_EQ(container.error().code(), Code::conflict) << container.error().to_string();
  EXPECT_EQ(container.error().retry(), Retry::never);

  const Value no_image = plan->containers[0]
                             .create.with("image", "localhost/none:1")
                             .with("name", "twice-1-other")
                             .with("env", Value::object({{"TOKEN", "hush-hush"}}));
  const auto unknown = client().create_container(no_image, limit(5s));
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code(), Code::not_found) << unknown.error().to_string();
  EXPECT_EQ(unknown.error().to_string().find("hush-hush"), std::string::npos);

  Client nobody(env_->http, env_->clock, directory_ + "/nothing.sock");
  const auto refused = nobody.ping(limit(5s));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), Code::unavailable);
  EXPECT_EQ(refused.error().retry(), Retry::later);
}

TEST_F(PodmanTest, StartOfAPodTellsWhichProgramIsMissing) {
  Value pod = one_container("x");
  const Value main = pod["spec"]["containers"][0].with("command", Value::array({"/no/such"}));
  const auto plan =
      translate(pod.with_path({"spec", "containers"}, Value::array({main})), context("bad-1"));
  ASSERT_TRUE(plan);
  const auto ran = run(*plan);
  ASSERT_FALSE(ran);
  EXPECT_NE(ran.error().to_string().find("/no/such"), std::string::npos) << ran.error().to_string();
}

TEST_F(PodmanTest, StopIsIdempotentAndExitCodesAreKept) {
  run_script("stop-1", "trap 'exit 7' TERM; while true; do busybox sleep 0.1; done");
  env_->sleep(300ms);
  ASSERT_TRUE(client().stop_container("stop-1-main", 5s, limit(20s)));
  ASSERT_TRUE(client().stop_container("stop-1-main", 5s, limit(20s)));
  const auto code = client().wait_container("stop-1-main", limit(5s));
  ASSERT_TRUE(code) << code.error().to_string();
  EXPECT_EQ(*code, 7);
  ASSERT_TRUE(client().stop_pod("stop-1", 1s, limit(20s)));
  ASSERT_TRUE(client().stop_pod("stop-1", 1s, limit(20s)));
  ASSERT_TRUE(client().start_pod("stop-1", limit(20s)));
  EXPECT_EQ(state_of("stop-1-main")["Status"].str(), "running");
}

}  // namespace rumbo::target::podman
