#include "io/env.h"

#include <cerrno>
#include <ctime>

namespace rumbo::io {
namespace {

void sleep_for(Duration duration) {
  if (duration <= Duration(0)) return;
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(duration);
  timespec left{};
  left.tv_sec = seconds.count();
  left.tv_nsec = (duration - seconds).count();
  while (clock_nanosleep(CLOCK_MONOTONIC, 0, &left, &left) == EINTR) {
  }
}

}  // namespace

Env real_env() {
  return {real_clock(), real_filesystem(), real_process(), real_http(), real_random(), sleep_for};
}

}  // namespace rumbo::io
