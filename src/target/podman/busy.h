// Busy: names that someone works on. A transaction's call and the agent never handle the same pod
// at once, and neither holds a lock while Podman works.
//
// Threads: any.
#pragma once

#include <condition_variable>
#include <optional>
#include <set>
#include <string>

#include "base/guarded.h"

namespace rumbo::target::podman {

class Busy {
 public:
  /// Gives the name back when destroyed.
  class Hold {
   public:
    Hold(Busy& busy, std::string name) : busy_(&busy), name_(std::move(name)) {}
    Hold(Hold&& other) noexcept : busy_(other.busy_), name_(std::move(other.name_)) {
      other.busy_ = nullptr;
    }
    Hold& operator=(Hold&&) = delete;
    ~Hold() {
      if (busy_ != nullptr) busy_->give_back(name_);
    }

   private:
    Busy* busy_;
    std::string name_;
  };

  /// Waits until nobody else works on it.
  Hold take(const std::string& name) {
    MutexLock lock(mutex_);
    while (!names_.insert(name).second) free_.wait(mutex_);
    return {*this, name};
  }
  /// nullopt if someone works on it.
  std::optional<Hold> try_take(const std::string& name) {
    MutexLock lock(mutex_);
    if (!names_.insert(name).second) return std::nullopt;
    return std::optional<Hold>(std::in_place, *this, name);
  }

 private:
  void give_back(const std::string& name) {
    {
      MutexLock lock(mutex_);
      names_.erase(name);
    }
    free_.notify_all();
  }

  Mutex mutex_;
  Condition free_;
  std::set<std::string> names_ GUARDED_BY(mutex_);
};

}  // namespace rumbo::target::podman
