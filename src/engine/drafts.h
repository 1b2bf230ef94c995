// The records a transaction writes, each in one place, so that their shape is written down once.
// Bodies hold digests and references, never secrets.
#pragma once

#include <string>
#include <vector>

#include "engine/txn_state.h"
#include "model/record.h"

namespace rumbo::engine {

/// What every record of a transaction carries.
struct DraftContext {
  std::uint64_t epoch = 0;
  Duration active{0};
};

Draft begin_draft(const TxnState& state, const DraftContext& context);
Draft plan_draft(const TxnState& state, const DraftContext& context);
Draft prepared_draft(const TxnState& state, const DraftContext& context);
/// intent, undo_intent or reap_intent of one step.
Draft intent_draft(const TxnState& state, RecordType type, StepId step,
                   const DraftContext& context);
Draft done_draft(const TxnState& state, StepId step, const Receipt& receipt,
                 const DraftContext& context);
Draft failed_draft(const TxnState& state, StepId step, const Error& error,
                   const DraftContext& context);
Draft wave_healthy_draft(const TxnState& state, const DraftContext& context);
Draft undo_done_draft(const TxnState& state, StepId step, const Reverted& reverted,
                      const DraftContext& context);
Draft reap_done_draft(const TxnState& state, StepId step, const std::string& left,
                      const DraftContext& context);
/// ABORT, with a QUARANTINE of each application at fault when the revision is to blame.
std::vector<Draft> abort_drafts(const TxnState& state, const Abort& abort,
                                const DraftContext& context);
/// COMMIT, with a HOLD of each application after a manual rollback.
std::vector<Draft> commit_drafts(const TxnState& state, const DraftContext& context);
Draft simple_draft(const TxnState& state, RecordType type, const Value& body,
                   const DraftContext& context);
Draft end_draft(const TxnState& state, Outcome outcome, const std::string& note,
                const DraftContext& context);

}  // namespace rumbo::engine
