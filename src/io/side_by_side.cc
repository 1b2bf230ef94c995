#include "io/side_by_side.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <deque>
#include <system_error>
#include <thread>

#include "base/guarded.h"

namespace rumbo::io {
namespace {

constexpr std::size_t kMostThreads = 256;
constexpr std::chrono::seconds kIdle{10};  // then a thread ends: an idle process keeps none

/// One side_by_side(); lives on the caller's stack until nobody helps it any more.
struct Batch {
  const std::function<void(std::size_t)>* work = nullptr;
  std::size_t count = 0;
  std::atomic<std::size_t> next{0};
  std::size_t helping = 0;  ///< under the pool's lock
  Condition left;

  void run() {
    for (std::size_t mine = next++; mine < count; mine = next++) (*work)(mine);
  }
};

class Helpers {
 public:
  void run(Batch& batch, std::size_t helpers) {
    call(batch, helpers);
    batch.run();
    MutexLock lock(mutex_);
    std::erase(wanted_, &batch);
    while (batch.helping > 0) batch.left.wait(mutex_);
  }

 private:
  void call(Batch& batch, std::size_t helpers) {
    std::size_t fresh = 0;
    {
      MutexLock lock(mutex_);
      wanted_.insert(wanted_.end(), helpers, &batch);
      const std::size_t lacking = wanted_.size() > idle_ ? wanted_.size() - idle_ : 0;
      fresh = std::min({lacking, helpers, kMostThreads - threads_});
      threads_ += fresh;
      idle_ += fresh;
    }
    for (std::size_t i = 0; i < helpers; ++i) called_.notify_one();
    for (; fresh > 0; --fresh) {
      try {
        std::thread([this] { help(); }).detach();
      } catch (const std::system_error&) {  // no more threads here: the caller does it alone
        MutexLock lock(mutex_);
        threads_ -= fresh;
        idle_ -= fresh;
        return;
      }
    }
  }

  void help() {
    MutexLock lock(mutex_);
    while (true) {
      const auto until = std::chrono::steady_clock::now() + kIdle;
      while (wanted_.empty()) {
        if (called_.wait_until(mutex_, until) == std::cv_status::timeout && wanted_.empty()) {
          --threads_;
          --idle_;
          return;
        }
      }
      Batch& batch = *wanted_.front();
      wanted_.pop_front();
      --idle_;
      ++batch.helping;
      mutex_.unlock();
      batch.run();
      mutex_.lock();
      ++idle_;
      if (--batch.helping == 0) batch.left.notify_all();
    }
  }

  Mutex mutex_;
  Condition called_;
  std::deque<Batch*> wanted_ GUARDED_BY(mutex_);  ///< one entry for each helper it may have
  std::size_t threads_ GUARDED_BY(mutex_) = 0;
  std::size_t idle_ GUARDED_BY(mutex_) = 0;  ///< of them; those just started count
};

Helpers& helpers() {
  static auto* const kAll = new Helpers;  // its threads may outlive every other object
  return *kAll;
}

}  // namespace

void side_by_side(std::size_t count, std::size_t most,
                  const std::function<void(std::size_t)>& work) {
  const std::size_t at_once = std::min(count, most);
  Batch batch;
  batch.work = &work;
  batch.count = count;
  if (at_once <= 1) return batch.run();
  helpers().run(batch, at_once - 1);
}

}  // namespace rumbo::io
