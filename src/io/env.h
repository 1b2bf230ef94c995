// Env: all of the outside world in one argument. Whoever holds it may do I/O; nobody else can.
#pragma once

#include "base/time.h"
#include "io/filesystem.h"
#include "io/http.h"
#include "io/process.h"
#include "io/random.h"

namespace rumbo::io {

/// References only; the parts outlive it.
struct Env {
  Clock& clock;
  FileSystem& files;
  Process& process;
  Http& http;
  Random& random;
  /// Blocks this thread; virtual time in tests.
  std::function<void(Duration)> sleep;
};

/// The machine itself.
Env real_env();

/// CLOCK_MONOTONIC and CLOCK_REALTIME.
Clock& real_clock();

/// /proc/sys/kernel/random/boot_id.
Result<std::string> boot_id(FileSystem& files);

}  // namespace rumbo::io
