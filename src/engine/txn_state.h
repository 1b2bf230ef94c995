// TxnState: everything known of one transaction. The durable part is a pure fold of its records, so
// recovery rebuilds it exactly; the rest (marked volatile) is what this process saw since and may
// be lost at any instant.
//
// Ownership: one executor owns one TxnState; no locks.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/plan.h"
#include "engine/stages.h"
#include "model/record.h"
#include "model/target.h"

namespace rumbo::engine {

/// Why a transaction did not commit; decides quarantine and retry.
enum class FaultClass {
  revision,        ///< health, rejection, hook: the revision's own fault; it is quarantined
  infrastructure,  ///< API, registry, disk, restart: retried with backoff
  outdated,        ///< what the plan was made from has changed: planned anew
  conflict,        ///< a foreign edit: kept and reported; retried with backoff
  superseded,      ///< a newer revision is wanted
  operator_asked,  ///< cancelled by hand
};
std::string_view to_string(FaultClass fault);
std::optional<FaultClass> fault_class_from(std::string_view word);

enum class Outcome { committed, restored, unchanged };
std::string_view to_string(Outcome outcome);
std::optional<Outcome> outcome_from(std::string_view word);

/// One application of the transaction, as its BEGIN record names it.
struct TxnScope {
  Scope scope;
  Revision revision;
  Digest manifest_digest;
  std::optional<BlobRef> manifest;  ///< list of objects as blobs, see manifest_store.h
  std::vector<BlobRef> objects;     ///< the blobs that list names; in memory only
  SyncPolicy policy;
  LiveReads reads;  ///< read again before PREPARED
  /// For a rollback: the digest automation would otherwise deploy again at once.
  Digest held_against;
};

struct Abort {
  FaultClass fault = FaultClass::infrastructure;
  std::string cause;                  ///< one sentence for people
  std::vector<std::string> evidence;  ///< last log lines and the like
  std::vector<Scope> at_fault;        ///< scopes whose revision failed
};

struct StepProgress {
  enum class Phase { pending, intent, done, undo_intent, undone, reap_intent, reaped };
  Phase phase = Phase::pending;
  std::optional<Receipt> receipt;
  std::vector<Attribution> kept_foreign;  ///< foreign edits the undo left in place
  std::vector<std::string> kept;          ///< what the undo could not take back
  std::string left;                       ///< why reaping gave up on it

  // Volatile.
  std::optional<Receipt> unrecorded;  ///< performed; its DONE is not written yet
  std::optional<Reverted> reverted;   ///< reverted; its UNDO_DONE is not written yet
  bool reaped_unrecorded = false;
  bool dry_run_passed = false;
  bool suspect = false;                ///< inspect before believing anything
  bool zombie_checked = false;         ///< looked once more after the zombie window
  std::optional<MonoTime> runs_since;  ///< a hook outside of the way forward: since its start
  int attempts = 0;
  MonoTime not_before;
  std::optional<Error> error;  ///< of the last attempt
};

/// The latest observations, per participant, since the last change. Volatile.
struct View {
  std::map<TargetId, std::vector<Observation>> by_participant;
  std::optional<Error> error;
  MonoTime at;
  bool asked = false;
};

struct TxnState {
  // Durable: folded from records.
  TxnId id;
  Actor actor;
  std::string cause;  ///< sync, drift, rollback, …
  bool hold_after = false;
  std::vector<TxnScope> scopes;
  std::set<TargetId> participants;
  Plan plan;
  std::vector<Stage> stages;
  std::vector<StepProgress> steps;
  std::map<std::string, std::string> pins;
  std::map<TargetId, Value> reservations;
  std::size_t stage = 0;  ///< the first stage that is not complete
  bool planned = false;
  bool prepared = false;
  bool committed = false;
  bool suspended = false;
  std::optional<Abort> abort;
  bool stopped_by_policy = false;  ///< onFailure: stop; waits for recover
  std::optional<std::string> needs_operator;
  std::string operator_told;  ///< of which object, and what kind of error: see told_of
  std::optional<Outcome> ended;
  std::string end_note;
  Duration active{0};         ///< running time up to the last record; downtime does not count
  Duration stage_started{0};  ///< active time when the stage began or wrote last
  std::string boot_id;        ///< of the last record
  Seq last_seq = 0;

  // Volatile.
  std::map<TargetId, Capabilities> capabilities;
  MonoTime run_started;       ///< when this process took it up; active time counts from here
  Duration active_before{0};  ///< active time at run_started
  bool recovering = false;    ///< loaded from the journal: fence and verify first
  bool rebooted = false;      ///< the machine restarted since the last record
  std::set<TargetId> fenced;
  std::set<TargetId> prepared_participants;
  std::set<TargetId> read_again;           ///< participants whose LiveReads are as they were
  std::vector<std::string> changed_reads;  ///< those that are not, in words
  std::set<TargetId> released;
  std::set<TargetId> mirrored;
  std::vector<std::pair<StepId, ObservedVersion>> bumped;
  Duration zombie_window{0};
  MonoTime zombie_until;
  View view;
  std::optional<MonoTime> blind_since;    ///< since when observing fails
  std::optional<MonoTime> healthy_since;  ///< verify: since when everything is ready
  std::uint32_t attempt = 1;              ///< bumped by each fence
  std::map<TargetId, int> call_attempts;  ///< prepare, release, mirror, fence
  MonoTime call_not_before;
  std::map<TargetId, Error> call_errors;  ///< the last failure of each, until it succeeds
  std::optional<MonoTime> undo_started;
  std::optional<Error> append_error;

  const Step& step(StepId which) const { return plan.steps[which]; }
  const TxnScope* scope_of(const Scope& which) const;
  /// The most that one of its policies lets preparing, or a wave, take.
  Duration longest_timeout() const;
  /// Running time including this process's.
  Duration active_at(MonoTime now) const { return active_before + (now - run_started); }
};

/// Adds one record. Unknown steps or records in an impossible order are Code::corrupt.
Result<> fold(TxnState& state, const Record& record);

/// Puts the version a fence bumped where the next precondition is read: the receipt of what is
/// done, else the pre-image.
void set_version(TxnState& state, StepId step, const ObservedVersion& version);

/// What an operator was told of: an object (may be empty) and the kind of error (a Code's name, or
/// empty).
std::string told_of(std::string_view object, std::string_view code);

/// True once users may see the new revision: newer revisions then wait instead of superseding.
bool past_point_of_supersede(const TxnState& state);

Value to_value(const TxnScope& scope);
TxnScope txn_scope_from(const Value& value);

}  // namespace rumbo::engine
