// Cancel: asks long work to stop, by hand or by deadline. Copies share one state.
//
// Threads: every method may be called from any thread.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/time.h"

namespace rumbo {

class Cancel {
 public:
  /// Never expires by itself; cancel() stops it.
  Cancel() : state_(std::make_shared<std::atomic<bool>>(false)) {}

  /// The same cancellation, and also a deadline; the earlier of both deadlines counts.
  Cancel with_deadline(MonoTime deadline) const {
    Cancel copy = *this;
    if (!copy.deadline_ || deadline < *copy.deadline_) copy.deadline_ = deadline;
    return copy;
  }

  void cancel() const { state_->store(true, std::memory_order_release); }
  bool cancelled() const { return state_->load(std::memory_order_acquire); }
  const std::optional<MonoTime>& deadline() const { return deadline_; }

  /// Time left before the deadline, at least zero; `fallback` without one.
  Duration left(MonoTime now, Duration fallback) const {
    if (!deadline_) return fallback;
    return *deadline_ > now ? *deadline_ - now : Duration(0);
  }

  /// An error once cancelled or past the deadline: call it in every loop.
  Result<> check(MonoTime now) const {
    if (cancelled()) return fail(Code::cancelled, "cancelled", Retry::later);
    if (deadline_ && now >= *deadline_) return fail(Code::timeout, "timed out", Retry::later);
    return {};
  }

 private:
  std::shared_ptr<std::atomic<bool>> state_;
  std::optional<MonoTime> deadline_;
};

}  // namespace rumbo
