// WorkGuard: bounds the time and the memory of one piece of work that runs what others wrote.
//
// Threads: any; other threads' memory counts, too.
#pragma once

#include <cstdint>
#include <string>

#include "base/time.h"

namespace rumbo::io {

struct WorkBounds {
  Duration time = std::chrono::seconds(60);
  std::uint64_t memory = std::uint64_t{1} << 30;  ///< bytes by which the process may grow
};

class WorkGuard {
 public:
  /// Counts from now. `clock` must outlive it.
  explicit WorkGuard(const Clock& clock, WorkBounds bounds = {});

  /// "takes longer than 60 s", "uses more than 1024 MiB of memory", or empty. Costs some
  /// microseconds: ask every few thousand steps.
  std::string exceeded() const;

 private:
  const Clock* clock_;
  WorkBounds bounds_;
  MonoTime begun_;
  std::uint64_t resident_;
};

/// Bytes of memory the process holds (/proc/self/statm); 0 if that cannot be told.
std::uint64_t resident_bytes();

}  // namespace rumbo::io
