// How long the binary takes to start: `rumbo version` from start to exit, beside /bin/true, and
// `rumbo serve` from start to its first answer on the local socket, with a new state directory and
// with the one the last run left. Files are in the page cache. Goals: 2 ms and 50 ms.
//
// usage: process_bench RUMBO CONFIG STATE
#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <spawn.h>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include "row.h"

namespace rumbo::bench {
namespace {

using Steady = std::chrono::steady_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;

constexpr int kVersionRuns = 300;
constexpr int kServeRuns = 15;
constexpr auto kPatience = std::chrono::seconds(20);

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "process_bench: %s\n", why.c_str());
  std::exit(2);
}

/// Starts a program with its output discarded.
pid_t start(std::vector<std::string> words) {
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  pid_t pid = 0;
  const int failure = ::posix_spawn(&pid, argv[0], &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failure != 0) give_up("cannot start " + words[0] + ": " + std::strerror(failure));
  return pid;
}

/// Milliseconds from start to exit.
double whole_run(const std::vector<std::string>& words) {
  const auto begin = Steady::now();
  const pid_t pid = start(words);
  int status = 0;
  ::waitpid(pid, &status, 0);
  if (status != 0) give_up(words[0] + " failed");
  return Milliseconds(Steady::now() - begin).count();
}

/// True if the daemon behind the socket answers GET /readyz with 200.
bool answers(const std::string& path) {
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) give_up("the path of the state is too long");
  std::memcpy(static_cast<void*>(address.sun_path), path.c_str(), path.size() + 1);
  bool good = false;
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
    constexpr std::string_view kRequest =
        "GET /readyz HTTP/1.1\r\nHost: rumbo\r\nConnection: close\r\n\r\n";
    std::array<char, 12> head{};
    good = ::write(fd, kRequest.data(), kRequest.size()) > 0 &&
           ::recv(fd, head.data(), head.size(), MSG_WAITALL) > 0 &&
           std::string_view(head.data(), head.size()) == "HTTP/1.1 200";
  }
  ::close(fd);
  return good;
}

double cold_start(const std::string& rumbo, const std::string& config, const std::string& state) {
  const auto begin = Steady::now();
  const pid_t pid = start({rumbo, "serve", "--config", config, "--state", state});
  while (!answers(state + "/rumbo.sock")) {
    if (Steady::now() - begin > kPatience || ::waitpid(pid, nullptr, WNOHANG) != 0) {
      ::kill(pid, SIGTERM);
      give_up("rumbo serve did not answer on " + state + "/rumbo.sock");
    }
    std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
  const double taken = Milliseconds(Steady::now() - begin).count();
  ::kill(pid, SIGTERM);
  ::waitpid(pid, nullptr, 0);
  return taken;
}

int run(int argc, char** argv) {
  if (argc != 4) give_up("usage: process_bench RUMBO CONFIG STATE");
  const std::string rumbo = argv[1], config = argv[2], state = argv[3];
  std::vector<double> ours, bare, fresh, again;
  for (int i = 0; i < kVersionRuns; ++i) {
    ours.push_back(whole_run({rumbo, "version"}));
    bare.push_back(whole_run({"/bin/true"}));
  }
  row("start: `rumbo version`, whole process", "≤ 2 ms",
      spread(ours, "ms", 2) + "; `/bin/true` in the same loop " + spread(bare, "ms", 2));
  for (int i = 0; i < kServeRuns; ++i) {
    std::filesystem::remove_all(state);
    fresh.push_back(cold_start(rumbo, config, state));
    again.push_back(cold_start(rumbo, config, state));
  }
  row("cold start to serving, state directory there", "≤ 50 ms", spread(again, "ms", 1));
  row("cold start to serving, state directory made", "≤ 50 ms", spread(fresh, "ms", 1));
  return 0;
}

}  // namespace
}  // namespace rumbo::bench

int main(int argc, char** argv) {
  return rumbo::bench::run(argc, argv);
}
