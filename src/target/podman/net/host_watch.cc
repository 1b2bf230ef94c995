#include "target/podman/net/host_watch.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace rumbo::target::podman {
namespace {

// Files are replaced by renaming, or written in place.
constexpr std::uint32_t kFileChanges =
    IN_CLOSE_WRITE | IN_MOVED_TO | IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;

int open_links() {
  const int fd = ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
  if (fd < 0) return -1;
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  address.nl_groups = RTMGRP_LINK | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE;
  if (::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) return fd;
  ::close(fd);
  return -1;
}

/// What it says does not matter; one that overran says that something changed, too.
void drain(int fd) {
  std::array<char, 8192> buffer;
  for (int i = 0; i < 1000; ++i) {
    if (::read(fd, buffer.data(), buffer.size()) > 0) continue;
    if (errno != ENOBUFS && errno != EINTR) return;
  }
}

void close_if_open(int fd) {
  if (fd >= 0) ::close(fd);
}

}  // namespace

HostWatch::HostWatch(std::unique_ptr<RulesetWatch> ruleset, std::string names_directory)
    : ruleset_(std::move(ruleset)),
      directory_(std::move(names_directory)),
      links_(open_links()),
      files_(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)),
      wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

HostWatch::~HostWatch() {
  close_if_open(links_);
  close_if_open(files_);
  close_if_open(wake_);
}

/// True if it is another directory than before that is watched now: what was written into it until
/// now was not heard. One that is watched already keeps its number.
bool HostWatch::watch_names() {
  if (files_ < 0) return false;
  const int before =
      std::exchange(names_, ::inotify_add_watch(files_, directory_.c_str(), kFileChanges));
  return names_ >= 0 && names_ != before;
}

HostWatch::Heard HostWatch::wait(Duration most) {
  Heard heard;
  heard.names = watch_names();
  std::array<pollfd, 4> polled{{{wake_, POLLIN, 0},
                                {ruleset_ ? ruleset_->handle() : -1, POLLIN, 0},
                                {links_, POLLIN, 0},
                                {files_, POLLIN, 0}}};
  const auto millis = std::chrono::duration_cast<std::chrono::milliseconds>(most).count();
  const auto timeout = heard.any() ? 0 : std::clamp<std::int64_t>(millis, 0, 3'600'000);
  if (::poll(polled.data(), polled.size(), static_cast<int>(timeout)) <= 0) return heard;
  if (polled[0].revents != 0) drain(wake_);
  if (polled[1].revents != 0) heard.ruleset = ruleset_->wait(Duration(0)).value_or(true);
  if (polled[2].revents != 0) {
    drain(links_);
    heard.links = true;
  }
  if (polled[3].revents != 0) {
    drain(files_);
    heard.names = true;
  }
  return heard;
}

void HostWatch::wake() {
  const std::uint64_t one = 1;
  static_cast<void>(!::write(wake_, &one, sizeof one));
}

}  // namespace rumbo::target::podman
