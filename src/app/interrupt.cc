#include "app/interrupt.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace rumbo::app {
namespace {

const Cancel* g_cancel = nullptr;  // set once, before the handlers are
std::atomic<bool> g_hangup{false};
std::atomic<int> g_bell{-1};                            // an eventfd, once somebody rests
static_assert(std::atomic<bool>::is_always_lock_free);  // a signal handler stores to it
static_assert(std::atomic<int>::is_always_lock_free);

/// The bell, made at its first use; not from a signal handler.
int bell() {
  static const int made = [] {
    const int fd = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    g_bell = fd;
    return fd;
  }();
  return made;
}

void on_hangup(int) {
  const int error = errno;
  g_hangup = true;
  ring();
  errno = error;
}

void on_signal(int signal) {
  if (g_cancel->cancelled()) {
    std::signal(signal, SIG_DFL);
    std::raise(signal);
    return;
  }
  const int error = errno;
  g_cancel->cancel();
  ring();
  errno = error;
}

}  // namespace

void ring() {
  const std::uint64_t one = 1;
  const int fd = g_bell;
  if (fd >= 0) static_cast<void>(!::write(fd, &one, sizeof one));
}

void rest(Duration most) {
  constexpr std::int64_t kLongest = 3'600'000;
  constexpr Duration kBlind = std::chrono::milliseconds(50);  // without a bell: look often
  const int fd = bell();
  if (fd < 0) most = std::min(most, kBlind);
  pollfd polled{fd, POLLIN, 0};
  const auto millis = std::chrono::ceil<std::chrono::milliseconds>(most).count();
  if (::poll(&polled, 1, static_cast<int>(std::clamp<std::int64_t>(millis, 0, kLongest))) <= 0) {
    return;
  }
  std::uint64_t count = 0;
  static_cast<void>(!::read(fd, &count, sizeof count));  // several rings are one
}

bool take_hangup() {
  static const bool caught = [] {
    bell();
    struct sigaction action {};
    action.sa_handler = on_hangup;
    return ::sigaction(SIGHUP, &action, nullptr) == 0;
  }();
  return caught && g_hangup.exchange(false);
}

const Cancel& interrupt() {
  static const Cancel cancel;
  if (g_cancel == nullptr) {
    bell();
    g_cancel = &cancel;
    struct sigaction action {};
    action.sa_handler = on_signal;
    ::sigaction(SIGINT, &action, nullptr);
    ::sigaction(SIGTERM, &action, nullptr);
  }
  return cancel;
}

}  // namespace rumbo::app
