// Deaths: hears within milliseconds that a container's main process ended (pidfd), and lets another
// thread wake the sleeper.
//
// Threads: wait() and watch() from one; wake() from any.
#pragma once

#include <map>
#include <set>

#include "base/time.h"

namespace rumbo::target::podman {

class Deaths {
 public:
  Deaths();
  ~Deaths();
  Deaths(const Deaths&) = delete;
  Deaths& operator=(const Deaths&) = delete;

  /// Watches exactly these processes from now on; one that is gone already counts as a death.
  void watch(const std::set<int>& pids);
  /// Sleeps until one of them ends, wake() is called, or the time is over; true if one ended.
  bool wait(Duration most);
  void wake();

 private:
  std::map<int, int> handles_;  // pid -> pidfd
  bool missed_ = false;
  int wake_;
};

}  // namespace rumbo::target::podman
