// Workers: a fixed pool of threads with a queue, and side_by_side() for work whose end is waited
// for.
//
// Threads: any.
#pragma once

#include <deque>
#include <functional>
#include <thread>
#include <vector>

#include "base/guarded.h"

namespace rumbo::control {

class Workers {
 public:
  explicit Workers(int threads);
  /// Ends when the running jobs have ended; queued ones are dropped.
  ~Workers();

  void submit(std::function<void()> job);

 private:
  void work();

  Mutex mutex_;
  Condition changed_;
  std::deque<std::function<void()>> queue_ GUARDED_BY(mutex_);
  bool stop_ GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

/// Runs all, at most 16 at once; without `meanwhile` one of them on the caller's thread.
/// `meanwhile` (may be empty) is called on the caller's thread every 50 ms and at the end.
void side_by_side(std::vector<std::function<void()>> work, const std::function<void()>& meanwhile);

}  // namespace rumbo::control
