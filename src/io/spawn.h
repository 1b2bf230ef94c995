// Spawn: the posix_spawn part that run() and start() share: look-up in PATH, descriptors, group.
//
// Threads: any. Internal to io/.
#pragma once

#include <string>
#include <sys/types.h>
#include <utility>

#include "base/result.h"
#include "io/process.h"

namespace rumbo::io {

/// Closes its descriptor when it goes away.
class OwnedFd {
 public:
  OwnedFd() = default;
  explicit OwnedFd(int fd) : fd_(fd) {}
  ~OwnedFd() { reset(); }
  OwnedFd(OwnedFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  OwnedFd& operator=(OwnedFd&& other) noexcept {
    if (this != &other) {
      reset();
      fd_ = std::exchange(other.fd_, -1);
    }
    return *this;
  }
  OwnedFd(const OwnedFd&) = delete;
  OwnedFd& operator=(const OwnedFd&) = delete;

  int get() const { return fd_; }
  bool open() const { return fd_ >= 0; }
  void reset();

 private:
  int fd_ = -1;
};

/// A pipe whose ends close on exec.
struct Pipe {
  OwnedFd read, write;
};
Result<Pipe> make_pipe();

/// A descriptor to read `text` from: an unnamed file in memory, or /dev/null for an empty one. A
/// file cannot block its writer or raise SIGPIPE, as a pipe could.
Result<OwnedFd> input_file(const std::string& text);

/// The file that `program` names in the PATH of `command`; a name with '/' is itself.
Result<std::string> find_program(const Command& command, const std::string& program);

/// Starts the program as the leader of a new process group with default signals and no descriptor
/// but these three.
Result<pid_t> spawn(const Command& command, int in, int out, int err);

/// True once the process has ended; it stays unreaped, so that its id and group stay its own.
bool has_ended(pid_t pid);

/// Kills the group of an ended or running leader: SIGTERM, SIGKILL after two seconds. The leader
/// stays unreaped.
void kill_group(pid_t pid);

/// Collects an ended process: exit status, or 128 + signal.
int reap(pid_t pid);

}  // namespace rumbo::io
