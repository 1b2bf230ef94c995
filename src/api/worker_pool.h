// WorkerPool: a bounded number of threads, started as they are needed, and a bounded queue.
//
// Threads: any. The destructor waits for jobs that run and drops those that wait.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <thread>
#include <vector>

#include "base/guarded.h"

namespace rumbo::api {

class WorkerPool {
 public:
  WorkerPool(std::size_t most_threads, std::size_t most_waiting)
      : most_threads_(most_threads), most_waiting_(most_waiting) {}
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// False, and the job is not run, when all threads are busy and the queue is full.
  bool submit(std::function<void()> job);

 private:
  void work();

  const std::size_t most_threads_;
  const std::size_t most_waiting_;
  Mutex mutex_;
  Condition changed_;
  std::deque<std::function<void()>> waiting_ GUARDED_BY(mutex_);
  std::vector<std::thread> threads_ GUARDED_BY(mutex_);
  std::size_t idle_ GUARDED_BY(mutex_) = 0;
  bool stopping_ GUARDED_BY(mutex_) = false;
};

}  // namespace rumbo::api
