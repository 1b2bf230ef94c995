// Names of Services against the real aardvark-dns, in a namespace.
#include <arpa/inet.h>
#include <filesystem>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

#include "base/strings.h"
#include "net_lab.h"
#include "target/podman/net/names.h"

namespace rumbo::target::podman {
namespace {

using tests::NetLab;

/// The A record of a name, asked from a pod at its bridge's resolver; "" if there is no answer.
std::string resolve(const NetLab& lab, const std::string& space, const std::string& server,
                    const std::string& name) {
  std::string question("\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00", 12);
  for (const auto label : split(name, '.')) {
    question += static_cast<char>(label.size());
    question += label;
  }
  question += std::string("\0\0\x01\0\x01", 5);
  std::string answer;
  lab.inside(space, [&] {
    const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_port = htons(53);
    inet_pton(AF_INET, server.c_str(), &where.sin_addr);
    sendto(fd, question.data(), question.size(), 0, reinterpret_cast<sockaddr*>(&where),
           sizeof where);
    pollfd poller{fd, POLLIN, 0};
    unsigned char reply[512];
    if (poll(&poller, 1, 500) > 0) {
      const auto got = recv(fd, reply, sizeof reply, 0);
      char text[INET_ADDRSTRLEN];
      // One answer, whose last four bytes are the address.
      if (got > 16 && (reply[3] & 15) == 0 && reply[7] == 1 &&
          inet_ntop(AF_INET, reply + got - 4, text, sizeof text) != nullptr) {
        answer = text;
      }
    }
    ::close(fd);
  });
  return answer;
}

class NamesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    char pattern[] = "/tmp/rumbo-names-XXXXXX";
    ASSERT_NE(mkdtemp(pattern), nullptr);
    directory_ = pattern;
    std::filesystem::create_directory(dns());
  }
  void TearDown() override {
    const auto pid = parse_int(lab.env.files.read_all(dns() + "/aardvark.pid", 64).value_or(""));
    if (pid && *pid > 1) ::kill(static_cast<pid_t>(*pid), SIGTERM);
    std::filesystem::remove_all(directory_);
  }
  std::string dns() const { return directory_ + "/aardvark-dns"; }
  void write(const std::string& name, const std::string& text) {
    ASSERT_TRUE(lab.env.files.write_atomic(dns() + "/" + name, text));
  }
  /// Until the name has this address; the answer at last. A resolver asks again too: the server
  /// loses what reaches it while it reads its files anew.
  std::string wait_for(const std::string& space, const std::string& server, const std::string& name,
                       const std::string& address) {
    std::string answer;
    for (int i = 0; i < 20 && (answer = resolve(lab, space, server, name)) != address; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    return answer;
  }

  NetLab lab;
  std::string directory_;
};

TEST_F(NamesTest, PodsResolveServicesToVirtualAddresses) {
  // As netavark writes them when pods a and c start in two networks.
  const std::string hex(64, 'a'), other(64, 'c');
  write("dev", "10.232.1.1\n" + hex + " 10.232.1.2  a\n");
  write("qa", "10.232.2.1\n" + other + " 10.232.2.2  c\n");
  auto argv = lab.exec("host");
  // It leaves for the background by itself; its parent must not be taken for it.
  for (const std::string& word :
       std::vector<std::string>{"setsid", "--fork", "/usr/lib/podman/aardvark-dns", "--config",
                                dns(), "--port", "53", "run"}) {
    argv.push_back(word);
  }
  io::Command command;
  command.argv = argv;
  command.env = io::minimal_environment();
  auto server = lab.env.process.start(command, "");
  ASSERT_TRUE(server) << server.error().to_string();
  ASSERT_EQ(wait_for("a", "10.232.1.1", "a", "10.232.1.2"), "10.232.1.2");

  Names names(lab.env, "0123456789ab", dns());
  const std::vector<ServiceName> services = {{"web", "dev", "10.231.0.10"},
                                             {"db", "qa", "10.231.0.11"}};
  auto published = names.publish("dev", "dev", services);
  ASSERT_TRUE(published) << published.error().to_string();
  EXPECT_TRUE(*published);
  ASSERT_TRUE(names.publish("qa", "qa", services));
  EXPECT_EQ(wait_for("a", "10.232.1.1", "web", "10.231.0.10"), "10.231.0.10");
  EXPECT_EQ(wait_for("a", "10.232.1.1", "web.dev", "10.231.0.10"), "10.231.0.10");
  EXPECT_EQ(wait_for("a", "10.232.1.1", "web.dev.svc.cluster.local", "10.231.0.10"), "10.231.0.10");
  EXPECT_EQ(wait_for("a", "10.232.1.1", "db.qa", "10.231.0.11"), "10.231.0.11");
  EXPECT_NE(resolve(lab, "a", "10.232.1.1", "db"), "10.231.0.11") << "of another namespace";
  EXPECT_EQ(wait_for("c", "10.232.2.1", "db", "10.231.0.11"), "10.231.0.11");
  EXPECT_EQ(wait_for("a", "10.232.1.1", "a", "10.232.1.2"), "10.232.1.2") << "names of pods stay";

  // A Service goes away; and what somebody else wrote over ours comes back.
  ASSERT_TRUE(names.publish("dev", "dev", {services[0]}));
  EXPECT_NE(wait_for("a", "10.232.1.1", "db.qa", ""), "10.231.0.11");
  write("dev", "10.232.1.1\n" + hex + " 10.232.1.2  a\n");
  ASSERT_TRUE(names.publish("dev", "dev", {services[0]}));
  EXPECT_EQ(wait_for("a", "10.232.1.1", "web.dev", "10.231.0.10"), "10.231.0.10");
}

}  // namespace
}  // namespace rumbo::target::podman
