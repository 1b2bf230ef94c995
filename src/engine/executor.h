// Executor: carries out what the runner decides, on real (or simulated) targets and a journal. It
// sees them only through their interfaces.
//
// Threads: any number of transactions may run at once, each on the thread that called run() or
// resume(); scopes are locked through the journal. The parts outlive the executor.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/guarded.h"
#include "base/result.h"
#include "engine/action.h"
#include "engine/plan.h"
#include "engine/runner.h"
#include "model/journal.h"
#include "model/target.h"

namespace rumbo::engine {

/// What a transaction is asked to do. Inventories are filled in by the executor.
struct Request {
  std::vector<ScopeInput> scopes;
  Actor actor;
  std::string cause = "sync";  ///< sync, drift, rollback, delete, images
  bool hold_after = false;     ///< a manual rollback holds automation back
  bool heal = false;
  HookRule hooks = HookRule::all;
  bool allow_deletions = false;             ///< whatever sync.maxDeletions says
  bool confirm_prune = false;               ///< also what is annotated with Prune=confirm
  bool force = false;                       ///< a person insists, also when all is frozen
  std::map<std::string, std::string> pins;  ///< known image digests (rollback works offline)
  std::map<Scope, Digest> held_against;
  /// Refuse unless the plan is exactly this one (plan_digest()).
  std::optional<Digest> expect_plan;
};

struct Report {
  enum class Kind { nothing_to_do, committed, restored, unchanged, needs_operator, suspended };
  Kind kind = Kind::nothing_to_do;
  TxnId txn;
  std::string note;  ///< the cause in words
  std::optional<Abort> abort;
};
std::string_view to_string(Report::Kind kind);

/// Hears of waits, for progress lines; records come through Journal::feed().
class Progress {
 public:
  virtual ~Progress() = default;
  /// The transaction waits for something; called at each poll, from its thread.
  virtual void waiting(const TxnState& state) = 0;
};

struct ExecutorParts {
  Journal& journal;
  std::map<TargetId, Target*> targets;
  Clock& clock;
  /// Blocks until the instant, or earlier when something changed (a signal, a target's event).
  std::function<void(MonoTime)> pause;
  /// Runs all, perhaps side by side, and returns when all are done.
  std::function<void(std::vector<std::function<void()>>)> run_all;
  std::function<Signals(const TxnId&)> signals;
  Progress* progress = nullptr;
  RunnerOptions options;
  /// The runner; tests put mutants here.
  std::function<Action(const TxnState&, const Moment&)> step;
  /// Asked before a target is fenced, which is the first that a recovery or an undo does to it: an
  /// error is the call's, so the target is left alone and asked again later. Empty: all are good.
  std::function<Result<>(const TargetId&)> admit = {};
};

/// Fills pause, run_all, signals and step with their plain forms where they are empty (pause is
/// not: it must be given).
ExecutorParts with_defaults(ExecutorParts parts);

class Executor {
 public:
  /// `epoch` is what Journal::take_over() returned; `boot_id` the machine's.
  Executor(ExecutorParts parts, std::uint64_t epoch, std::string boot_id);

  /// What run() would do now. No effects; takes no locks.
  Result<Plan> plan(const Request& request);
  /// Names a plan: what `plan --out` writes and `sync --plan` compares.
  Digest plan_digest(const Plan& plan) const;

  /// Runs one transaction to its end, to needs-operator or to suspension. Errors are those that
  /// kept it from beginning (a lock is held, the journal or a target cannot be read), or a journal
  /// that failed under way: then recovery decides at the next start.
  Result<Report> run(const Request& request);

  /// Takes up an open transaction: after a start, or to retry one that needs an operator.
  Result<Report> resume(const TxnId& txn);

  enum class Decision { undo, finish, accept };
  /// An operator's word on a transaction that needs one.
  Result<Report> decide(const TxnId& txn, Decision decision, const Actor& actor);

  /// The state of a transaction, open or ended, as the journal tells it.
  Result<TxnState> load(const TxnId& txn) const;

 private:
  Result<PlanInput> plan_input(const Request& request);
  Result<> observe_into(PlanInput& input);
  Result<> observe_others(const PlanInput& input, ParticipantInput& participant, Target& on);
  Result<Report> refuse(const Request& request, const TxnId& txn, const Plan& plan);
  Result<TxnState> new_state(const Request& request, const TxnId& txn, Plan plan);
  Result<Report> drive(TxnState& state);
  Result<> append(TxnState& state, const Append& action, const Moment& now);
  void call_all(TxnState& state, const std::vector<Call>& calls, const Moment& now);
  Duration time_for(const TxnState& state, const Call& call) const;
  CallResult call(const TxnState& state, const Call& call);
  Outline outline(const TxnState& state, const TargetId& participant) const;
  Result<TxnMirror> mirror_of(const TxnState& state) const;
  Target* target(const TargetId& id) const;
  Moment moment(const TxnState& state) const;
  Result<> hold_locks(const std::vector<Scope>& scopes, const TxnId& txn);
  void drop_locks(const TxnId& txn);

  ExecutorParts parts_;
  std::uint64_t epoch_;
  std::string boot_id_;
  /// Kept from BEGIN to END, also while a transaction waits for an operator.
  Guarded<std::map<TxnId, std::unique_ptr<ScopeLock>>> locks_;
};

}  // namespace rumbo::engine
