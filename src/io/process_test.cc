// The real Process with real programs.
#include "io/process.h"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <functional>
#include <gtest/gtest.h>
#include <thread>
#include <unistd.h>

#include "io/env.h"

namespace rumbo::io {
namespace {

Command command(std::vector<std::string> argv) {
  Command made;
  made.argv = std::move(argv);
  made.env = minimal_environment();
  return made;
}

Command shell(std::string script) {
  return command({"sh", "-c", std::move(script)});
}

Result<Exit> run(const Command& what, const Cancel& cancel = {}) {
  return real_process().run(what, cancel.with_deadline(real_clock().mono() + 20s));
}

bool exists(int pid) {
  return ::kill(pid, 0) == 0;
}

bool eventually(const std::function<bool()>& holds) {
  for (int i = 0; i < 500; ++i) {
    if (holds()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return holds();
}

TEST(Process, GivesStatusAndBothStreams) {
  const auto exit = run(shell("echo out; echo err >&2; exit 3"));
  ASSERT_TRUE(exit) << exit.error().to_string();
  EXPECT_EQ(exit->status, 3);
  EXPECT_EQ(exit->out, "out\n");
  EXPECT_EQ(exit->err, "err\n");
}

TEST(Process, ASignalIsStatus128AndMore) {
  EXPECT_EQ(run(shell("kill -KILL $$"))->status, 128 + SIGKILL);
}

TEST(Process, MegabytesThroughCatDoNotDeadlock) {
  Command cat = command({"cat"});
  for (int i = 0; i < 1'000'000; ++i) cat.input += "line\n";
  const auto exit = run(cat);
  ASSERT_TRUE(exit) << exit.error().to_string();
  EXPECT_EQ(exit->out, cat.input);
}

TEST(Process, InputThatNobodyReadsDoesNoHarm) {
  Command command = shell("exit 0");
  command.input = std::string(4 << 20, 'x');
  EXPECT_EQ(run(command)->status, 0);
}

TEST(Process, BothStreamsMayBeLarge) {
  const auto exit = run(shell("head -c 3000000 /dev/zero >&2; head -c 3000000 /dev/zero"));
  ASSERT_TRUE(exit);
  EXPECT_EQ(exit->out.size(), 3'000'000u);
  EXPECT_EQ(exit->err.size(), 3'000'000u);
}

TEST(Process, TooMuchOutputKillsIt) {
  Command command = shell("yes");
  command.max_output = 100'000;
  const auto exit = run(command);
  ASSERT_FALSE(exit);
  EXPECT_EQ(exit.error().code(), Code::too_large);
}

TEST(Process, OnlyTheGivenEnvironmentAndDirectory) {
  Command command = shell("pwd; env");
  command.env = {{"PATH", minimal_environment()["PATH"]}, {"ONE", "a b"}};
  command.directory = "/usr";
  const auto exit = run(command);
  ASSERT_TRUE(exit);
  EXPECT_TRUE(exit->out.starts_with("/usr\n")) << exit->out;
  EXPECT_NE(exit->out.find("ONE=a b\n"), std::string::npos);
  EXPECT_EQ(exit->out.find("HOME="), std::string::npos);
  EXPECT_EQ(exit->err, "");
}

TEST(Process, MinimalEnvironmentIsPathAndLang) {
  const auto environment = minimal_environment();
  EXPECT_EQ(environment.size(), 2u);
  EXPECT_TRUE(environment.contains("PATH"));
  EXPECT_EQ(environment.at("LANG"), "C.UTF-8");
}

TEST(Process, ArgumentsAreNeverReadByAShell) {
  EXPECT_EQ(run(command({"printf", "%s", "$(id) `id` ; *"}))->out, "$(id) `id` ; *");
}

TEST(Process, MissingProgramsAndFoldersAreNamed) {
  const auto program = run(command({"no-such-program"}));
  ASSERT_FALSE(program);
  EXPECT_EQ(program.error().code(), Code::not_found);
  EXPECT_NE(program.error().to_string().find("no-such-program"), std::string::npos);
  EXPECT_FALSE(program.error().hint().empty());
  Command elsewhere = command({"true"});
  elsewhere.directory = "/no/such/folder";
  const auto folder = run(elsewhere);
  ASSERT_FALSE(folder);
  EXPECT_NE(folder.error().to_string().find("/no/such/folder"), std::string::npos);
}

TEST(Process, PathIsTheOneGiven) {
  Command command = shell("true");
  command.env["PATH"] = "/nonexistent";
  EXPECT_EQ(run(command).error().code(), Code::not_found);
}

TEST(Process, OtherDescriptorsAreNotInherited) {
  // Opened without close-on-exec on purpose.
  const int fd = ::open("/etc/hostname", O_RDONLY);
  ASSERT_GE(fd, 0);
  const auto exit = run(command({"ls", "/proc/self/fd"}));
  ::close(fd);
  ASSERT_TRUE(exit);
  EXPECT_EQ(exit->out, "0\n1\n2\n3\n");  // 3 is ls's own look at the folder
}

TEST(Process, TheDeadlineKillsTheWholeGroup) {
  Command command = shell("sleep 300 & echo $!; wait");
  const MonoTime start = real_clock().mono();
  Cancel cancel;
  const auto exit = real_process().run(command, cancel.with_deadline(start + 200ms));
  ASSERT_FALSE(exit);
  EXPECT_EQ(exit.error().code(), Code::timeout);
  EXPECT_LT(real_clock().mono() - start, 1900ms);
  EXPECT_NE(exit.error().to_string().find("`sh`"), std::string::npos);
}

TEST(Process, WhoIgnoresSigtermIsKilledAfterTwoSeconds) {
  const std::string file = ::testing::TempDir() + "rumbo-pid-" + std::to_string(::getpid());
  Command command =
      shell("trap '' TERM; sleep 300 & echo $! > " + file + "; while :; do wait; done");
  const MonoTime start = real_clock().mono();
  const auto exit = real_process().run(command, Cancel().with_deadline(start + 300ms));
  const Duration took = real_clock().mono() - start;
  ASSERT_FALSE(exit);
  EXPECT_GE(took, 2s);
  EXPECT_LT(took, 6s);
  const int member = std::atoi(real_filesystem().read_all(file)->c_str());
  ASSERT_GT(member, 0);
  // It may stay a zombie of whoever adopts it; what counts is that it no longer runs.
  EXPECT_TRUE(eventually([&] {
    const auto stat = real_filesystem().read_all("/proc/" + std::to_string(member) + "/stat");
    return !stat || stat->find(") Z") != std::string::npos;
  }));
  ::unlink(file.c_str());
}

TEST(Process, CancelStopsItSoon) {
  Cancel cancel;
  std::thread other([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    cancel.cancel();
  });
  const MonoTime start = real_clock().mono();
  const auto exit = run(command({"sleep", "300"}), cancel);
  other.join();
  ASSERT_FALSE(exit);
  EXPECT_EQ(exit.error().code(), Code::cancelled);
  EXPECT_LT(real_clock().mono() - start, 1s);
}

TEST(Process, ABackgroundHelperDoesNotHoldUpTheEnd) {
  const MonoTime start = real_clock().mono();
  const auto exit = run(shell("sleep 3 & echo done"));
  ASSERT_TRUE(exit);
  EXPECT_EQ(exit->out, "done\n");
  EXPECT_LT(real_clock().mono() - start, 2s);
}

class Background : public ::testing::Test {
 protected:
  std::string log_ = ::testing::TempDir() + "rumbo-log-" + std::to_string(::getpid());
  void TearDown() override { ::unlink(log_.c_str()); }
};

TEST_F(Background, WritesItsLogAndDiesWithItsOwner) {
  int pid = 0;
  {
    auto child = real_process().start(shell("echo out; echo err >&2; sleep 300"), log_);
    ASSERT_TRUE(child) << child.error().to_string();
    pid = (*child)->pid();
    EXPECT_TRUE((*child)->running());
    EXPECT_TRUE(eventually([&] { return *real_filesystem().read_all(log_) == "out\nerr\n"; }));
  }
  EXPECT_FALSE(exists(pid));
}

TEST_F(Background, KillAndRunning) {
  auto child = real_process().start(command({"sleep", "300"}), "");
  ASSERT_TRUE(child) << child.error().to_string();
  (*child)->kill(SIGTERM);
  EXPECT_TRUE(eventually([&] { return !(*child)->running(); }));
}

TEST_F(Background, OutlivesTheThreadThatStartedIt) {
  std::unique_ptr<Child> child;
  std::thread([&] { child = *real_process().start(command({"sleep", "300"}), ""); }).join();
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  EXPECT_TRUE(child->running());
}

TEST_F(Background, DiesWhenThisProcessIsKilled) {
  if (!run(shell("command -v setpriv"))->out.size()) GTEST_SKIP() << "setpriv is not installed";
  // This very test program, told to start a child and wait, is killed by SIGKILL.
  std::string self(4096, '\0');
  const ssize_t size = ::readlink("/proc/self/exe", self.data(), self.size());
  ASSERT_GT(size, 0);
  self.resize(static_cast<std::size_t>(size));
  auto victim = real_process().start(command({self, "--gtest_also_run_disabled_tests",
                                              "--gtest_filter=Background.DISABLED_Victim"}),
                                     log_);
  ASSERT_TRUE(victim);
  int pid = 0;
  ASSERT_TRUE(eventually([&] {
    const std::string text = *real_filesystem().read_all(log_);
    const auto at = text.find("child=");
    pid = at == std::string::npos ? 0 : std::atoi(text.c_str() + at + 6);
    return pid > 0;
  }));
  EXPECT_TRUE(exists(pid));
  (*victim)->kill(SIGKILL);
  EXPECT_TRUE(eventually([&] {
    const auto stat = real_filesystem().read_all("/proc/" + std::to_string(pid) + "/stat");
    return !stat || stat->find(") Z") != std::string::npos;
  }));
}

/// Run only by the test above, in a process of its own.
TEST_F(Background, DISABLED_Victim) {
  // A group of its own: SIGKILL to this process's group must not be what ends the child.
  auto child = real_process().start(command({"sleep", "300"}), "");
  ASSERT_TRUE(child);
  std::printf("child=%d\n", (*child)->pid());
  std::fflush(stdout);
  std::this_thread::sleep_for(std::chrono::seconds(60));
}

}  // namespace
}  // namespace rumbo::io
