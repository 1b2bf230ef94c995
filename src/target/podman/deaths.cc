#include "target/podman/deaths.h"

#include <algorithm>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <vector>

namespace rumbo::target::podman {

Deaths::Deaths() : wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

Deaths::~Deaths() {
  for (const auto& [pid, handle] : handles_) ::close(handle);
  if (wake_ >= 0) ::close(wake_);
}

void Deaths::watch(const std::set<int>& pids) {
  for (auto it = handles_.begin(); it != handles_.end();) {
    if (pids.contains(it->first)) {
      ++it;
      continue;
    }
    ::close(it->second);
    it = handles_.erase(it);
  }
  for (const int pid : pids) {
    if (pid <= 0 || handles_.contains(pid)) continue;
    const auto handle = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
    if (handle >= 0) {
      handles_.emplace(pid, handle);
    } else {
      missed_ = true;
    }
  }
}

bool Deaths::wait(Duration most) {
  if (missed_) {
    missed_ = false;
    return true;
  }
  std::vector<pollfd> polled{{wake_, POLLIN, 0}};
  for (const auto& [pid, handle] : handles_) polled.push_back({handle, POLLIN, 0});
  const auto millis = std::chrono::duration_cast<std::chrono::milliseconds>(most).count();
  const int timeout = static_cast<int>(std::clamp<std::int64_t>(millis, 0, 3'600'000));
  if (::poll(polled.data(), polled.size(), timeout) <= 0) return false;
  if (polled[0].revents != 0) {
    std::uint64_t count = 0;
    // Only to empty the counter; several wakes are one.
    static_cast<void>(!::read(wake_, &count, sizeof count));
  }
  bool died = false;
  for (std::size_t i = 1; i < polled.size(); ++i) {
    if (polled[i].revents == 0) continue;
    died = true;
    // Told once: until the next watch() it is no news.
    for (auto it = handles_.begin(); it != handles_.end(); ++it) {
      if (it->second != polled[i].fd) continue;
      ::close(it->second);
      handles_.erase(it);
      break;
    }
  }
  return died;
}

void Deaths::wake() {
  const std::uint64_t one = 1;
  static_cast<void>(!::write(wake_, &one, sizeof one));
}

}  // namespace rumbo::target::podman
