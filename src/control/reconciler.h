// Reconciler: the daemon's loop. It takes up open transactions, polls sources, deploys new
// revisions, and heals drift; each as a job on a lane, never waiting for one itself.
//
// Threads: step() from one thread at a time (start() makes that thread); everything else from any.
// Jobs run wherever `run` puts them: in tests inline, in production on two fixed pools, so that a
// slow repository keeps no transaction waiting.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/guarded.h"
#include "control/core.h"
#include "control/live_view.h"
#include "control/retry.h"
#include "control/workers.h"
#include "model/target.h"

namespace rumbo::control {

struct ReconcilerOptions {
  Duration safety_scan = 30s;     ///< between looks for drift without an event
  Duration unhealthy_for = 10s;   ///< a workload is restarted by its target's agent before that
  Duration refused_again = 5min;  ///< between looks whether a refused plan may run now
  Backoff retry{1s, 5min};
  Duration compact_every = 1h;  ///< how often old transactions are taken out of the journal
  Duration resolve_timeout = 2min;
  Duration fetch_timeout = 10min;
  int pollers = 4;
  int deployers = 8;
  int recoverers = 8;  ///< apart: one may wait for minutes for a target that is away
};

enum class Lane { poll, deploy, recover };
/// Runs a job, now or on another thread. Empty: start() makes the pools.
using RunJob = std::function<void(Lane lane, std::function<void()> job)>;

class Reconciler {
 public:
  /// The Core outlives it.
  explicit Reconciler(Core& core, ReconcilerOptions options = {}, RunJob run = {});
  ~Reconciler();

  /// Starts every job that is due and returns when to be called next.
  MonoTime step(MonoTime now);

  /// Watches the targets, and calls step() on a thread of its own until stop(). A target that
  /// cannot be reached is waited for.
  Result<> start();
  /// Suspends running transactions and returns when all jobs have ended.
  void stop();

  /// Looks at the sources of these scopes now (all, if empty), also deploying what is new.
  void refresh(const std::vector<Scope>& scopes);
  /// A decision of a person changed what automation may do: look again.
  void poke();
  /// A hint from a target's watch.
  void on_target_event(const TargetId& target, const TargetEvent& event);

 private:
  /// Batch::bringing while a heal runs.
  static constexpr std::string_view kHealing = "healing";

  struct SourceJob {
    Placement example;
    std::vector<std::size_t> batches;  ///< who follows it
    Duration interval{0};
    MonoTime due;
    Retries retries;
    bool busy = false;
    std::string revision;  ///< the last one handed on; others look at sources, too
    std::string reported;  ///< the error recorded last
  };
  struct Batch {
    std::vector<Placement> placements;
    bool dirty = false;  ///< a revision may have to be deployed
    bool busy = false;
    MonoTime not_before;
    Retries retries;
    std::string reported;  ///< the failure recorded last: not again each poll
    std::string refused;   ///< state whose plan was refused
    std::string gave_up;   ///< state that was tried as often as its policy wants
    std::string bringing;  ///< state that the transaction under way brings; empty without one
  };
  struct Watched {
    std::size_t batch = 0;
    MonoTime due;
    bool fresh = false;  ///< a hint came: read the truth
    bool busy = false;
    Retries heals;
    MonoTime not_before;  ///< no heal earlier
    std::string reported;
    std::optional<MonoTime> unhealthy_since;
    std::string fought;            ///< the edit that the last heals put right
    std::vector<MonoTime> fights;  ///< when they did
  };
  struct OpenTxn {
    MonoTime due;
    bool busy = false;
    Retries retries;
  };
  struct Unwatched {
    MonoTime due;
    bool busy = false;
    Retries retries;
  };
  struct State {
    std::map<SourceKey, SourceJob> sources;
    std::map<TargetId, Unwatched> unwatched;  ///< whose watch could not be opened yet
    std::vector<Batch> batches;
    std::map<Scope, Watched> watched;
    std::map<TxnId, OpenTxn> open;
    std::vector<std::pair<TargetId, TargetEvent>> hints;
    bool begun = false;
    bool abandon = true;  ///< look for applications that left the configuration
    MonoTime compact_due;
    bool compacting = false;
  };
  struct Job {
    Lane lane;
    std::function<void()> run;
  };
  /// What a batch wants, rendered; without manifests if nothing is pending.
  struct Rendered {
    std::vector<engine::ScopeInput> inputs;
    std::string state;     ///< names the digests of all
    bool pending = false;  ///< differs from what is committed
  };

  void begin(MonoTime now);
  void take_hints(MonoTime now);
  std::vector<Job> due_jobs(State& state, MonoTime now);
  void find_open(State& state, MonoTime now);
  MonoTime next_due(const State& state) const;
  Cancel within(Duration most) const;

  void poke_scheduler();
  /// When drift is looked for again without a hint: seldom where the target's watch tells all.
  MonoTime next_scan(const Scope& scope, MonoTime now) const;

  void watch(const TargetId& id);
  void poll(const SourceKey& key);
  std::set<std::size_t> touched(const SourceKey& key, const Revision& revision);
  void new_revision(std::size_t batch);
  std::optional<Rendered> at_rest(const std::vector<Placement>& placements) const;
  Result<Rendered> render(const std::vector<Placement>& placements);
  void deploy(std::size_t batch);
  void run_deploy(std::size_t batch, Rendered rendered);
  bool waits_for_others(std::size_t batch);
  void retry(std::size_t batch, const std::string& wanted);
  bool still_refused(std::size_t batch, const engine::Request& request, const std::string& wanted);
  void after_deploy(std::size_t batch, const std::string& wanted, const engine::Report& report);
  void trouble(std::size_t batch, const std::string& wanted, const Error& error);
  void again(std::size_t batch, MonoTime when);
  void check(const Scope& scope);
  /// True once the same edit was put right too often; see kFights.
  bool is_contested(const Scope& scope, const std::string& edit, MonoTime now);
  /// `edit` names the fields that someone else changed; empty without any.
  void heal(const Scope& scope, const std::string& edit);
  void recover(const TxnId& txn);
  void abandon();
  void compact();

  Core& core_;
  LiveView live_;
  const ReconcilerOptions options_;
  RunJob run_;
  mutable Guarded<State> state_;
  Cancel stopping_;
  Guarded<std::vector<std::unique_ptr<Watch>>> watches_;
  std::unique_ptr<Workers> pollers_, deployers_, recoverers_;
  std::thread scheduler_;
  Mutex mutex_;
  Condition poked_;
  bool poke_ GUARDED_BY(mutex_) = false;
  bool stop_ GUARDED_BY(mutex_) = false;
};

}  // namespace rumbo::control
