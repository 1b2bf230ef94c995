// Service: the Podman API this target talks to, ours or the host's.
//
// Threads: every method may be called from any thread; ensure() starts at most one process.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/guarded.h"
#include "base/result.h"
#include "io/env.h"
#include "target/podman/client.h"
#include "target/podman/host_facts.h"

namespace rumbo::target::podman {

struct ServiceOptions {
  /// The host's own API socket; empty: we start `podman system service` ourselves.
  std::string socket;
  /// Ours alone (0700, made when missing): socket, containers.conf, log, process record.
  std::string run_directory;
  /// Storage apart from the host's own; empty: Podman's defaults.
  std::string root, run_root;
  /// Apart from the host's too; empty with a private root: folders below it.
  std::string network_config_directory, tmp_directory;
  /// With a private root: locks in files below tmp_directory instead of the host's shared memory.
  bool file_locks = true;
};

class Service {
 public:
  /// Looks at the host, ends a service that a killed predecessor left behind, and starts our own
  /// (or only checks that a configured socket answers).
  static Result<std::unique_ptr<Service>> open(const io::Env& env, ServiceOptions options,
                                               const Cancel& cancel);
  /// Ends our service; containers run on.
  ~Service();
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  /// Starts the service again if it died. Call it when a call failed as unavailable.
  Result<> ensure(const Cancel& cancel);

  const Client& client() const { return client_; }
  const HostFacts& facts() const { return facts_; }
  /// The process id of our service; 0 when none runs or a configured socket is used.
  int pid() const;

  /// The environment a `podman` or `buildah` command needs to see the same containers.
  std::map<std::string, std::string> environment() const;
  /// "podman" with the global options that select the same storage; a verb follows.
  std::vector<std::string> command() const;

  /// Names the storage itself: the id file in the graph root, made on first use.
  Result<std::string> identity(const Cancel& cancel);

 private:
  struct State {
    std::unique_ptr<io::Child> child;
    std::string graph_root;  // as our own service told it
  };
  Service(const io::Env& env, ServiceOptions options, HostFacts facts);
  Result<> refuse_rootless(const Cancel& cancel);
  Result<> prepare();
  Result<> end_leftover();
  Result<std::string> graph_root(const Cancel& cancel);
  Result<> start(State& state, const Cancel& cancel);

  io::Env env_;
  ServiceOptions options_;
  HostFacts facts_;
  std::string socket_;
  std::unique_ptr<io::File> lock_;  // one Service per run directory
  std::string conf_;                // path of our containers.conf; empty when none is needed
  Client client_;
  Mutex starting_;     // held while a service is being started: the one lock held across I/O
  Mutex identifying_;  // two that look at once must not both make the identity
  Guarded<State> state_;
};

}  // namespace rumbo::target::podman
