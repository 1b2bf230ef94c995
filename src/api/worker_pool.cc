#include "api/worker_pool.h"

#include <utility>

namespace rumbo::api {

WorkerPool::~WorkerPool() {
  std::vector<std::thread> threads;
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    waiting_.clear();
    threads.swap(threads_);
  }
  changed_.notify_all();
  for (std::thread& thread : threads) thread.join();
}

bool WorkerPool::submit(std::function<void()> job) {
  MutexLock lock(mutex_);
  if (stopping_) return false;
  // An idle thread may be on its way to a job that waits already.
  if (waiting_.size() < idle_) {
    waiting_.push_back(std::move(job));
    changed_.notify_one();
    return true;
  }
  if (threads_.size() < most_threads_) {
    waiting_.push_back(std::move(job));
    threads_.emplace_back([this] { work(); });
    return true;
  }
  if (waiting_.size() >= idle_ + most_waiting_) return false;
  waiting_.push_back(std::move(job));
  return true;
}

void WorkerPool::work() {
  for (;;) {
    std::function<void()> job;
    {
      MutexLock lock(mutex_);
      while (waiting_.empty() && !stopping_) {
        ++idle_;
        changed_.wait(mutex_);
        --idle_;
      }
      if (waiting_.empty()) return;
      job = std::move(waiting_.front());
      waiting_.pop_front();
    }
    job();
  }
}

}  // namespace rumbo::api
