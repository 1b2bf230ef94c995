// The service and the images: death, leftovers, what outlives them, pins and a registry.
#include <csignal>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <string>

#include "client_fixture.h"

namespace rumbo::target::podman {

TEST_F(PodmanTest, ContainersOutliveTheServiceAndRestartWithoutIt) {
  run_script("live-1", "busybox sleep 1000");
  const auto first = state_of("live-1-main")["Pid"].as_int();
  ASSERT_GT(first, 1);
  const int service = service_->pid();
  ASSERT_GT(service, 1);
  ASSERT_EQ(::kill(service, SIGKILL), 0);
  EXPECT_TRUE(eventually([&] { return !client().ping(limit(1s)); }));
  ASSERT_EQ(::kill(static_cast<pid_t>(first), 0), 0) << "the container lives on";

  // Dies while nobody serves: its conmon's exit command restarts it.
  ASSERT_EQ(::kill(static_cast<pid_t>(first), SIGKILL), 0);
  env_->sleep(1500ms);
  const auto ensured = service_->ensure(limit(30s));
  ASSERT_TRUE(ensured) << ensured.error().to_string();
  EXPECT_NE(service_->pid(), service);
  EXPECT_TRUE(eventually([&] {
    const Value state = state_of("live-1-main");
    return state["Status"].str() == "running" && state["Pid"].as_int() != first;
  }));

  // Stopped by us: it stays stopped.
  ASSERT_TRUE(client().stop_container("live-1-main", 0s, limit(20s)));
  env_->sleep(500ms);
  EXPECT_EQ(state_of("live-1-main")["Running"].as_bool(true), false);
}

// Podman asks for its working directory when it builds the image of its infra containers.
TEST_F(PodmanTest, TheServiceDoesNotWorkWhereRumboWasStarted) {
  const auto where =
      std::filesystem::read_symlink("/proc/" + std::to_string(service_->pid()) + "/cwd");
  EXPECT_EQ(where, "/");
}

TEST_F(PodmanTest, ALeftoverServiceDoesNotBlockTheNext) {
  const auto second = open();
  ASSERT_FALSE(second) << "one run directory, one rumbo";
  EXPECT_EQ(second.error().code(), Code::conflict);

  // What a killed predecessor leaves where children cannot be tied to their parent.
  io::Command orphan;
  orphan.argv = service_->command();
  service_.reset();
  const std::string url = "unix://" + directory_ + "/s/podman.sock";
  orphan.argv.insert(orphan.argv.end(), {"system", "service", "--time=0", url});
  orphan.env = io::minimal_environment();
  orphan.env["HOME"] = "/";
  orphan.env["CONTAINERS_CONF"] = directory_ + "/s/containers.conf";
  auto child = env_->process.start(orphan, "");
  ASSERT_TRUE(child) << child.error().to_string();
  env_->sleep(500ms);
  ASSERT_TRUE((*child)->running());
  auto next = open();
  ASSERT_TRUE(next) << next.error().to_string();
  service_ = std::move(*next);
  EXPECT_FALSE((*child)->running());
  EXPECT_TRUE(client().ping(limit(5s)));
}

TEST_F(PodmanTest, PinsLocalImagesAndKeepsThemWhenTheTagMoves) {
  const Images images(client());
  const auto first = images.pin({{kImage, PullPolicy::always}}, {}, limit(20s));
  ASSERT_TRUE(first) << first.error().to_string();
  const std::string pin = first->at(kImage);
  EXPECT_TRUE(pin.starts_with("localhost/probe@sha256:")) << pin;
  const std::string id = *images.id_of(pin, limit(5s));

  build_image(kImage, "two");
  const auto moved = images.pin({{kImage, PullPolicy::missing}}, {}, limit(20s));
  ASSERT_TRUE(moved);
  EXPECT_NE(moved->at(kImage), pin);
  const auto kept = images.pin({{kImage, PullPolicy::missing}}, *first, limit(20s));
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->at(kImage), pin) << "a known pin is kept while its image is here";
  const auto again = images.id_of(pin, limit(5s));
  ASSERT_TRUE(again) << again.error().to_string();
  EXPECT_EQ(*again, id);

