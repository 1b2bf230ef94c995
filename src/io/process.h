// Process: runs other programs by posix_spawn with a fixed argv, never a shell, in a process group
// of their own that is killed on cancel or deadline.
//
// Threads: run() blocks and may be called from any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/cancel.h"
#include "base/result.h"

namespace rumbo::io {

struct Command {
  std::vector<std::string> argv;           ///< argv[0] is looked up in the given PATH
  std::map<std::string, std::string> env;  ///< the whole environment; nothing is inherited
  std::string directory;                   ///< working directory; empty: the current one
  std::string input;                       ///< standard input
  std::uint64_t max_output = 64ull << 20;  ///< bytes of stdout + stderr; more kills it: too_large
};

struct Exit {
  int status = 0;  ///< exit status, or 128 + signal
  std::string out;
  std::string err;
};

/// A program left running in the background; killed when destroyed.
class Child {
 public:
  virtual ~Child() = default;
  virtual int pid() const = 0;
  /// True while it runs.
  virtual bool running() = 0;
  virtual void kill(int signal) = 0;
};

class Process {
 public:
  virtual ~Process() = default;
  /// Runs to the end. A non-zero exit is no error: the caller reads the status.
  virtual Result<Exit> run(const Command& command, const Cancel& cancel) = 0;
  /// Starts and returns; output goes to the file `log` ("" = discarded). The child dies with this
  /// process (PR_SET_PDEATHSIG) where the system allows it.
  virtual Result<std::unique_ptr<Child>> start(const Command& command, const std::string& log) = 0;
};

Process& real_process();

/// PATH and LANG only: what every child starts from.
std::map<std::string, std::string> minimal_environment();

}  // namespace rumbo::io
