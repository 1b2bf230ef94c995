#include "control/workers.h"

#include <algorithm>
#include <atomic>
#include <chrono>

#include "io/side_by_side.h"

namespace rumbo::control {

Workers::Workers(int threads) {
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
}

Workers::~Workers() {
  {
    MutexLock lock(mutex_);
    stop_ = true;
    queue_.clear();
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void Workers::submit(std::function<void()> job) {
  {
    MutexLock lock(mutex_);
    if (stop_) return;
    queue_.push_back(std::move(job));
  }
  changed_.notify_one();
}

void Workers::work() {
  while (true) {
    std::function<void()> job;
    {
      MutexLock lock(mutex_);
      while (!stop_ && queue_.empty()) changed_.wait(mutex_);
      if (stop_) return;
      job = std::move(queue_.front());
      queue_.pop_front();
    }
    job();
  }
}

void side_by_side(std::vector<std::function<void()>> work, const std::function<void()>& meanwhile) {
  constexpr std::size_t kMostThreads = 16;
  if (!meanwhile) {
    return io::side_by_side(work.size(), kMostThreads, [&](std::size_t i) { work[i](); });
  }
  std::atomic<std::size_t> next{0};
  Mutex mutex;
  Condition ended;
  std::size_t running = std::min(work.size(), kMostThreads);
  std::vector<std::thread> threads;
  for (std::size_t i = std::min(work.size(), kMostThreads); i > 0; --i) {
    threads.emplace_back([&] {
      for (std::size_t mine = next++; mine < work.size(); mine = next++) work[mine]();
      MutexLock lock(mutex);
      --running;
      ended.notify_all();
    });
  }
  while (true) {
    bool done = false;
    {
      std::unique_lock<Mutex> lock(mutex);
      done = ended.wait_for(lock, std::chrono::milliseconds(50), [&] { return running == 0; });
    }
    if (done) break;
    meanwhile();
  }
  for (std::thread& thread : threads) thread.join();
  meanwhile();
}

}  // namespace rumbo::control
