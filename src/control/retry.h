// Backoff and Retries: how long to wait after the n-th failure in a row.
//
// Threads: one at a time.
#pragma once

#include <algorithm>

#include "base/time.h"

namespace rumbo::control {

struct Backoff {
  Duration first;
  Duration most;
  int factor = 2;
};

class Retries {
 public:
  /// Counts a failure and returns when to try again.
  MonoTime failed(MonoTime now, const Backoff& backoff) {
    Duration wait = backoff.first;
    for (int i = 0; i < failures_ && wait < backoff.most; ++i) wait *= backoff.factor;
    ++failures_;
    return now + std::min(wait, backoff.most);
  }
  void succeeded() { failures_ = 0; }
  int failures() const { return failures_; }

 private:
  int failures_ = 0;
};

}  // namespace rumbo::control
