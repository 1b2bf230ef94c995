#include "io/spawn.h"

#include <cerrno>
#include <csignal>
#include <ctime>
#include <fcntl.h>
#include <spawn.h>
#include <string_view>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

#include "base/strings.h"
#include "io/env.h"

namespace rumbo::io {
namespace {

tl::unexpected<Error> failed(const std::string& what, int number) {
  const bool used_up = number == EMFILE || number == ENFILE || number == ENOMEM ||
                       number == EAGAIN || number == ENOSPC;
  return fail(used_up ? Code::exhausted : Code::unavailable,
              what + ": " + std::generic_category().message(number),
              used_up ? Retry::later : Retry::never);
}

/// The same descriptor at 3 or above, so that handing on 0, 1 and 2 cannot overwrite it.
Result<OwnedFd> above_standard(OwnedFd fd) {
  if (fd.get() > 2) return fd;
  OwnedFd moved(::fcntl(fd.get(), F_DUPFD_CLOEXEC, 3));
  if (!moved.open()) return failed("cannot duplicate a descriptor", errno);
  return moved;
}

bool is_program(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) &&
         ::access(path.c_str(), X_OK) == 0;
}

/// Owns what posix_spawn wants prepared.
class SpawnSetup {
 public:
  SpawnSetup() {
    posix_spawn_file_actions_init(&actions_);
    posix_spawnattr_init(&attributes_);
  }
  ~SpawnSetup() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }
  SpawnSetup(const SpawnSetup&) = delete;
  SpawnSetup& operator=(const SpawnSetup&) = delete;

  /// The first error number of a preparation, or 0.
  int prepare(const std::string& directory, int in, int out, int err) {
    sigset_t all, none;
    sigfillset(&all);
    sigemptyset(&none);
    const short flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK;
    int error = posix_spawnattr_setflags(&attributes_, flags);
    if (error == 0) error = posix_spawnattr_setpgroup(&attributes_, 0);
    if (error == 0) error = posix_spawnattr_setsigdefault(&attributes_, &all);
    if (error == 0) error = posix_spawnattr_setsigmask(&attributes_, &none);
    if (error == 0) error = posix_spawn_file_actions_adddup2(&actions_, in, 0);
    if (error == 0) error = posix_spawn_file_actions_adddup2(&actions_, out, 1);
    if (error == 0) error = posix_spawn_file_actions_adddup2(&actions_, err, 2);
    if (error == 0) error = posix_spawn_file_actions_addclosefrom_np(&actions_, 3);
    if (error == 0 && !directory.empty()) {
      error = posix_spawn_file_actions_addchdir_np(&actions_, directory.c_str());
    }
    return error;
  }
  const posix_spawn_file_actions_t* actions() const { return &actions_; }
  const posix_spawnattr_t* attributes() const { return &attributes_; }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

bool has_zero_byte(const std::string& text) {
  return text.find('\0') != std::string::npos;
}

}  // namespace

void OwnedFd::reset() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

Result<Pipe> make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) < 0) return failed("cannot make a pipe", errno);
  OwnedFd read(ends[0]);
  OwnedFd write(ends[1]);
  Pipe pipe;
  pipe.read = TRY(above_standard(std::move(read)));
  pipe.write = TRY(above_standard(std::move(write)));
  return pipe;
}

Result<OwnedFd> input_file(const std::string& text) {
  if (text.empty()) {
    OwnedFd null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    if (!null.open()) return failed("cannot open `/dev/null`", errno);
    return above_standard(std::move(null));
  }
  OwnedFd file(::memfd_create("stdin", MFD_CLOEXEC));
  if (!file.open()) return failed("cannot make a file in memory for standard input", errno);
  std::string_view rest = text;
  while (!rest.empty()) {
    const ssize_t put = ::write(file.get(), rest.data(), rest.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return failed("cannot write a file in memory for standard input", errno);
    rest.remove_prefix(static_cast<std::size_t>(put));
  }
  if (::lseek(file.get(), 0, SEEK_SET) < 0) return failed("cannot rewind standard input", errno);
  return above_standard(std::move(file));
}

Result<std::string> find_program(const Command& command, const std::string& program) {
  if (program.find('/') != std::string::npos) return program;
  const auto path = command.env.find("PATH");
  if (path != command.env.end() && !program.empty()) {
    for (const auto folder : split(path->second, ':')) {
      if (folder.empty()) continue;  // POSIX reads it as the current directory: never wanted here
      std::string candidate = std::string(folder) + "/" + program;
      if (is_program(candidate)) return candidate;
    }
  }
  return fail(Error(Code::not_found, "program `" + printable(program, 256) + "` is not installed")
                  .with_hint("install it, or add its folder to PATH"));
}

Result<pid_t> spawn(const Command& command, int in, int out, int err) {
  if (command.argv.empty()) return fail(Code::internal, "a command needs a program name");
  const std::string program = TRY(find_program(command, command.argv.front()));

  std::vector<std::string> settings;
  for (const auto& [name, value] : command.env) settings.push_back(name + "=" + value);
  std::vector<char*> arguments, environment;
  for (const auto& text : command.argv) {
    if (has_zero_byte(text)) return fail(Code::invalid, "an argument holds a zero byte");
    arguments.push_back(const_cast<char*>(text.c_str()));
  }
  for (const auto& text : settings) {
    if (has_zero_byte(text)) return fail(Code::invalid, "an environment entry holds a zero byte");
    environment.push_back(const_cast<char*>(text.c_str()));
  }
  arguments.push_back(nullptr);
  environment.push_back(nullptr);

  SpawnSetup setup;
  int error = setup.prepare(command.directory, in, out, err);
  pid_t pid = 0;
  if (error == 0) {
    error = posix_spawn(&pid, program.c_str(), setup.actions(), setup.attributes(),
                        arguments.data(), environment.data());
  }
  if (error == 0) return pid;
  std::string what = "cannot start `" + printable(program, 256) + "`";
  if (!command.directory.empty()) what += " in `" + printable(command.directory, 256) + "`";
  return failed(what, error);
}

bool has_ended(pid_t pid) {
  siginfo_t info{};
  const int result = ::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT);
  return result == 0 ? info.si_pid == pid : errno == ECHILD;
}

void kill_group(pid_t pid) {
  const MonoTime end = real_clock().mono() + 2s;
  ::kill(-pid, SIGTERM);
  while (!has_ended(pid) && real_clock().mono() < end) {
    const timespec pause{0, 5'000'000};
    ::nanosleep(&pause, nullptr);
  }
  // Also after the leader's end: members that ignored SIGTERM may still be there.
  ::kill(-pid, SIGKILL);
}

int reap(pid_t pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0) {
    if (errno != EINTR) return 127;  // not ours to collect (SIGCHLD ignored by the host program)
  }
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace rumbo::io
