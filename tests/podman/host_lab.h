// HostLab: the rumbo binary itself on a Podman host of its own: namespaces, storage, a Git
// repository, a configuration and a state directory. For what only whole processes can show.
#pragma once

#include <csignal>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/value.h"
#include "io/env.h"

namespace rumbo::podman_test {

class HostLab {
 public:
  /// Builds the image localhost/app:1 (busybox). `why` is set where that is not possible.
  explicit HostLab(std::string& why);
  ~HostLab();

  /// A fresh state directory, an empty repository, nothing deployed.
  void begin();

  const std::string& directory() const { return directory_; }
  std::string state() const { return directory_ + "/state"; }
  io::Env& env() { return env_; }

  /// Replaces deploy/all.yaml in the repository.
  void commit(const std::string& yaml);
  /// A Deployment `web` of `replicas` that answers `page` at its Service. `more` goes into the
  /// container.
  static std::string web(const std::string& page, int replicas = 1, const std::string& more = "");

  /// Runs a verb on this state; `binary` empty: the one that was built.
  io::Exit rumbo(std::vector<std::string> words);
  /// The same, as JSON; null if it failed.
  Value json(std::vector<std::string> words);

  void start_daemon(const std::string& binary = "");
  void signal_daemon(int signal);
  /// Sends the signal and waits for the end; the seconds it took.
  double end_daemon(int signal = SIGTERM);
  bool daemon_runs();
  std::string daemon_log();

  io::Exit podman(std::vector<std::string> words);
  /// Names of pods that run.
  std::vector<std::string> pods();
  /// Puts this in the place of the configuration's `target.podman`.
  void configure(const std::string& podman);
  /// Makes the configuration name this API socket instead of letting Rumbo start its own service.
  void use_socket(const std::string& socket);
  /// A Podman service of the lab's storage on `socket`, which is there on return.
  std::unique_ptr<io::Child> host_service(const std::string& socket);
  /// As get(), without asking Rumbo anything.
  std::string get_page();
  /// Body of GET of the Service `web`, or "error: …".
  std::string get();
  /// Outcome of the newest transaction, "" without one.
  std::string last_outcome();
  bool eventually(const std::function<bool()>& what, Duration most = 60s);
  /// Runs any program; its output.
  io::Exit run(std::vector<std::string> words);

 private:
  void build_image();
  std::string target_directory();

  io::Env env_;
  std::string directory_;
  std::unique_ptr<io::Child> daemon_;
  int daemon_pid_ = 0;
};

}  // namespace rumbo::podman_test
