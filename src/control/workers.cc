#include "control/workers.h"

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
  const auto do_all = [&] {
    io::side_by_side(work.size(), kMostThreads, [&](std::size_t i) { work[i](); });
  };
  if (!meanwhile) return do_all();
  Mutex mutex;
  Condition ended;
  bool done = false;
  std::thread all([&] {
    do_all();
    MutexLock lock(mutex);
    done = true;
    ended.notify_all();
  });
  const auto is_done = [&] {
    std::unique_lock<Mutex> lock(mutex);
    return ended.wait_for(lock, std::chrono::milliseconds(50), [&] { return done; });
  };
  while (!is_done()) meanwhile();
  all.join();
  meanwhile();
}

}  // namespace rumbo::control
