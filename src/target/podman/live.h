// Live: how the pods are right now, as the agent last saw them and as its probes judge them.
// Readers: observe() and the data plane. Nothing here is durable.
//
// Threads: any.
#pragma once

#include <atomic>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/guarded.h"
#include "base/time.h"
#include "target/podman/sight.h"

namespace rumbo::target::podman {

struct ContainerStatus {
  std::string name;
  std::string id;
  bool init = false;
  bool sidecar = false;
  bool exists = false;
  RunState state = RunState::created;
  int exit_code = 0;  ///< of the last death
  int restarts = 0;
  WallTime started, finished;
  bool ready = false;
  std::string
      reason;  ///< as Kubernetes words it: "CrashLoopBackOff", "Error"; empty if all is well
  std::string message;  ///< "exit 1", "readiness probe failed: HTTP 503 from …"
};

struct PodStatus {
  bool exists = false;
  bool created = false;  ///< it existed at some time since this process started
  bool ready = false;
  bool judged = false;     ///< `ready` is what its probes say, not for want of an answer
  bool available = false;  ///< ready for minReadySeconds
  bool finished = false;   ///< every container ended and none is to run again
  bool succeeded = false;  ///< finished, and each with exit 0
  std::vector<ContainerStatus> containers;
  std::string trouble;  ///< why it is not ready: "container app: CrashLoopBackOff: exit 1"
  std::string troubled_container;
  /// What was taken from it that only a transaction brings back: "container app was removed".
  std::string lost;
  /// Why this machine cannot run it, whatever it is: "podman: no space left on device".
  std::string obstacle;
};

class Live {
 public:
  PodStatus of(const std::string& pod) const {
    return pods_.with([&](const auto& pods) {
      const auto it = pods.find(pod);
      return it == pods.end() ? PodStatus{} : it->second;
    });
  }
  bool ready(const std::string& pod) const {
    return pods_.with([&](const auto& pods) {
      const auto it = pods.find(pod);
      return it != pods.end() && it->second.ready;
    });
  }
  /// A whole round was made since the start: what is not ready now is not for want of a look.
  void set_judged() { judged_ = true; }
  bool judged() const { return judged_; }
  /// Podman cannot be asked: what is published is old. Empty once it can be again.
  void set_blind(std::optional<Error> why) {
    blind_.with([&](auto& now) { now = std::move(why); });
  }
  std::optional<Error> blind() const {
    return blind_.with([](const auto& now) { return now; });
  }
  void publish(std::map<std::string, PodStatus> pods) {
    pods_.with([&](auto& now) { now = std::move(pods); });
  }
  /// Of one pod; the others stay as they were published.
  void publish(const std::string& pod, PodStatus status) {
    pods_.with([&](auto& now) { now.insert_or_assign(pod, std::move(status)); });
  }

 private:
  Guarded<std::map<std::string, PodStatus>> pods_;
  Guarded<std::optional<Error>> blind_;
  std::atomic<bool> judged_{false};
};

}  // namespace rumbo::target::podman