  ASSERT_TRUE(images.release_except({moved->at(kImage)}, limit(10s)));
  const auto gone = images.id_of(pin, limit(5s));
  if (!gone) {
    EXPECT_EQ(gone.error().code(), Code::not_found);
  }
  EXPECT_TRUE(images.id_of(moved->at(kImage), limit(5s)));

  const auto missing = images.pin({{"localhost/none:1", PullPolicy::missing}}, {}, limit(10s));
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code(), Code::not_found);
  EXPECT_EQ(missing.error().retry(), Retry::never);
  const auto down = images.pin({{"127.0.0.1:9/none:1", PullPolicy::missing}}, {}, limit(20s));
  ASSERT_FALSE(down);
  EXPECT_EQ(down.error().code(), Code::unavailable);
  EXPECT_EQ(down.error().retry(), Retry::later);
}

TEST_F(PodmanTest, PinsImagesOfARegistry) {
  if (!std::filesystem::exists("/usr/bin/docker-registry")) {
    GTEST_SKIP() << "docker-registry is not installed";
  }
  const std::string name = "127.0.0.1:5123/team/web:1";
  const std::string files = directory_ + "/registry";
  std::filesystem::create_directories(files);
  std::ofstream(files + "/config.yml")
      << "version: 0.1\nlog: {level: error}\nstorage: {filesystem: {rootdirectory: " << files
      << "/data}}\nhttp: {addr: \"127.0.0.1:5123\"}\n";
  io::Command command;
  command.argv = {"docker-registry", "serve", files + "/config.yml"};
  command.env = io::minimal_environment();
  auto registry = env_->process.start(command, files + "/log");
  ASSERT_TRUE(registry) << registry.error().to_string();
  const auto push = [&](const std::string& mark) {
    build_image(kImage, mark);
    const std::string to = "docker://" + name;
    EXPECT_TRUE(eventually([&] {
      return podman({"push", "-q", "--tls-verify=false", kImage, to}).status == 0;
    }));
  };
  push("first");
  const Images images(client());
  const auto first = images.pin({{name, PullPolicy::missing}}, {}, limit(30s));
  ASSERT_TRUE(first) << first.error().to_string();
  const std::string pin = first->at(name);
  EXPECT_TRUE(pin.starts_with("127.0.0.1:5123/team/web@sha256:")) << pin;
  const std::string id = *images.id_of(pin, limit(5s));

  // The tag moves: what was decided stays, whatever the policy; asked anew, Always follows it.
  push("second");
  EXPECT_EQ(images.pin({{name, PullPolicy::missing}}, *first, limit(30s))->at(name), pin);
  EXPECT_EQ(images.pin({{name, PullPolicy::always}}, *first, limit(30s))->at(name), pin);
  const auto second = images.pin({{name, PullPolicy::always}}, {}, limit(30s));
  ASSERT_TRUE(second) << second.error().to_string();
  EXPECT_NE(second->at(name), pin);
  EXPECT_EQ(*images.id_of(pin, limit(10s)), id) << "the way back needs no registry";

  const auto absent =
      images.pin({{"127.0.0.1:5123/team/none:1", PullPolicy::missing}}, {}, limit(30s));
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().retry(), Retry::never) << absent.error().to_string();

  (*registry)->kill(SIGKILL);
  ASSERT_TRUE(eventually([&] { return !(*registry)->running(); }));
  EXPECT_EQ(images.pin({{name, PullPolicy::missing}}, *second, limit(30s))->at(name),
            second->at(name))
      << "a known pin that is present asks nobody";
  const auto down = images.pin({{name, PullPolicy::always}}, {}, limit(30s));
  ASSERT_FALSE(down);
  EXPECT_EQ(down.error().code(), Code::unavailable) << down.error().to_string();
  EXPECT_EQ(down.error().retry(), Retry::later);
}

}  // namespace rumbo::target::podman
