// RestartKeeper: counts the deaths of one container and says when it may run again, as Kubernetes
// does: at once after the first, then 10 s, doubled up to 5 min, forgotten after 10 min of running.
// Podman itself starts a dead container again; the keeper has it stopped until its time has come.
//
// Threads: one at a time. Pure: time is an argument.
#pragma once

#include <string>

#include "base/time.h"
#include "target/podman/pod_spec.h"
#include "target/podman/sight.h"

namespace rumbo::target::podman {

class RestartKeeper {
 public:
  enum class Do { nothing, stop, start };

  /// Takes in what Podman shows and says what to do about it. What may be run again so many times
  /// (`most_restarts`, -1: always) has each death counted for good.
  Do step(const ContainerSight& seen, RestartPolicy policy, MonoTime now, int most_restarts = -1);
  /// Its process was seen to end, or is about to be ended for its own fault.
  void blame(std::string why) { why_ = std::move(why); }

  int restarts() const { return deaths_; }
  int last_exit() const { return last_exit_; }
  bool waiting() const { return waiting_; }
  /// "CrashLoopBackOff" while it waits, "Error" after a death that nothing follows; else empty.
  std::string reason() const;
  std::string message() const;
  /// When step() has something next; MonoTime::never() if only a change does.
  MonoTime next() const { return waiting_ ? may_run_ : MonoTime::never(); }

 private:
  void die(MonoTime now, bool forgets);

  int pid_ = 0;  // of the process last seen; 0: none yet
  MonoTime running_since_;
  bool seen_ = false;
  bool dead_ = false;
  bool held_ = false;  // we stopped it: that end is no death
  bool waiting_ = false;
  bool started_ = false;  // by us, and not seen since
  int deaths_ = 0;
  int last_exit_ = -1;
  MonoTime may_run_;
  std::string why_;
};

}  // namespace rumbo::target::podman
