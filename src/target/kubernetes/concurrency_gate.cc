#include "target/kubernetes/concurrency_gate.h"

#include <algorithm>

namespace rumbo::target::kubernetes {

Result<ConcurrencyGate::Place> ConcurrencyGate::enter(const Cancel& cancel) {
  MutexLock lock(mutex_);
  while (under_way_ >= admitted_) {
    TRY(cancel.check(clock_.mono()));
    free_.wait_for(mutex_, std::chrono::milliseconds(50));  // a cancel wakes nobody
  }
  ++under_way_;
  return Place(*this, epoch_);
}

int ConcurrencyGate::admitted() const {
  MutexLock lock(mutex_);
  return admitted_;
}

void ConcurrencyGate::leave(int epoch, Place::Outcome outcome) {
  MutexLock lock(mutex_);
  --under_way_;
  free_.notify_one();
  if (epoch != epoch_) return;
  if (outcome == Place::Outcome::throttled) {
    admitted_ = std::max(limits_.least, admitted_ / 2);
    successes_ = 0;
    ++epoch_;
  } else if (outcome == Place::Outcome::success && ++successes_ >= admitted_) {
    admitted_ = std::min(limits_.most, admitted_ + 1);
    successes_ = 0;
    free_.notify_one();
  }
}

}  // namespace rumbo::target::kubernetes
