// PodmanTest: a Service in a private storage root, an image FROM scratch with busybox, and a
// network, shared by the tests of the client, the service and the images.
#pragma once

#include <algorithm>
#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "io/env.h"
#include "isolation.h"
#include "target/podman/client.h"
#include "target/podman/images.h"
#include "target/podman/pod_spec.h"
#include "target/podman/service.h"

namespace rumbo::target::podman {

inline constexpr const char* kImage = "localhost/probe:1";
inline constexpr const char* kNetwork = "rumbo-test";

class PodmanTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (!podman_test::isolate(why_)) return;
    env_ = new io::Env(io::real_env());
    directory_ = podman_test::scratch_directory();
    auto opened = open();
    ASSERT_TRUE(opened) << opened.error().to_string();
    service_ = std::move(*opened);
    build_image(kImage, "one");
    const auto network = client().create_network(
        Value::object({{"name", kNetwork},
                       {"driver", "bridge"},
                       {"dns_enabled", false},
                       {"labels", Value::object({{"rumbo.dev/install", "test"}})},
                       {"subnets", Value::array({Value::object({{"subnet", "10.213.7.0/24"}})})}}),
        Cancel());
    ASSERT_TRUE(network) << network.error().to_string();
  }

  static void TearDownTestSuite() {
    if (!service_) return;
    remove_pods();
    EXPECT_TRUE(client().remove_network(kNetwork, true, Cancel()));
    service_.reset();
  }

  void SetUp() override {
    if (!why_.empty()) GTEST_SKIP() << why_;
    ASSERT_NE(service_, nullptr);
  }
  void TearDown() override {
    if (service_) remove_pods();
  }

  static Result<std::unique_ptr<Service>> open() {
    ServiceOptions options;
    options.run_directory = directory_ + "/s";
    options.root = directory_ + "/root";
    return Service::open(*env_, options, limit(30s));
  }

  static const Client& client() { return service_->client(); }

  static Cancel limit(Duration most) {
    return Cancel().with_deadline(io::real_clock().mono() + most);
  }

  static void remove_pods() {
    const auto pods = client().list_pods({}, limit(10s));
    ASSERT_TRUE(pods) << pods.error().to_string();
    for (const Value& pod : pods->items()) {
      const auto removed = client().remove_pod(pod["Name"].str(), true, limit(20s));
      EXPECT_TRUE(removed) << removed.error().to_string();
    }
  }

  static io::Exit podman(std::vector<std::string> words) {
    io::Command command;
    command.argv = service_->command();
    command.argv.insert(command.argv.end(), words.begin(), words.end());
    command.env = service_->environment();
    auto ran = env_->process.run(command, limit(60s));
    EXPECT_TRUE(ran) << ran.error().to_string();
    return ran ? *ran : io::Exit{.status = -1, .out = "", .err = ""};
  }

  static void build_image(const std::string& name, const std::string& mark) {
    const std::string context = directory_ + "/context";
    std::filesystem::create_directories(context);
    std::filesystem::copy_file("/bin/busybox", context + "/busybox",
                               std::filesystem::copy_options::overwrite_existing);
    std::ofstream(context + "/Containerfile")
        << "FROM scratch\nCOPY busybox /bin/busybox\nCOPY busybox /bin/sh\nLABEL mark=" << mark
        << "\nENTRYPOINT [\"/bin/sh\", \"-c\"]\n";
    const auto built = podman({"build", "-q", "-t", name, context});
    ASSERT_EQ(built.status, 0) << built.err;
  }

  // A pod of one container that runs this script.
  static Value one_container(const std::string& script) {
    return Value::object(
        {{"metadata", Value::object({{"labels", Value::object({{"app", "probe"}})}})},
         {"spec", Value::object({{"terminationGracePeriodSeconds", 1},
                                 {"containers", Value::array({Value::object(
                                                    {{"name", "main"},
                                                     {"image", kImage},
                                                     {"args", Value::array({script})}})})}})}});
  }

  static PodContext context(const std::string& pod) {
    PodContext out;
    out.pod_name = pod;
    out.ns = "shop";
    out.network = kNetwork;
    out.labels = {{"rumbo.dev/install", "test"}};
    out.disk_directory = directory_ + "/pods/" + pod + "/disk";
    out.memory_directory = directory_ + "/pods/" + pod + "/memory";
    out.volume_prefix = "rumbo-shop-";
    return out;
  }

  // Does what the agent does with a plan.
  static Result<> run(const PodPlan& plan) {
    for (const auto& directory : plan.directories) {
      std::filesystem::create_directories(directory.path);
    }
    for (const auto& file : plan.files) {
      std::filesystem::create_directories(std::filesystem::path(file.path).parent_path());
      std::ofstream(file.path) << file.bytes.reveal();
      std::filesystem::permissions(file.path, std::filesystem::perms(file.mode));
    }
    TRY(client().create_pod(plan.create, limit(20s)));
    for (const auto& container : plan.containers) {
      TRY(client().create_container(container.create, limit(20s)));
    }
    return client().start_pod(plan.create["name"].str(), limit(20s));
  }

  static void run_script(const std::string& pod, const std::string& script) {
    const auto plan = translate(one_container(script), context(pod));
    ASSERT_TRUE(plan) << plan.error().to_string();
    const auto ran = run(*plan);
    ASSERT_TRUE(ran) << ran.error().to_string();
  }

  static Value state_of(const std::string& container) {
    const auto found = client().inspect_container(container, limit(10s));
    EXPECT_TRUE(found) << found.error().to_string();
    return found ? (*found)["State"] : Value();
  }

  template <class F>
  static bool eventually(F&& test, Duration most = 10s) {
    const MonoTime end = io::real_clock().mono() + most;
    while (!test()) {
      if (io::real_clock().mono() > end) return false;
      env_->sleep(20ms);
    }
    return true;
  }

  static inline std::string why_;
  static inline std::string directory_;
  static inline io::Env* env_ = nullptr;
  static inline std::unique_ptr<Service> service_;
};

}  // namespace rumbo::target::podman
