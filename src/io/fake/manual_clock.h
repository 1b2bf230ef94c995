// ManualClock: time that passes only when told to.
//
// Threads: any.
#pragma once

#include "base/guarded.h"
#include "base/time.h"

namespace rumbo::io::fake {

class ManualClock : public Clock {
 public:
  explicit ManualClock(WallTime start = {std::chrono::seconds(1'700'000'000)}) : start_(start) {}

  MonoTime mono() const override { return {passed_.copy()}; }
  WallTime wall() const override { return {start_.since_epoch + passed_.copy()}; }

  /// Moves both clocks forward.
  void advance(Duration by) {
    passed_.with([&](Duration& passed) { passed += by; });
  }
  /// As Env::sleep: returns at once, having let the time pass.
  void sleep(Duration duration) { advance(duration); }

 private:
  const WallTime start_;
  Guarded<Duration> passed_;
};

}  // namespace rumbo::io::fake
