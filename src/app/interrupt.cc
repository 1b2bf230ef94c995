#include "app/interrupt.h"

#include <csignal>

namespace rumbo::app {
namespace {

const Cancel* g_cancel = nullptr;  // set once, before the handlers are

void on_signal(int signal) {
  if (g_cancel->cancelled()) {
    std::signal(signal, SIG_DFL);
    std::raise(signal);
    return;
  }
  g_cancel->cancel();
}

}  // namespace

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
