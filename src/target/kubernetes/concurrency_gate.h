// ConcurrencyGate: how many changing requests may be under way to one API server. It begins low,
// grows by one each time as many requests as it admits succeeded, and is halved when the server
// throttles (additive increase, multiplicative decrease).
//
// Threads: any; enter() blocks.
#pragma once

#include "base/cancel.h"
#include "base/guarded.h"
#include "base/result.h"

namespace rumbo::target::kubernetes {

class ConcurrencyGate {
 public:
  struct Limits {
    int start = 16;
    int least = 1;
    int most = 64;
  };

  explicit ConcurrencyGate(Clock& clock) : ConcurrencyGate(clock, Limits()) {}
  ConcurrencyGate(Clock& clock, Limits limits)
      : clock_(clock), limits_(limits), admitted_(limits.start) {}

  /// A place among those under way; leave() gives it back.
  class Place {
   public:
    Place(Place&& other) noexcept : gate_(other.gate_), epoch_(other.epoch_) {
      other.gate_ = nullptr;
    }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    Place& operator=(Place&&) = delete;
    ~Place() {
      if (gate_ != nullptr) gate_->leave(epoch_, Outcome::other);
    }
    void succeeded() { end(Outcome::success); }
    void throttled() { end(Outcome::throttled); }

   private:
    friend class ConcurrencyGate;
    enum class Outcome { success, throttled, other };
    Place(ConcurrencyGate& gate, int epoch) : gate_(&gate), epoch_(epoch) {}
    void end(Outcome outcome) {
      if (gate_ != nullptr) gate_->leave(epoch_, outcome);
      gate_ = nullptr;
    }
    ConcurrencyGate* gate_;
    int epoch_;
  };

  /// Waits for a place.
  Result<Place> enter(const Cancel& cancel);
  /// How many may be under way now.
  int admitted() const;

 private:
  void leave(int epoch, Place::Outcome outcome);

  Clock& clock_;
  const Limits limits_;
  mutable Mutex mutex_;
  Condition free_;
  int admitted_ GUARDED_BY(mutex_);
  int under_way_ GUARDED_BY(mutex_) = 0;
  int successes_ GUARDED_BY(mutex_) = 0;
  int epoch_ GUARDED_BY(mutex_) = 0;  ///< counts halvings: what began before one says nothing new
};

}  // namespace rumbo::target::kubernetes
