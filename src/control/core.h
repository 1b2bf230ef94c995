// Core: what the daemon and the verbs share: configuration, journal, one Executor, the state of all
// scopes as the journal tells it, and the way from a placement to a transaction.
//
// Threads: any; transactions of different scopes run at once, each on its caller's thread.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/guarded.h"
#include "base/result.h"
#include "control/desired.h"
#include "control/placement.h"
#include "control/target_guard.h"
#include "engine/executor.h"
#include "engine/scope_state.h"
#include "model/config.h"
#include "model/journal.h"
#include "model/target.h"

namespace rumbo::control {

/// Runs all work side by side and returns when all is done. `meanwhile` is called now and then on
/// the caller's thread, and once at the end.
using RunAll = std::function<void(std::vector<std::function<void()>> work,
                                  const std::function<void()>& meanwhile)>;

/// Everything but config, runner and the functions outlives the Core.
struct CoreParts {
  const Config config;
  Journal& journal;
  std::uint64_t epoch = 0;  ///< from Journal::take_over()
  std::string boot_id;
  std::map<TargetId, Target*> targets;
  std::map<std::string, TargetId> environment_targets;  ///< by environment name
  Source& source;
  std::map<RendererKind, const Renderer*> renderers;
  Clock& clock;
  engine::RunnerOptions runner = {};
  /// False for verbs that only look: their configuration may be another one, or none.
  bool records_config = true;
  /// What the configuration was read from, for the journal.
  std::string config_origin = {};
  /// Blocks until the instant; empty: sleeps, and wake() ends it early. Tests move virtual time.
  std::function<void(MonoTime)> pause = {};
  RunAll run_all = {};                 ///< empty: threads
  source::HttpFiles* files = nullptr;  ///< files by URL that overlays name; null: none
};

/// One heard line of progress: the transaction waits for `message`.
using WaitListener = std::function<void(const TxnId& txn, const std::string& message)>;

class Core : private engine::Progress {
 public:
  /// Reads the journal's history and records the configuration if it changed.
  static Result<std::unique_ptr<Core>> open(CoreParts parts);
  ~Core() override;

  const Config& config() const { return parts_.config; }
  const CoreParts& parts() const { return parts_; }
  Journal& journal() { return parts_.journal; }
  Clock& clock() { return parts_.clock; }
  Desired& desired() { return desired_; }
  const std::vector<Placement>& placements() const { return placements_; }
  Target* target(const TargetId& id) const;
  /// Where it is configured; null if it is not any more.
  const Placement* placement(const Scope& scope) const;
  /// The names it had before (metadata.aliases) that are nobody else's now.
  std::vector<Scope> former_names(const Scope& scope) const;
  /// How it is deployed: as configured now, else as it was last committed.
  SyncPolicy policy(const Scope& scope) const;

  /// The journal's word on all scopes, now.
  template <class F>
  decltype(auto) with_states(F&& use) const {
    return history_.with([&](const History& history) -> decltype(auto) {
      return use(static_cast<const engine::ScopeStates&>(history.states));
    });
  }
  engine::ScopeState state(const Scope& scope) const;
  /// Scopes with history or inventory, configured or not.
  std::vector<Scope> known_scopes() const;
  /// Scopes that own objects but left the configuration, with what their last configuration said
  /// about that; those already recorded as orphaned are left out.
  Result<std::vector<std::pair<Scope, DeletionPolicy>>> abandoned() const;

  // Transactions.
  engine::Request request(std::vector<engine::ScopeInput> inputs, const Actor& actor) const;
  /// Brings the scope back to what is committed, with its pins; Code::not_found without a commit.
  Result<engine::Request> heal_request(const Scope& scope, const Actor& actor) const;
  /// Back to an earlier commit, from the journal alone. `to` empty: the last that differs.
  Result<engine::Request> rollback_request(const Scope& scope, const TxnId& to, bool with_hooks,
                                           const Actor& actor) const;
  /// Runs the tests of what is committed. Drift is put right on the way, as by a sync.
  Result<engine::Request> test_request(const Scope& scope, const Actor& actor) const;
  /// Deletes all a scope owns, but objects of destructive kinds that are not in `kinds`.
  Result<engine::Request> delete_request(const Scope& scope, const std::vector<std::string>& kinds,
                                         const Actor& actor) const;
  /// Makes a scope give up all it owns; the objects stay. How many there were.
  Result<std::size_t> release(const Scope& scope, const Actor& actor);
  /// As the Executor's, but one at a time for each scope: Code::conflict if another thread is at
  /// it. Code::denied while all is frozen, unless the request is forced.
  Result<engine::Report> run(const engine::Request& request);
  Result<engine::Report> resume(const TxnId& txn);
  Result<engine::Report> decide(const TxnId& txn, engine::Executor::Decision decision,
                                const Actor& actor);
  /// True while a transaction of this scope runs in this process.
  bool driving(const Scope& scope) const;
  /// Plans and loads; transactions go through the above.
  engine::Executor& executor() { return *executor_; }

