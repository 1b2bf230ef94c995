// Images on a host, by the rumbo binary itself: tags that move, and registries that keep a
// transaction waiting.
#include <arpa/inet.h>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/strings.h"
#include "host_lab.h"

namespace rumbo::podman_test {
namespace {

constexpr const char* kMoving = "127.0.0.1:5129/team/app:1";

/// Takes connections on 127.0.0.1:5130 and never answers.
class SilentServer {
 public:
  SilentServer() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const int on = 1;
    ::setsockopt(fd_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(5130);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::listen(fd_, 64), 0);
  }
  ~SilentServer() { ::close(fd_); }
  SilentServer(const SilentServer&) = delete;
  SilentServer& operator=(const SilentServer&) = delete;

 private:
  const int fd_;
};

class HostImagesTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { lab_ = std::make_unique<HostLab>(why_); }
  static void TearDownTestSuite() { lab_.reset(); }
  void SetUp() override {
    if (!why_.empty()) GTEST_SKIP() << why_;
    lab().begin();
  }
  void TearDown() override {
    if (registry_) registry_->kill(SIGKILL);
  }
  static HostLab& lab() { return *lab_; }

  void start_registry() {
    const std::string files = lab().directory() + "/registry";
    std::filesystem::create_directories(files);
    std::ofstream(files + "/config.yml")
        << "version: 0.1\nlog: {level: error}\nstorage: {filesystem: {rootdirectory: " << files
        << "/data}}\nhttp: {addr: \"127.0.0.1:5129\"}\n";
    io::Command command;
    command.argv = {"docker-registry", "serve", files + "/config.yml"};
    command.env = io::minimal_environment();
    auto started = lab().env().process.start(command, files + "/log");
    ASSERT_TRUE(started) << started.error().to_string();
    registry_ = std::move(*started);
  }
  /// The tag names another image from now on, here and there.
  static void push(const std::string& mark) {
    const std::string context = lab().directory() + "/context";
    std::ofstream(context + "/mark") << mark;
    std::ofstream(context + "/Containerfile.marked")
        << "FROM localhost/app:1\nCOPY mark /www-mark\n";
    const io::Exit built = lab().podman({"build", "-q", "-f", context + "/Containerfile.marked",
                                         "-t", "localhost/marked:1", context});
    ASSERT_EQ(built.status, 0) << built.err;
    ASSERT_TRUE(lab().eventually([&] {
      return lab()
                 .podman({"push", "-q", "--tls-verify=false", "localhost/marked:1",
                          std::string("docker://") + kMoving})
                 .status == 0;
    }));
  }
  /// What the image of the only pod was marked with.
  static std::string marked() {
    const auto pods = lab().pods();
    if (pods.size() != 1) return std::to_string(pods.size()) + " pods";
    return lab().podman({"exec", pods[0] + "-app", "/bin/busybox", "cat", "/www-mark"}).out;
  }
  static bool becomes(const std::string& mark) {
    return lab().eventually([&] { return marked() == mark; }, 30s);
  }

 private:
  static inline std::unique_ptr<HostLab> lab_;
  static inline std::string why_;
  std::unique_ptr<io::Child> registry_;
};

TEST_F(HostImagesTest, TagsThatMovedAreFollowedOnlyWhenAsked) {
  if (!std::filesystem::exists("/usr/bin/docker-registry")) {
    GTEST_SKIP() << "docker-registry is not installed";
  }
  start_registry();
  push("one");
  // Always, too, is asked once: what runs is what was committed.
  lab().commit(replace_all(replace_all(HostLab::web("page"), "localhost/app:1", kMoving),
                           "IfNotPresent", "Always"));
  const io::Exit first = lab().rumbo({"sync"});
  ASSERT_EQ(first.status, 0) << first.out << first.err;
  ASSERT_TRUE(becomes("one")) << marked();
  EXPECT_EQ(lab().rumbo({"refresh", "--images"}).status, 0);
  EXPECT_EQ(lab().json({"history"})["transactions"].size(), 1U) << "nothing moved";

  push("two");
  const io::Exit again = lab().rumbo({"sync"});
  EXPECT_EQ(again.status, 0) << again.out << again.err;
  EXPECT_EQ(lab().json({"history"})["transactions"].size(), 1U) << "nobody asked";
  const io::Exit told = lab().rumbo({"refresh", "shop", "--images", "--dry-run"});
  EXPECT_EQ(told.status, 1) << told.out << told.err;
  EXPECT_NE(told.out.find(std::string(kMoving) + " is now sha256:"), std::string::npos) << told.out;
  EXPECT_EQ(marked(), "one") << "a dry run changes nothing";
  const io::Exit moved = lab().rumbo({"refresh", "shop", "--images"});
  EXPECT_EQ(moved.status, 0) << moved.out << moved.err;
  EXPECT_TRUE(becomes("two")) << marked();
  EXPECT_EQ(lab().last_outcome(), "committed");
  EXPECT_EQ(lab().rumbo({"sync"}).status, 0);
  EXPECT_EQ(lab().json({"history"})["transactions"].size(), 2U) << "and it stays so";

  const io::Exit back = lab().rumbo({"rollback", "shop"});
  EXPECT_EQ(back.status, 0) << back.out << back.err;
  EXPECT_TRUE(becomes("one")) << marked();
}

TEST_F(HostImagesTest, ARegistryThatHangsKeepsASyncNoLongerThanItsTimeout) {
  const SilentServer silent;
  const std::string path = lab().directory() + "/rumbo.yaml";
  const std::string text = lab().env().files.read_all(path).value();
  std::ofstream(path) << replace_all(text, "timeout: 30s", "timeout: 4s");
  lab().commit(replace_all(HostLab::web("page"), "localhost/app:1", "127.0.0.1:5130/team/app:1"));
  const MonoTime began = lab().env().clock.mono();
  const io::Exit ran = lab().rumbo({"sync"});
  const Duration took = lab().env().clock.mono() - began;
  EXPECT_EQ(ran.status, 2) << ran.out << ran.err;
  EXPECT_LT(took, 30s);
  const std::string said = ran.out + ran.err;
  EXPECT_NE(said.find("could not be prepared within 4s"), std::string::npos) << said;
  EXPECT_NE(said.find("127.0.0.1:5130/team/app:1"), std::string::npos) << said;
  EXPECT_TRUE(lab().pods().empty());
}

}  // namespace
}  // namespace rumbo::podman_test
