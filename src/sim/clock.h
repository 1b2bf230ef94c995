// SimClock: virtual time. It moves only when told to; what is scheduled fires in order on the way.
//
// Threads: one at a time.
#pragma once

#include <functional>
#include <map>
#include <utility>

#include "base/time.h"

namespace rumbo::sim {

class SimClock : public Clock {
 public:
  MonoTime mono() const override { return now_; }
  WallTime wall() const override {
    return {now_.since_start + Duration(1'700'000'000'000'000'000) + jumped_};
  }
  /// Somebody sets the machine's clock: times of day jump, time itself does not.
  void jump_wall(Duration by) { jumped_ += by; }

  /// Moves to `until` (never back), firing what is due in order of time.
  void advance_to(MonoTime until) {
    while (!timers_.empty() && timers_.begin()->first <= until) {
      auto timer = timers_.extract(timers_.begin());
      if (timer.key() > now_) now_ = timer.key();
      timer.mapped()();
    }
    if (until > now_) now_ = until;
  }
  void advance(Duration by) { advance_to(now_ + by); }
  void at(MonoTime when, std::function<void()> fire) { timers_.emplace(when, std::move(fire)); }

 private:
  MonoTime now_{std::chrono::hours(1)};
  Duration jumped_{0};
  std::multimap<MonoTime, std::function<void()>> timers_;
};

}  // namespace rumbo::sim
