// Agent: keeps what the record says running. Probes, restarts with back-off, ready backends,
// drains, the data plane, names; it converges to the record and never beyond it.
//
// Threads: step(), look_now() and the readers from any; one round at a time. start() makes a thread
// that sleeps until something happens.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/guarded.h"
#include "io/env.h"
#include "target/podman/busy.h"
#include "target/podman/data_plane.h"
#include "target/podman/deaths.h"
#include "target/podman/external_names.h"
#include "target/podman/live.h"
#include "target/podman/net/host_watch.h"
#include "target/podman/net/probe.h"
#include "target/podman/networks.h"
#include "target/podman/pods.h"
#include "target/podman/ready_file.h"
#include "target/podman/record_store.h"
#include "target/podman/restart.h"
#include "target/podman/watchers.h"
#include "target/podman/workers.h"

namespace rumbo::target::podman {

/// What the agent works with; all of it outlives it.
struct AgentParts {
  const io::Env& env;
  const Client& client;
  InstallationId install;
  std::string ready_file;  ///< path
  std::string boot_id;
  RecordStore& store;
  Busy& busy;
  const Pods& pods;
  const Networks& networks;
  DataPlane& plane;
  Live& live;
  Watchers& watchers;
  std::function<Result<>()> revive;  ///< Podman's service does not answer: start it again
};

class Agent {
 public:
  explicit Agent(AgentParts parts);
  ~Agent();

  /// One round; when the next is due. Without a thread, probes and drains are done inside it.
  MonoTime step(MonoTime now);
  /// For who only reads and runs no agent: looks once and judges the pods by what the probes of the
  /// last agent said. Nothing is started, stopped or switched.
  Result<> glance(const Cancel& cancel);
  /// Looks at the containers now, for who needs the truth: of these revisions, or of all.
  Result<> look_now(const Cancel& cancel, const std::set<std::string>& revisions = {});
  void start();
  void stop();
  /// The record changed: do not wait.
  void wake() {
    look_asked_ = true;
    deaths_.wake();
  }
  /// True once no pod is leaving any more.
  bool drained() const;

  /// Drains (preStop, SIGTERM, grace, SIGKILL) or, not gracefully, kills the pod, removes it and
  /// forgets it. Safe to repeat.
  Result<> finish(const std::string& pod, bool gracefully, const Cancel& cancel);

 private:
  struct Container {
    RestartKeeper keeper;
    std::optional<ProbeState> probes;
    int probed_pid = 0;  // the process the probes speak of
    // It was ready before this process began; counts until probes agree or fail often enough.
    bool assumed_ready = false;
    int failures = 0;
    bool answered = false;  // a probe spoke of this process
    bool hooking = false;   // its postStart has not ended yet; probes wait
    bool ready() const { return !hooking && probes && (probes->ready() || assumed_ready); }
    bool started() const { return !hooking && probes && (probes->started() || assumed_ready); }
  };
  struct Pod {
    std::shared_ptr<const PodShape> shape;
    std::map<std::string, Container> containers;
    bool created = false;  // it was seen to exist
    bool was_ready = false;
    bool was_lost = false;
    bool long_ready = false;  // it was ready before this process began: minReadySeconds are over
    MonoTime ready_since;
    MonoTime not_before;    // after a failed attempt
    MonoTime due;           // of its next step, without an answer or a look before
    bool answered = false;  // a probe or a hook of it spoke since its last step
    bool changed = false;   // its status may not be what is published
    int failures = 0;
    std::string error;     // why it could not be brought up the last time
    std::string evicted;   // why, until it is made anew
    MonoTime measure_due;  // of volumes with a limit
    std::string obstacle;  // the same, where that is this machine's trouble and not the pod's
  };
  struct HookAnswer {
    std::string pod, container;
    int pid;
    ProbeResult result;
  };
  struct ProbeAnswer {
    std::string pod, container;
    int pid;
    ProbeState::Kind kind;
    ProbeResult result;
  };

