#include "target/podman/workers.h"

namespace rumbo::target::podman {

Workers::~Workers() {
  std::vector<std::thread> threads;
  {
    MutexLock lock(mutex_);
    ending_ = true;
    waiting_.clear();
    threads = std::move(threads_);
  }
  work_came_.notify_all();
  for (std::thread& thread : threads) thread.join();
}

void Workers::run(std::function<void()> work) {
  if (most_ == 0) return work();
  {
    MutexLock lock(mutex_);
    if (ending_) return;
    waiting_.push_back(std::move(work));
    if (waiting_.size() > idle_ && threads_.size() < most_) {
      threads_.emplace_back([this] { loop(); });
    }
  }
  work_came_.notify_one();
}

void Workers::loop() {
  while (true) {
    std::function<void()> work;
    {
      MutexLock lock(mutex_);
      ++idle_;
      while (waiting_.empty() && !ending_) work_came_.wait(mutex_);
      --idle_;
      if (ending_) return;
      work = std::move(waiting_.front());
      waiting_.pop_front();
    }
    work();
  }
}

}  // namespace rumbo::target::podman
