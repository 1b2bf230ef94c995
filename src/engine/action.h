// Action: the one thing a transaction does next; Call and CallResult: what it asks of a target and
// what came back. The runner decides, the executor does.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/error.h"
#include "base/time.h"
#include "engine/txn_state.h"
#include "model/record.h"
#include "model/target.h"

namespace rumbo::engine {

enum class CallKind { prepare, dry_run, perform, inspect, revert, fence, observe, mirror, release };
std::string_view to_string(CallKind kind);

struct Call {
  CallKind kind = CallKind::observe;
  TargetId participant;
  StepId step = kNoStep;                         ///< dry_run, perform, inspect, revert
  std::vector<StepId> steps;                     ///< fence
  std::vector<ObjectKey> keys;                   ///< observe
  Consistency consistency = Consistency::fresh;  ///< observe
};

struct CallResult {
  Call call;
  std::optional<Error> error;
  // Of a successful call, the one that fits its kind.
  Reservation reservation;
  DryRun dry_run;
  Receipt receipt;
  Sighting sighting;
  Reverted reverted;
  std::vector<ObservedVersion> versions;
  std::vector<Observation> observations;
};

/// Append these records, all or none, then fold them in.
struct Append {
  std::vector<Draft> drafts;
};
/// Make these calls; they may run side by side.
struct Calls {
  std::vector<Call> calls;
};
/// Nothing to do before this instant, unless a signal arrives.
struct Wait {
  MonoTime until;
};
/// This process is done with the transaction for now.
struct Finish {
  enum class Why {
    ended,           ///< TxnState::ended says how
    needs_operator,  ///< open; resume it later or by `recover`
    suspended,       ///< open; the next start resumes it
    lost,            ///< another owner took the journal over
    journal_failed,  ///< the journal refuses records: open it again and recover
  };
  Why why = Why::ended;
};
using Action = std::variant<Append, Calls, Wait, Finish>;

/// What the outside asks of a running transaction.
struct Signals {
  bool suspend = false;                      ///< SIGTERM: no new intent
  bool cancel = false;                       ///< an operator gives it up
  std::optional<std::string> superseded_by;  ///< a newer revision's name
};

/// Times that shape a run; virtual in tests.
struct RunnerOptions {
  Duration poll{250'000'000};     ///< between health observations
  Duration outage_budget = 5min;  ///< how long an unreachable target is waited for
  Duration undo_patience = 2min;  ///< how long an undo is retried before an operator is called
  Duration backoff_first{200'000'000};
  Duration backoff_most = 30s;
  int reap_attempts = 14;         ///< with the pauses between them more than three minutes
  Duration call_timeout = 10min;  ///< of one call to a target; pulls take the longest
};

}  // namespace rumbo::engine
