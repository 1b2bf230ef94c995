#include <array>
#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <deque>
#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <system_error>
#include <thread>
#include <unistd.h>

#include "base/guarded.h"
#include "base/strings.h"
#include "io/env.h"
#include "io/process.h"
#include "io/spawn.h"

namespace rumbo::io {
namespace {

constexpr int kCancelPoll = 50;  // milliseconds until a cancel is noticed
constexpr int kExitPoll = 5;     // the same for an exit where the kernel has no pidfd

/// One stream of a child being read to its end.
class Stream {
 public:
  Stream(OwnedFd fd, std::string& text) : fd_(std::move(fd)), text_(text) {
    ::fcntl(fd_.get(), F_SETFL, O_NONBLOCK);
  }
  int fd() const { return fd_.get(); }  ///< -1 after the end: poll ignores it

  /// Reads what is there, at most `room` bytes more than fit; true while more may come.
  void drain(std::uint64_t room) {
    std::array<char, 65536> piece;
    std::uint64_t taken = 0;
    while (fd_.open() && taken <= room) {
      const ssize_t got = ::read(fd_.get(), piece.data(), piece.size());
      if (got < 0 && errno == EINTR) continue;
      if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
      if (got <= 0) {
        fd_.reset();
        return;
      }
      text_.append(piece.data(), static_cast<std::size_t>(got));
      taken += static_cast<std::uint64_t>(got);
    }
  }

 private:
  OwnedFd fd_;
  std::string& text_;
};

class PosixChild : public Child {
 public:
  explicit PosixChild(pid_t pid) : pid_(pid) {}
  ~PosixChild() override {
    kill_group(pid_);
    reap(pid_);
  }
  int pid() const override { return pid_; }
  bool running() override { return !has_ended(pid_); }
  void kill(int signal) override { ::kill(-pid_, signal); }

 private:
  const pid_t pid_;  // unreaped until the destructor: never another process's id
};

/// Starts background children from one thread that lives as long as the process: the kernel's
/// parent-death signal follows the thread that spawned, not the process.
class BackgroundStarter {
 public:
  Result<pid_t> start(const Command& command, int in, int out) {
    Job job{&command, in, out, std::nullopt};
    MutexLock lock(mutex_);
    if (!thread_.joinable()) thread_ = std::thread([this] { serve(); });
    jobs_.push_back(&job);
    changed_.notify_all();
    while (!job.result) changed_.wait(mutex_);
    return std::move(*job.result);
  }

 private:
  struct Job {
    const Command* command;
    int in, out;
    std::optional<Result<pid_t>> result;
  };

  void serve() {
    MutexLock lock(mutex_);
    for (;;) {
      while (jobs_.empty()) changed_.wait(mutex_);
      Job* job = jobs_.front();
      jobs_.pop_front();
      // Held while spawning: only other starts wait, for a millisecond or two.
      job->result = spawn(*job->command, job->in, job->out, job->out);
      changed_.notify_all();
    }
  }

  Mutex mutex_;
  Condition changed_;
  std::deque<Job*> jobs_;
  std::thread thread_;
};

BackgroundStarter& background_starter() {
  static auto* starter = new BackgroundStarter;  // never destroyed: the thread has no end
  return *starter;
}

class PosixProcess : public Process {
 public:
  Result<Exit> run(const Command& command, const Cancel& cancel) override {
    TRY(cancel.check(real_clock().mono()));
    const OwnedFd in = TRY(input_file(command.input));
    Pipe out = TRY(make_pipe());
    Pipe err = TRY(make_pipe());
    const pid_t pid = TRY(spawn(command, in.get(), out.write.get(), err.write.get()));
    out.write.reset();
    err.write.reset();

    Exit exit;
    Stream out_stream(std::move(out.read), exit.out);
    Stream err_stream(std::move(err.read), exit.err);
    auto watched = watch(command, cancel, pid, exit, out_stream, err_stream);
    if (!watched) kill_group(pid);
    exit.status = reap(pid);
    if (!watched) {
      return fail(std::move(watched).error().with_context(
          "running `" + printable(command.argv.front(), 256) + "`"));
    }
    return exit;
  }

  Result<std::unique_ptr<Child>> start(const Command& command, const std::string& log) override {
    const OwnedFd in = TRY(input_file(command.input));
    const std::string file = log.empty() ? "/dev/null" : log;
    const OwnedFd out(::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
    if (!out.open()) {
      return fail(Code::unavailable, "cannot open the log `" + printable(file) +
                                         "`: " + std::generic_category().message(errno));
    }
    if (command.argv.empty()) return fail(Code::internal, "a command needs a program name");
    Command wrapped = command;
    // posix_spawn has no PR_SET_PDEATHSIG; setpriv sets it and then becomes the program. Without
    // setpriv a child outlives a killed parent.
    wrapped.argv.front() = TRY(find_program(command, command.argv.front()));
    if (auto setpriv = find_program(command, "setpriv")) {
      wrapped.argv.insert(wrapped.argv.begin(), {*setpriv, "--pdeathsig", "KILL", "--"});
    }
    const pid_t pid = TRY(background_starter().start(wrapped, in.get(), out.get()));
    return std::make_unique<PosixChild>(pid);
  }

 private:
  /// Reads both streams until the leader ended; what members of its group write later is theirs.
  static Result<> watch(const Command& command, const Cancel& cancel, pid_t pid, const Exit& exit,
                        Stream& out, Stream& err) {
    const OwnedFd ended(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    for (;;) {
      // The end is looked at before the streams: then what was written before it is read.
      const bool over = has_ended(pid);
      const std::uint64_t had = exit.out.size() + exit.err.size();
      const std::uint64_t room = command.max_output > had ? command.max_output - had : 0;
      out.drain(room);
      err.drain(room);
      if (exit.out.size() + exit.err.size() > command.max_output) {
        return fail(Code::too_large,
                    "its output exceeds " + std::to_string(command.max_output) + " bytes");
      }
      if (over) return {};
      const MonoTime now = real_clock().mono();
      TRY(cancel.check(now));
      const Duration left = cancel.left(now, std::chrono::milliseconds(kCancelPoll));
      const int most = ended.open() ? kCancelPoll : kExitPoll;
      const auto wait =
          std::min<std::int64_t>(most, std::chrono::ceil<std::chrono::milliseconds>(left).count());
      std::array<pollfd, 3> fds{
          {{out.fd(), POLLIN, 0}, {err.fd(), POLLIN, 0}, {ended.get(), POLLIN, 0}}};
      ::poll(fds.data(), fds.size(), static_cast<int>(wait));
    }
  }
};

}  // namespace

Process& real_process() {
  static PosixProcess process;
  return process;
}

std::map<std::string, std::string> minimal_environment() {
  const char* path = std::getenv("PATH");
  return {{"PATH",
           path && *path ? path : "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
          {"LANG", "C.UTF-8"}};
}

}  // namespace rumbo::io
