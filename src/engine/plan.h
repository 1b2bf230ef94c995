// Plan: the pure answer to "what would a transaction do?", from what is wanted, owned and live.
// Printable, hashable, approvable. The same inputs give the same plan, byte for byte.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "engine/live_reads.h"
#include "model/config.h"
#include "model/ids.h"
#include "model/object.h"
#include "model/source.h"
#include "model/step.h"
#include "model/target.h"

namespace rumbo::engine {

/// One application in one environment, as it is wanted now.
struct ScopeInput {
  Scope scope;
  Manifest manifest;
  Revision revision;
  Digest manifest_digest;  ///< of the manifest's objects; names the state in history and quarantine
  std::vector<ObjectKey> inventory;
  SyncPolicy policy;
  std::vector<std::string> warnings;  ///< of its rendering, for people
  std::string ns;                     ///< of its environment: what CreateNamespace=true makes
  LiveReads reads;                    ///< what the manifest was made from that lies on the target
  bool first_time = false;  ///< nothing of it was ever committed: Helm's install, not its upgrade
  /// Workloads to start anew although they say the same, and why: their images moved.
  std::map<ObjectKey, std::string> renew;
  /// All it owns goes. The manifest holds nothing but hooks, of which those of deletion run.
  bool deletes = false;
};

/// Which hooks and Jobs a transaction runs.
enum class HookRule {
  all,
  rollback,  ///< no Jobs, and no PreSync hooks: what they did to data was for the newer revision
  rollback_all,  ///< a rollback with Jobs and all hooks
  test,          ///< tests alone, and no Jobs
  none,
};

/// One target of the transaction and what it shows now.
struct ParticipantInput {
  TargetId id;
  Capabilities capabilities;
  /// Of every wanted and every owned key of this participant's scopes, read under the scopes'
  /// locks.
  std::vector<Observation> live;
  /// A host's: what other applications have there that claims something of the host.
  std::vector<std::pair<Scope, Observation>> others;
};

struct PlanInput {
  InstallationId install;
  std::vector<ScopeInput> scopes;
  std::vector<ParticipantInput> participants;
  /// Wanted keys that are owned by scopes outside this transaction, per target.
  std::map<std::pair<TargetId, ObjectKey>, Scope> claims;
  bool heal = false;  ///< only bring back what drifted: no hooks, no Jobs
  HookRule hooks = HookRule::all;
  bool allow_deletions = false;  ///< whatever maxDeletions says
  bool confirm_prune = false;    ///< also what is annotated Prune=confirm or Delete=confirm
};

enum class ChangeAction {
  create,
  update,
  restart,  ///< the object is unchanged, its pods must be renewed (config changed, not healthy)
  unchanged,
  prune,
  orphan,  ///< no longer declared, and kept: pruning is off, or not allowed for it
  hook,
  skip,  ///< a Job or hook that does not run this time, or an object that is left alone
};
std::string_view to_string(ChangeAction action);

/// What happens to one object, for people.
struct PlannedChange {
  Scope scope;
  ObjectKey key;
  ChangeAction action = ChangeAction::unchanged;
  int wave = 0;
  std::string reason;
  Location origin;
  Value before;  ///< as live; null when created
  Value after;   ///< null when pruned
};

/// Why the plan may not run. Refusals are the revision's or the policy's fault, never the
/// network's.
struct Refusal {
  Scope scope;
  std::optional<ObjectKey> key;
  std::string message;
  std::string hint;
  Location origin;
};

struct Plan {
  std::vector<Step> steps;  ///< Step::id is the index
  std::vector<PlannedChange> changes;
  /// Wanted objects that are not changed: they must be healthy for a commit all the same.
  std::vector<Item> unchanged;
  std::vector<std::string>
      effects;  ///< what cannot be undone or interrupts service, for the reader
  std::vector<Refusal> refusals;
  bool empty() const { return steps.empty(); }
};

Plan make_plan(const PlanInput& input);

/// The durable part (steps, effects; no object contents) and back.
Value to_value(const Plan& plan);
Result<Plan> plan_from(const Value& value);

/// For printing: changes with masked secrets, refusals, effects. Shape documented in docs/cli.md.
Value describe(const Plan& plan);

/// The refusals as one error, naming each; call only if there are some.
Error refusal_error(const Plan& plan);

}  // namespace rumbo::engine
