// Mutexes that clang's thread-safety analysis understands, and Guarded<T>: data reachable only
// under its lock. No lock is held across I/O or callbacks; lock order is folder order.
#pragma once

#include <condition_variable>
#include <mutex>
#include <utility>

#if defined(__clang__)
#define RUMBO_TS(x) __attribute__((x))
#else
#define RUMBO_TS(x)
#endif
#define GUARDED_BY(m) RUMBO_TS(guarded_by(m))
#define REQUIRES(...) RUMBO_TS(requires_capability(__VA_ARGS__))
#define EXCLUDES(...) RUMBO_TS(locks_excluded(__VA_ARGS__))

namespace rumbo {

/// std::mutex with annotations (libstdc++'s own carries none).
class RUMBO_TS(capability("mutex")) Mutex {
 public:
  void lock() RUMBO_TS(acquire_capability()) { mutex_.lock(); }
  void unlock() RUMBO_TS(release_capability()) { mutex_.unlock(); }
  /// Tells the analysis that the caller holds it: at the start of a lambda that runs under the
  /// lock.
  void assert_held() const RUMBO_TS(assert_capability(this)) {}

 private:
  std::mutex mutex_;
};

/// Holds a Mutex for a scope.
class RUMBO_TS(scoped_lockable) MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) RUMBO_TS(acquire_capability(mutex)) : mutex_(mutex) {
    mutex_.lock();
  }
  ~MutexLock() RUMBO_TS(release_capability()) { mutex_.unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

/// A condition variable for Mutex.
using Condition = std::condition_variable_any;

/// A T that can only be touched inside with(): `guarded.with([](T& t) { … })`.
template <class T>
class Guarded {
 public:
  Guarded() = default;
  explicit Guarded(T value) : value_(std::move(value)) {}

  template <class F>
  decltype(auto) with(F&& use) {
    MutexLock lock(mutex_);
    return std::forward<F>(use)(value_);
  }
  template <class F>
  decltype(auto) with(F&& use) const {
    MutexLock lock(mutex_);
    return std::forward<F>(use)(value_);
  }
  T copy() const {
    MutexLock lock(mutex_);
    return value_;
  }

 private:
  mutable Mutex mutex_;
  T value_ GUARDED_BY(mutex_){};
};

}  // namespace rumbo
