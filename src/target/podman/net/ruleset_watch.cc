// The kernel's notices about nftables, over a netlink socket.
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/core.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

#include "target/podman/net/nft.h"

namespace rumbo::target::podman {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  const int fd_;
};

tl::unexpected<Error> system_error(std::string_view what) {
  return fail(Code::unavailable, fmt::format("{}: {}", what, std::strerror(errno)), Retry::later);
}

class NetlinkWatch : public RulesetWatch {
 public:
  explicit NetlinkWatch(int fd) : socket_(fd) {}

  Result<bool> wait(Duration timeout) override {
    pollfd poller{socket_.get(), POLLIN, 0};
    const auto wait = std::chrono::duration_cast<std::chrono::milliseconds>(timeout).count();
    const int ready = poll(&poller, 1, static_cast<int>(std::min<long long>(wait, 1 << 30)));
    if (ready < 0 && errno != EINTR) return system_error("waiting for changes of the ruleset");
    if (ready <= 0) return false;
    drain();
    return true;
  }
  int handle() const override { return socket_.get(); }

 private:
  /// What changed does not matter; an overrun (ENOBUFS) is a change, too.
  void drain() {
    char buffer[8192];
    while (true) {
      const auto got = recv(socket_.get(), buffer, sizeof buffer, MSG_DONTWAIT);
      if (got > 0 || (got < 0 && (errno == ENOBUFS || errno == EINTR))) continue;
      return;
    }
  }

  Descriptor socket_;
};

Result<int> open_socket() {
  const int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
  if (fd < 0) return system_error("opening a netlink socket");
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  const int group = NFNLGRP_NFTABLES;
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof group) != 0) {
    auto error = system_error("listening for changes of the ruleset");
    close(fd);
    return error;
  }
  return fd;
}

/// A socket belongs to the namespace of the thread that made it; only a thread of its own may go
/// there.
Result<int> open_socket_in(const std::string& netns) {
  Result<int> result = fail(Code::internal, "no socket");
  std::thread([&] {
    const Descriptor space(open(netns.c_str(), O_RDONLY | O_CLOEXEC));
    if (space.get() < 0 || setns(space.get(), CLONE_NEWNET) != 0) {
      result = system_error("entering network namespace " + netns);
      return;
    }
    result = open_socket();
  }).join();
  return result;
}

}  // namespace

Result<std::unique_ptr<RulesetWatch>> Nft::watch() {
  const int fd = TRY(options_.netns.empty() ? open_socket() : open_socket_in(options_.netns));
  return std::make_unique<NetlinkWatch>(fd);
}

}  // namespace rumbo::target::podman
