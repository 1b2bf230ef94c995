// Progress: shows running transactions: a live block on a terminal, a line an event elsewhere,
// nothing when asked to be quiet.
//
// Threads: hear() from any; a thread of its own turns the spinner until the end.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "app/progress_model.h"
#include "app/session.h"

namespace rumbo::app {

class Progress {
 public:
  explicit Progress(const Session& session);
  /// Leaves what was last drawn on the screen.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// As control::EventSink.
  bool hear(const Value& event);
  control::EventSink sink() {
    return [this](const Value& event) { return hear(event); };
  }

 private:
  void draw();  // with mutex_ held
  void turn();

  const Session& session_;
  const bool live_;
  std::mutex mutex_;
  std::condition_variable stop_;
  ProgressModel model_;
  bool stopped_ = false;
  std::size_t frame_ = 0;
  std::size_t drawn_ = 0;  ///< lines on the screen
  std::thread ticker_;
};

}  // namespace rumbo::app
