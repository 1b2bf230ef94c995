#include "io/side_by_side.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <deque>
#include <list>
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
  ~Helpers() {
    {
      MutexLock lock(mutex_);
      ending_ = true;
    }
    called_.notify_all();
    // Nobody calls any more, so no thread is added.
    for (std::list<std::thread>* threads : {&threads_, &ended_}) {
      for (std::thread& thread : *threads) thread.join();
    }
  }

  void run(Batch& batch, std::size_t helpers) {
    call(batch, helpers);
    batch.run();
    MutexLock lock(mutex_);
    std::erase(wanted_, &batch);
    while (batch.helping > 0) batch.left.wait(mutex_);
  }

 private:
  void call(Batch& batch, std::size_t helpers) {
    std::list<std::thread> ended;
    {
      MutexLock lock(mutex_);
      ended.swap(ended_);
      wanted_.insert(wanted_.end(), helpers, &batch);
      const std::size_t lacking = wanted_.size() > idle_ ? wanted_.size() - idle_ : 0;
      add_threads(std::min({lacking, helpers, kMostThreads - threads_.size()}));
    }
    for (std::size_t i = 0; i < helpers; ++i) called_.notify_one();
    for (std::thread& thread : ended) thread.join();
  }

  void add_threads(std::size_t count) REQUIRES(mutex_) {
    for (; count > 0; --count) {
      const auto own = threads_.emplace(threads_.end());
      try {
        *own = std::thread([this, own] { help(own); });
      } catch (const std::system_error&) {  // no more threads here: the caller does it alone
        threads_.erase(own);
        return;
      }
      ++idle_;
    }
  }

  void help(std::list<std::thread>::iterator own) {
    MutexLock lock(mutex_);
    while (true) {
      const auto until = std::chrono::steady_clock::now() + kIdle;
      while (wanted_.empty() && !ending_) {
        if (called_.wait_until(mutex_, until) != std::cv_status::timeout) continue;
        if (!wanted_.empty() || ending_) break;
        --idle_;
        ended_.splice(ended_.end(), threads_, own);
        return;
      }
      if (ending_) return;
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
  std::list<std::thread> threads_ GUARDED_BY(mutex_);
  std::list<std::thread> ended_ GUARDED_BY(
      mutex_);  ///< idle for too long; the next call joins them
  bool ending_ GUARDED_BY(mutex_) = false;
  std::size_t idle_ GUARDED_BY(mutex_) = 0;  ///< of them; those just started count
};

Helpers& helpers() {
  static Helpers all;
  return all;
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
