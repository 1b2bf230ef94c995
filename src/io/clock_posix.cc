#include <ctime>

#include "io/env.h"

namespace rumbo::io {
namespace {

Duration read(clockid_t id) {
  timespec now{};
  clock_gettime(id, &now);  // cannot fail for these two clocks
  return std::chrono::seconds(now.tv_sec) + Duration(now.tv_nsec);
}

class PosixClock : public Clock {
 public:
  MonoTime mono() const override { return {read(CLOCK_MONOTONIC)}; }
  WallTime wall() const override { return {read(CLOCK_REALTIME)}; }
};

}  // namespace

Clock& real_clock() {
  static PosixClock clock;
  return clock;
}

}  // namespace rumbo::io
