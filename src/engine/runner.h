// The runner: `step(state, now) → action`, the whole transaction protocol as a pure function.
//
//   PREPARING → PREPARED → stages … → VERIFY/SOAK → COMMIT → retire, prune → END committed
//        any failure before COMMIT → ABORT → undo in reverse order → END restored | unchanged
//        an undo that is blocked → NEEDS_OPERATOR, retried with backoff
//
// Invariants (kubernetes-apply.md 4.4): no write before its INTENT is durable; nothing irreversible
// before COMMIT; after COMMIT only redo; END is reached or NEEDS_OPERATOR is visible.
#pragma once

#include "engine/action.h"
#include "engine/txn_state.h"

namespace rumbo::engine {

/// What the runner may look at besides the state.
struct Moment {
  MonoTime now;
  Signals signals;
  std::uint64_t epoch = 0;
  RunnerOptions options;
};

/// The next action. Never has effects; the same arguments give the same action.
Action step(const TxnState& state, const Moment& moment);

/// Takes in the result of one call (volatile knowledge; durable facts only come through fold()).
void absorb(TxnState& state, const CallResult& result, const Moment& moment);

/// Takes in that an Append failed.
void absorb_append_failure(TxnState& state, const Error& error, const Moment& moment);

/// Marks a state just folded from the journal for recovery in this process: everything not proven
/// is suspect, and older attempts are fenced first. `rebooted`: the boot id changed since.
void begin_recovery(TxnState& state, bool rebooted, MonoTime now);

}  // namespace rumbo::engine
