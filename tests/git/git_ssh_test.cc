// Git over ssh, against a real sshd on the loopback.
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

#include "base/strings.h"
#include "repository.h"

namespace rumbo::git_test {
namespace {

constexpr const char* kSshd = "/usr/sbin/sshd";

class GitSsh : public ::testing::Test {
 protected:
  Sources sources_;
  Repository repository_{sources_.folder, "shop"};
  const std::string folder_ = sources_.folder.path();
  int port_ = 20000 + static_cast<int>(::getpid() % 20000);
  std::unique_ptr<io::Child> sshd_;

  void SetUp() override {
    if (!io::real_filesystem().stat(kSshd)) GTEST_SKIP() << "openssh-server is not installed";
    for (const char* key : {"host", "other-host", "user", "other-user"}) {
      run({"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder_ + "/" + key});
    }
    write("authorized", read("user.pub"), 0600);
    write("sshd_config",
          "Port " + std::to_string(port_) + "\nListenAddress 127.0.0.1\nHostKey " + folder_ +
              "/host\nAuthorizedKeysFile " + folder_ +
              "/authorized\nStrictModes no\nUsePAM no\nPasswordAuthentication no\n"
              "KbdInteractiveAuthentication no\nPidFile none\nPermitRootLogin yes\n",
          0600);
    if (::geteuid() == 0)
      static_cast<void>(io::real_filesystem().make_directories("/run/sshd", 0755));
    io::Command command;
    command.argv = {kSshd, "-D", "-e", "-f", folder_ + "/sshd_config"};
    command.env = io::minimal_environment();
    auto started = io::real_process().start(command, folder_ + "/sshd.log");
    ASSERT_TRUE(started) << started.error().to_string();
    sshd_ = std::move(*started);
    for (int i = 0; i < 100 && !scanned(); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    repository_.write("deploy/a.yaml", "1");
    repository_.commit("one");
  }
  std::string run(std::vector<std::string> argv) {
    io::Command command;
    command.argv = std::move(argv);
    command.env = io::minimal_environment();
    const auto exit = io::real_process().run(command, Cancel());
    return exit ? exit->out : "";
  }
  bool scanned() { return !run({"ssh-keyscan", "-p", std::to_string(port_), "127.0.0.1"}).empty(); }
  std::string read(const std::string& name) {
    return io::real_filesystem().read_all(folder_ + "/" + name).value_or("");
  }
  std::string write(const std::string& name, const std::string& text, std::uint32_t mode = 0600) {
    EXPECT_TRUE(io::real_filesystem().write_atomic(folder_ + "/" + name, text, mode));
    return folder_ + "/" + name;
  }
  std::string known(const std::string& key) {
    return write("known hosts", "[127.0.0.1]:" + std::to_string(port_) + " " + read(key + ".pub"));
  }
  GitSpec spec() {
    GitSpec out = branch("ssh://" + std::string(::geteuid() == 0 ? "root" : ::getenv("USER")) +
                         "@127.0.0.1:" + std::to_string(port_) + repository_.path());
    out.credentials_file = folder_ + "/user";
    out.known_hosts_file = known("host");
    return out;
  }
};

TEST_F(GitSsh, AKeyAndAKnownHost) {
  const auto found = sources_.look(spec());
  ASSERT_TRUE(found) << found.error().to_string() << read("sshd.log");
  EXPECT_EQ((*found)->read("deploy/a.yaml"), "1");
}

TEST_F(GitSsh, AnUnknownOrChangedHostIsRefused) {
  for (const bool changed : {false, true}) {
    GitSpec strange = spec();
    strange.known_hosts_file = changed ? known("other-host") : write("none", "# nobody\n");
    const auto found = sources_.look(strange);
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code(), Code::denied) << found.error().to_string();
    EXPECT_EQ(found.error().retry(), Retry::never);
    EXPECT_FALSE(found.error().hint().empty());
  }
  EXPECT_EQ(read("none"), "# nobody\n") << "nothing is learnt on first use";
}

TEST_F(GitSsh, AKeyThatMayNotAndAKeyOpenToOthers) {
  GitSpec other = spec();
  other.credentials_file = folder_ + "/other-user";
  auto found = sources_.look(other);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code(), Code::denied) << found.error().to_string();
  other.credentials_file = write("open-key", read("user"), 0644);
  ASSERT_EQ(::chmod(other.credentials_file.c_str(), 0644), 0);
  found = sources_.look(other);
  ASSERT_FALSE(found);
  EXPECT_NE(found.error().to_string().find("open to other users"), std::string::npos)
      << found.error().to_string();
  other = spec();
  other.credentials_file.clear();
  other.credentials_env = "HOME";
  found = sources_.look(other);
  ASSERT_FALSE(found);
  EXPECT_NE(found.error().to_string().find("cannot come from an environment"), std::string::npos);
}

TEST_F(GitSsh, AMissingRepositoryIsNotFound) {
  GitSpec missing = spec();
  missing.url += "-nope";
  const auto found = sources_.look(missing);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code(), Code::not_found) << found.error().to_string();
}

}  // namespace
}  // namespace rumbo::git_test
