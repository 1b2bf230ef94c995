// Workers: a few threads for what blocks (probes, drains), so that the agent's round never does.
// Threads are made when there is work for them; with none allowed, work is done by the caller.
//
// Threads: any. The destructor waits for what runs and drops what has not begun.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <thread>
#include <vector>

#include "base/guarded.h"

namespace rumbo::target::podman {

class Workers {
 public:
  explicit Workers(std::size_t most) : most_(most) {}
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  void run(std::function<void()> work);

 private:
  void loop();

  const std::size_t most_;
  Mutex mutex_;
  Condition work_came_;
  std::deque<std::function<void()>> waiting_ GUARDED_BY(mutex_);
  std::vector<std::thread> threads_ GUARDED_BY(mutex_);
  std::size_t idle_ GUARDED_BY(mutex_) = 0;
  bool ending_ GUARDED_BY(mutex_) = false;
};

}  // namespace rumbo::target::podman
