#include "app/interrupt.h"

#include <atomic>
#include <csignal>

namespace rumbo::app {
namespace {

const Cancel* g_cancel = nullptr;  // set once, before the handlers are
std::atomic<bool> g_hangup{false};
static_assert(std::atomic<bool>::is_always_lock_free);  // a signal handler stores to it

void on_signal(int signal) {
  if (g_cancel->cancelled()) {
    std::signal(signal, SIG_DFL);
    std::raise(signal);
    return;
  }
  g_cancel->cancel();
}

}  // namespace

bool take_hangup() {
  static const bool caught = [] {
    struct sigaction action {};
    action.sa_handler = [](int) { g_hangup = true; };
    return ::sigaction(SIGHUP, &action, nullptr) == 0;
  }();
  return caught && g_hangup.exchange(false);
}

const Cancel& interrupt() {
  static const Cancel cancel;
  if (g_cancel == nullptr) {
    g_cancel = &cancel;
    struct sigaction action {};
    action.sa_handler = on_signal;
    ::sigaction(SIGINT, &action, nullptr);
    ::sigaction(SIGTERM, &action, nullptr);
  }
  return cancel;
}

}  // namespace rumbo::app
