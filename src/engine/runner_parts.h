// The parts of the runner, one file each; only runner*.cc include this.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/action.h"
#include "engine/drafts.h"
#include "engine/runner.h"

namespace rumbo::engine {

using Phase = StepProgress::Phase;

Action step_recovery(const TxnState& state, const Moment& moment);
bool recovery_pending(const TxnState& state);
/// What a fence has to keep from landing late: steps whose last call may still be under way. What
/// is known to be done is left alone: nothing of it can land any more, and a policy that this very
/// transaction made may forbid to touch it until that policy is undone.
std::vector<StepId> steps_under_way(const TxnState& state, const TargetId& participant);
Action step_preparing(const TxnState& state, const Moment& moment);
Action step_applying(const TxnState& state, const Moment& moment);
Action step_undoing(const TxnState& state, const Moment& moment);
Action step_reaping(const TxnState& state, const Moment& moment);

/// Runs hooks that answer what has already been decided (PostDelete, SyncFail, Compensate), each to
/// its end: INTENT, perform, wait. A failure is recorded and stops nothing. nullopt: all ended.
std::optional<Action> step_answering_hooks(const TxnState& state, const Moment& moment,
                                           const std::vector<StepId>& steps);
/// The Job that takes this hook step back; nullopt without one.
std::optional<StepId> compensation_of(const TxnState& state, StepId hook);

/// RELEASE on every participant, MIRROR where needed; nullopt when all is done or given up.
std::optional<Action> step_closing(const TxnState& state, const Moment& moment);

DraftContext draft_context(const TxnState& state, const Moment& moment);
Action append(std::vector<Draft> drafts);
Action append(Draft draft);
Action wait_until(MonoTime until);
Action abort_with(const TxnState& state, const Moment& moment, const Abort& abort);
/// NEEDS_OPERATOR: names the object (may be empty), the cause and the next command. `code` is that
/// of the error, where an error of another kind is to be told anew.
Action call_operator(const TxnState& state, const Moment& moment, const std::string& object,
                     const std::string& cause, const std::string& command,
                     std::string_view code = {});
std::vector<Scope> all_scopes(const TxnState& state);

/// Records that results in memory are still owed to the journal (done, undo_done, reap_done).
std::vector<Draft> owed_drafts(const TxnState& state, const Moment& moment);

/// Calls of this kind for those of `steps` whose time has come; empty when all must wait.
std::vector<Call> due_calls(const TxnState& state, const Moment& moment, CallKind kind,
                            const std::vector<StepId>& steps);
/// The earliest not_before of these steps.
MonoTime earliest(const TxnState& state, const std::vector<StepId>& steps);

/// One observe call per participant for these items' keys.
std::vector<Call> observe_calls(const TxnState& state, const std::vector<const Item*>& items);
/// What the target of this name can do; nothing if it is not known.
const Capabilities& capabilities_of(const TxnState& state, const TargetId& participant);
const Observation* observed(const TxnState& state, const TargetId& participant,
                            const ObjectKey& key);

/// Exponential backoff with a ceiling.
Duration backoff(int attempts, const RunnerOptions& options);

}  // namespace rumbo::engine
