// Probes: runs one probe, and decides from the results whether a container has started, is ready,
// or must be restarted.
//
// Threads: run_probe() from any thread; a ProbeState belongs to one.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/result.h"
#include "base/time.h"
#include "io/env.h"
#include "target/podman/probe_spec.h"

namespace rumbo::target::podman {

struct ProbeTarget {
  std::string address;  ///< the pod's
  /// Runs a program in the container: its exit status. Bounded by the Cancel.
  std::function<Result<int>(const std::vector<std::string>& argv, const Cancel& cancel)> exec;
};

struct ProbeResult {
  bool ok = false;
  std::string message;  ///< why not: "HTTP 503 from http://10.0.0.2:80/healthz"
};

/// Blocks up to the probe's timeout. HTTP: 200..399 is success; a redirect to the same host is
/// followed (10 at most), one to another host counts as success, as in Kubernetes.
ProbeResult run_probe(const io::Env& env, const Probe& probe, const ProbeTarget& target,
                      const Cancel& cancel);

/// The probes of one container from its start to its end.
class ProbeState {
 public:
  enum class Kind { startup, readiness, liveness };

  /// `started`: when the container's process began.
  ProbeState(Probes probes, MonoTime started);

  /// The probes to run now; each is due once until its result came. Until the startup probe
  /// succeeded, only that one is due.
  std::vector<Kind> step(MonoTime now);
  void result(Kind kind, const ProbeResult& result, MonoTime now);
  /// When step() has something next; MonoTime::never() if nothing until a result comes.
  MonoTime next() const;

  bool started() const;       ///< the startup probe succeeded, or there is none
  bool ready() const;         ///< started, and the readiness probe agrees
  bool must_restart() const;  ///< startup or liveness failed as often as its threshold says
  /// Why it is not ready or must restart: the last failure; empty if all is well.
  const std::string& reason() const { return reason_; }
  const Probe* spec(Kind kind) const;

 private:
  struct Track {
    std::optional<Probe> probe;
    MonoTime due;
    bool running = false;
    bool good = false;
    bool failed = false;  ///< failure_threshold was reached
    int successes = 0, failures = 0;
  };
  Track& track(Kind kind) { return tracks_[static_cast<std::size_t>(kind)]; }
  const Track& track(Kind kind) const { return tracks_[static_cast<std::size_t>(kind)]; }

  Track tracks_[3];
  std::string reason_;
};

}  // namespace rumbo::target::podman