  /// Targets that cannot be reached at present, and why.
  std::map<TargetId, Error> unreachable() const;
  void set_unreachable(const TargetId& target, const std::optional<Error>& why);
  /// Whether this target is as the journal left it; Code::denied, and told by unreachable(), if it
  /// is not. Transactions ask by themselves.
  Result<> check_target(const TargetId& id);
  /// A person says that it is right as it is.
  Result<> accept_target(const TargetId& id, const Cancel& cancel);

  /// Set while nothing is deployed, deleted or healed.
  std::optional<engine::Freeze> frozen() const;
  Result<> freeze(bool frozen, const std::string& reason, const Actor& actor);

  /// Tells the transaction under way on this scope, if there is one, that a newer revision is
  /// wanted.
  void supersede(const Scope& scope, const std::string& by);
  /// All running transactions stop after their current calls; new ones begin suspended.
  void suspend();
  bool suspending() const { return suspend_.load(); }
  /// Ends waits early: something changed.
  void wake();

  /// Appends a record that belongs to no transaction: `event` names it in the body.
  Result<> note(const std::string& event, const std::vector<Scope>& scopes, const Value& body,
                const Actor& actor);
  Result<> append(Draft draft);
  /// Takes out of the journal what no application's revisionHistoryLimit wants any more; a
  /// checkpoint stands for it.
  Result<> compact();

  /// Hears waits of all transactions until the returned handle is destroyed.
  std::shared_ptr<void> listen(WaitListener listener);

  std::uint64_t epoch() const { return parts_.epoch; }
  void run_all(std::vector<std::function<void()>> work, const std::function<void()>& meanwhile);

 private:
  /// What is folded from the journal.
  struct History {
    engine::ScopeStates states;
    Value last_config;
    std::map<Scope, DeletionPolicy> policies;  ///< of every scope ever configured
    std::map<Scope, bool> orphaned;
    TargetFacts targets;
    void apply(const Record& record);
  };

  explicit Core(CoreParts parts);
  Result<std::map<ObjectKey, Value>> read_live(const Scope& scope,
                                               const std::vector<ObjectKey>& keys,
                                               const Cancel& cancel) const;
  template <class Drive>
  Result<engine::Report> exclusively(const std::vector<Scope>& scopes, Drive&& drive);
  Result<std::vector<Scope>> scopes_of(const TxnId& txn) const;
  Result<> check_targets(const std::vector<Scope>& scopes);
  Result<> end_open(const std::vector<Scope>& scopes);
  Result<> take_former_names(const Scope& scope);
  Result<> read_history();
  Result<> record_config();
  engine::Signals signals(const TxnId& txn) const;
  void pause(MonoTime until);
  void waiting(const engine::TxnState& state) override;
  void hear(const Record& record);
  Result<engine::TxnScope> committed_scope(const Scope& scope, const TxnId& txn,
                                           std::map<std::string, std::string>& pins) const;

  const CoreParts parts_;
  std::vector<Placement> placements_;
  Desired desired_;
  Guarded<History> history_;
  std::unique_ptr<Journal::Subscription> feed_;
  std::unique_ptr<engine::Executor> executor_;
  TargetGuard guard_;
  std::atomic<bool> suspend_{false};
  Guarded<std::map<TxnId, std::string>> superseded_;
  Guarded<std::set<Scope>> driving_;
  Guarded<std::map<TargetId, Error>> unreachable_;
  struct Listeners {
    std::map<int, WaitListener> all;
    int next = 0;
  };
  std::shared_ptr<Guarded<Listeners>> listeners_ = std::make_shared<Guarded<Listeners>>();
  Mutex wake_mutex_;
  Condition wake_;
  std::uint64_t wakes_ GUARDED_BY(wake_mutex_) = 0;
};

/// What a running transaction waits for, in words.
std::string waiting_for(const engine::TxnState& state);

}  // namespace rumbo::control
