// ScopeState: what history says of one application in one environment, as a pure fold of records:
// what is committed, which revisions are quarantined, whether automation is held or paused.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/txn_state.h"
#include "model/journal.h"
#include "model/record.h"

namespace rumbo::engine {

struct CommittedState {
  TxnId txn;
  Seq seq = 0;
  WallTime at;
  Revision revision;
  Digest manifest_digest;
  std::optional<BlobRef> manifest;
  SyncPolicy policy;
  std::map<std::string, std::string> pins;
};

struct Quarantine {
  TxnId txn;
  WallTime at;
  std::string revision;
  std::string reason;
};

struct ScopeState {
  Scope scope;
  std::optional<CommittedState> committed;
  std::map<Digest, Quarantine> quarantined;  ///< by manifest digest
  bool held = false;
  Digest held_against;  ///< the digest automation must not redeploy
  std::string held_reason;
  bool paused = false;
  std::string paused_reason;
  /// Who changes what Rumbo heals, again and again; empty if nobody. It is not healed any more
  /// until the next deployment.
  std::string contested;
  bool deleted = false;  ///< its objects were deleted or given up, and nothing was deployed since
  std::optional<TxnId> open;  ///< its transaction that has not ended
  std::optional<TxnId> last_txn;
  std::string last_outcome;  ///< committed, restored, unchanged, needs_operator
  std::string last_cause;    ///< why the last one did not commit
  WallTime last_at;
  std::vector<TxnId> history;  ///< committed transactions, oldest first

  /// Automation may deploy this digest.
  bool may_deploy(const Digest& digest) const;
};

/// Why nothing at all is deployed or healed; see Core::run().
struct Freeze {
  std::string by;
  std::string reason;
  WallTime at;
};

/// All scopes, kept current by applying every record in order.
class ScopeStates {
 public:
  /// Adds one record. Never fails: records it does not know change nothing.
  void apply(const Record& record);
  const ScopeState* find(const std::string& application, const std::string& environment) const;
  const std::map<Scope, ScopeState>& all() const { return states_; }
  Seq seq() const { return seq_; }
  const std::optional<Freeze>& frozen() const { return frozen_; }

 private:
  ScopeState& state(const Scope& scope);
  void apply_event(const Record& record);
  void rename(const Scope& from, const Scope& to);

  std::map<Scope, ScopeState> states_;
  std::map<TxnId, std::vector<Scope>> open_;  ///< scopes of transactions that have not ended
  std::map<TxnId, std::string> causes_;       ///< their abort causes
  std::optional<Freeze> frozen_;
  Seq seq_ = 0;
};

/// Reads the whole journal into a fold.
Result<ScopeStates> read_scope_states(const Journal& journal);

/// Drafts of facts about a scope that belong to no transaction.
Draft hold_draft(const Scope& scope, bool held, const Digest& against, const std::string& reason,
                 const Actor& actor, std::uint64_t epoch);
Draft clear_quarantine_draft(const Scope& scope, const Digest& digest, const Actor& actor,
                             std::uint64_t epoch);
Draft pause_draft(const Scope& scope, bool paused, const std::string& reason, const Actor& actor,
                  std::uint64_t epoch);
/// From now on nothing is deployed, deleted or healed, but by a person who forces it; or again.
Draft freeze_draft(bool frozen, const std::string& reason, const Actor& actor, std::uint64_t epoch);
/// What was `from`'s is `to`'s: objects, history, quarantine. One record, so that at no instant an
/// object has no owner.
Draft rename_draft(const Scope& from, const Scope& to, const std::vector<ObjectKey>& inventory,
                   const Actor& actor, std::uint64_t epoch);
/// The objects stay, and belong to nobody.
Draft release_draft(const Scope& scope, const std::vector<ObjectKey>& inventory, const Actor& actor,
                    std::uint64_t epoch);

}  // namespace rumbo::engine
