// Names and the table with real containers: Podman in a network and a mount namespace of its own.
#include <filesystem>
#include <gtest/gtest.h>
#include <signal.h>
#include <thread>

#include "base/strings.h"
#include "net_lab.h"
#include "target/podman/host_facts.h"
#include "target/podman/net/host_checks.h"
#include "target/podman/net/names.h"
#include "target/podman/net/nft.h"

namespace rumbo::target::podman {
namespace {

using tests::NetLab;

class ContainersTest : public ::testing::Test {
 protected:
  void SetUp() override {
    char pattern[] = "/tmp/rumbo-containers-XXXXXX";
    ASSERT_NE(mkdtemp(pattern), nullptr);
    directory_ = pattern;
    // A process that keeps a mount namespace with a /run/containers of its own.
    const std::string hide =
        "mount -t tmpfs tmpfs /run/containers && mount -t tmpfs tmpfs /run/netns && "
        "touch \"$0\" && exec sleep 600";
    io::Command holder;
    holder.argv = {"nsenter", "--net=" + lab.file("host"), "unshare", "-m", "sh", "-c",
                   hide,      directory_ + "/ready"};
    holder.env = io::minimal_environment();
    auto started = lab.env.process.start(holder, "");
    ASSERT_TRUE(started) << started.error().to_string();
    holder_ = std::move(*started);
    for (int i = 0; i < 100 && !lab.env.files.stat(directory_ + "/ready"); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    const auto facts = look_at_host(lab.env, Cancel());
    ASSERT_TRUE(facts) << facts.error().to_string();
    ConfOptions options;
    options.private_root = true;
    options.file_locks = true;
    options.network_config_directory = directory_ + "/networks";
    const auto conf = containers_conf(*facts, options);
    ASSERT_TRUE(conf.has_value());
    ASSERT_TRUE(lab.env.files.write_atomic(directory_ + "/containers.conf", *conf));
    run({"tar", "-C", "/bin", "-cf", directory_ + "/busybox.tar", "busybox"});
    podman({"import", "-q", "--change", "ENTRYPOINT [\"/busybox\"]", directory_ + "/busybox.tar",
            "localhost/busybox:test"});
  }

  void TearDown() override {
    if (!holder_) return;
    for (const auto& container : containers_) {
      static_cast<void>(try_podman({"rm", "-f", "-t", "0", container}));
    }
    static_cast<void>(inside({"umount", "-R", directory_ + "/root/overlay"}));
    const auto pid = parse_int(lab.env.files.read_all(dns() + "/aardvark.pid", 64).value_or(""));
    if (pid && *pid > 1) ::kill(static_cast<pid_t>(*pid), SIGTERM);
    holder_.reset();
    std::error_code error;
    std::filesystem::remove_all(directory_, error);
  }

  std::string dns() const {
    return "/proc/" + std::to_string(holder_->pid()) + "/root/run/containers/networks/aardvark-dns";
  }
  Result<io::Exit> inside(std::vector<std::string> argv) {
    const auto space = "/proc/" + std::to_string(holder_->pid()) + "/ns/";
    io::Command command;
    command.argv = {"nsenter", "--net=" + space + "net", "--mount=" + space + "mnt"};
    command.argv.insert(command.argv.end(), argv.begin(), argv.end());
    command.env = io::minimal_environment();
    command.env["CONTAINERS_CONF"] = directory_ + "/containers.conf";
    return lab.env.process.run(command, Cancel().with_deadline(lab.env.clock.mono() + 60s));
  }
  std::string run(std::vector<std::string> argv) {
    const auto exit = inside(argv);
    EXPECT_TRUE(exit && exit->status == 0)
        << join(argv, " ") << ": " << (exit ? exit->err : exit.error().to_string());
    return exit ? exit->out : "";
  }
  Result<io::Exit> try_podman(std::vector<std::string> words) {
    std::vector<std::string> argv = {
        "podman",   "--root",           directory_ + "/root", "--runroot", directory_ + "/run",
        "--tmpdir", directory_ + "/tmp"};
    argv.insert(argv.end(), words.begin(), words.end());
    return inside(argv);
  }
  std::string podman(std::vector<std::string> words) {
    const auto exit = try_podman(words);
    EXPECT_TRUE(exit && exit->status == 0)
        << join(words, " ") << ": " << (exit ? exit->err : exit.error().to_string());
    return exit ? exit->out : "";
  }
  void start(const std::string& name, std::vector<std::string> more,
             const std::vector<std::string>& program) {
    std::vector<std::string> words = {"run", "-d", "--name", name, "--network", "dev"};
    words.insert(words.end(), more.begin(), more.end());
    words.push_back("localhost/busybox:test");
    words.insert(words.end(), program.begin(), program.end());
    containers_.push_back(name);
    podman(words);
  }
  std::string get(const std::string& container, const std::string& url) {
    const auto exit = try_podman({"exec", container, "/busybox", "wget", "-q", "-O", "-", url});
    if (!exit) return exit.error().to_string();
    return std::string(trim(exit->status == 0 ? exit->out : exit->err));
  }

  NetLab lab;
  std::string directory_;
  std::unique_ptr<io::Child> holder_;
  std::vector<std::string> containers_;
};

TEST_F(ContainersTest, ContainersReachServicesByName) {
  podman({"network", "create", "--subnet", "10.232.9.0/24", "dev"});
  const std::string bridge(
      trim(podman({"network", "inspect", "--format", "{{.NetworkInterface}}", "dev"})));
  const std::vector<ServiceName> services = {{"web", "dev", "10.231.0.10"}};
  std::vector<std::string> hosts;
  for (const auto& entry : hosts_entries(services, "dev")) {
    hosts.insert(hosts.end(), {"--add-host", entry});
  }
  const std::vector<std::string> page = {"sh", "-c",
                                         "/busybox mkdir /www; echo served > /www/index.html; exec "
                                         "/busybox httpd -f -p 8080 -h /www"};
  start("server", {"--ip", "10.232.9.20"}, page);
  start("by-hosts", hosts, {"sleep", "300"});
  start("by-dns", {}, {"sleep", "300"});

  Nft nft(lab.env, {"0123456789ab", lab.exec("host"), lab.file("host")});
  const Table table{{"0123456789ab", "t-000001", 1, 1, 1},
                    "10.231.0.0/16",
                    {{bridge, "10.232.9.0/24"}},
                    {{"dev/web:http",
                      "10.231.0.10",
                      Protocol::tcp,
                      80,
                      {{"", 30080}},
                      {{"10.232.9.20", 8080}},
                      false}},
                    {}};
  ASSERT_TRUE(nft.apply(table));
  ASSERT_TRUE(prepare_host(lab.env, "10.231.0.0/16", {bridge}, lab.exec("host")));
  EXPECT_EQ(get("by-hosts", "http://web/"), "served");
  EXPECT_EQ(get("by-hosts", "http://web.dev.svc.cluster.local/"), "served");
  EXPECT_NE(get("by-dns", "http://web/"), "served") << "nobody told it yet";

  Names names(lab.env, "0123456789ab", dns());
  const auto published = names.publish("dev", "dev", services);
  ASSERT_TRUE(published) << published.error().to_string();
  ASSERT_TRUE(*published);
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  EXPECT_EQ(get("by-dns", "http://web/"), "served");
  EXPECT_EQ(get("by-dns", "http://web.dev/"), "served");
  // Netavark writes the file when containers come and go.
  start("later", {}, {"sleep", "300"});
  podman({"rm", "-f", "-t", "0", "by-hosts"});
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  EXPECT_EQ(get("later", "http://web.dev.svc/"), "served");
  EXPECT_EQ(get("by-dns", "http://web/"), "served");
  EXPECT_EQ(get("server", "http://web/"), "served") << "the pod itself, through its Service";
}

}  // namespace
}  // namespace rumbo::target::podman