  Result<> look_locked(const Cancel& cancel) REQUIRES(round_);
  /// At the pods of one revision; what a held pod is judged by before it is touched.
  Result<> look_at(const std::string& revision, const Cancel& cancel) REQUIRES(round_);
  /// All its containers exist.
  bool is_there(const Replica& replica, Pod& pod) const REQUIRES(round_);
  void take_probe_answers(MonoTime now) REQUIRES(round_);
  void take_hook_answers() REQUIRES(round_);
  void run_post_start(const Replica& replica, const ContainerShape& shape, int pid);
  ProbeResult run_hook(const PreStop& hook, const std::string& pod, const std::string& container,
                       const std::string& address, Duration most, const Cancel& cancel) const;
  Pod& know_pod(const Replica& replica, const Thing& thing) REQUIRES(round_);
  void know_process(const Replica& replica, const ContainerShape& shape, const ContainerSight& seen,
                    Container& kept, MonoTime now) REQUIRES(round_);
  static RestartPolicy policy_of(const PodShape& pod, const ContainerShape& shape,
                                 const Container& kept);
  void end_job(const Replica& replica, const PodShape& shape) REQUIRES(round_);
  /// Has the volumes that have a limit measured; when next.
  MonoTime measure_volumes(const Replica& replica, Pod& pod, MonoTime now) REQUIRES(round_);
  void evict_overfull(MonoTime now) REQUIRES(round_);
  void evict(const std::string& name, Pod& pod, std::string why) REQUIRES(round_);
  /// Runs what CronJobs have due; when the next is.
  MonoTime work_off_schedules(MonoTime now) REQUIRES(round_);
  void note_outcomes(const Record& record);
  bool waits_for_previous(const Record& record, const Replica& replica, const Thing& thing) const;
  static MonoTime available_at(const Pod& pod, MonoTime now);
  MonoTime keep_pod(const Record& record, const Replica& replica, MonoTime now) REQUIRES(round_);
  /// True if it did something.
  Result<bool> bring_up(const Record& record, const Replica& replica, Pod& pod) REQUIRES(round_);
  void note_failure(const Replica& replica, Pod& pod, const Error& error, MonoTime now)
      REQUIRES(round_);
  MonoTime keep_containers(const Replica& replica, const Thing& thing, Pod& pod, MonoTime now)
      REQUIRES(round_);
  MonoTime probe(const Replica& replica, const std::string& container, Container& kept,
                 const ContainerSight& seen, MonoTime now) REQUIRES(round_);
  void watch_processes();
  /// Tells the status of every pod, and forgets those that are gone.
  void publish_all(const Record& record, MonoTime now) REQUIRES(round_);
  /// The same for those that this round touched.
  void publish_changed(const Record& record, MonoTime now) REQUIRES(round_);
  void note_ready(const Record& record) REQUIRES(round_);
  PodStatus status_of(const Record& record, const Replica& replica, const Thing& thing, Pod& pod,
                      MonoTime now) const REQUIRES(round_);
  static ContainerStatus container_status(const ContainerShape& shape, const ContainerSight* seen,
                                          const Container* kept);
  static void judge_init(const ContainerStatus& one, PodStatus& out);
  static void judge(const ContainerStatus& one, const Container* kept, const ContainerSight* seen,
                    RestartPolicy policy, PodStatus& out);
  void tell_change(const Replica& replica, Pod& pod, const PodStatus& status) REQUIRES(round_);
  void restart_for_probe(const std::string& pod, const std::string& container,
                         const PodShape& shape);
  void drain_leaving(const Record& record) REQUIRES(round_);
  void serve(const std::shared_ptr<const Record>& record, MonoTime now) REQUIRES(round_);
  void run();
  std::vector<ServiceName> external_names(const Record& record, MonoTime now) REQUIRES(round_);
  void guard_host();
  void hear_podman();
  void hear(const Value& event);

  AgentParts parts_;
  Mutex round_;
  Sight sight_ GUARDED_BY(round_);
  std::map<std::string, Pod> pods_ GUARDED_BY(round_);
  std::set<std::string> draining_names_ GUARDED_BY(round_);
  Guarded<std::set<std::string>> ending_jobs_;             // pods that are being stopped
  bool sight_is_new_ GUARDED_BY(round_) = true;            // since processes were watched
  bool whole_asked_ GUARDED_BY(round_) = true;             // the next round is about all pods
  std::shared_ptr<const Record> kept_ GUARDED_BY(round_);  // of the last round
  MonoTime look_due_ GUARDED_BY(round_), crons_due_ GUARDED_BY(round_);
  MonoTime mend_due_ GUARDED_BY(round_), serve_due_ GUARDED_BY(round_);
  std::shared_ptr<const Record> served_ GUARDED_BY(round_);  // what the data plane was made of
  std::set<std::string> served_ready_ GUARDED_BY(round_);    // and the pods that were ready then
  ReadyFile ready_file_ GUARDED_BY(round_);
  Guarded<std::vector<ProbeAnswer>> answers_;
  // What measuring found: the pod, and why it is evicted, if it is.
  Guarded<std::map<std::string, std::optional<std::string>>> measured_;
  Guarded<std::vector<HookAnswer>> hook_answers_;
  Guarded<std::set<std::string>> drained_;
  Deaths deaths_;
  Deaths pause_;  // only to sleep and be woken
  std::unique_ptr<HostWatch> host_;
  ExternalNames external_;
  std::atomic<bool> ending_{false}, look_asked_{true}, serve_asked_{true};
  std::atomic<bool> hears_podman_{false}, hears_ruleset_{false};
  Cancel cancel_;
  std::unique_ptr<Workers> probers_, drainers_, resolvers_;
  std::thread thread_, host_thread_, podman_thread_;
};

}  // namespace rumbo::target::podman
