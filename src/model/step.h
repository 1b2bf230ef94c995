// Step: the smallest thing a transaction does to a target, with what it needs to be undone.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "base/value.h"
#include "model/health.h"
#include "model/ids.h"
#include "model/object.h"

namespace rumbo {

enum class StepKind {
  scaffold,     ///< create a missing Namespace or CRD before dry-run
  stage,        ///< host: bring the new generation of a workload up beside the old, unserved
  apply,        ///< cluster: write one object
  hook,         ///< run a Job once for this attempt
  quiesce,      ///< host: stop (never remove) old pods that cannot overlap the new
  switch_over,  ///< host: one atomic move of all items to the new generation
  prune,        ///< after COMMIT: delete an object that is no longer declared
  retire,       ///< after COMMIT, host: drain and remove what the switch left behind
};

/// How a step is undone before COMMIT.
enum class Inverse {
  exact,            ///< back to the pre-image, or absent
  compensate,       ///< run the user's compensate Job
  keep_and_report,  ///< cannot be undone; kept and listed (volume claims, finished hooks)
  none,             ///< never undone: only after COMMIT
};

/// How far a step could be checked before anything was touched.
enum class DryRunLevel { server, scaffold, schema };

std::string_view to_string(StepKind kind);
std::optional<StepKind> step_kind_from(std::string_view word);
std::string_view to_string(Inverse inverse);
std::optional<Inverse> inverse_from(std::string_view word);

/// Names a step within its transaction: its index in Plan::steps.
using StepId = std::uint32_t;
constexpr StepId kNoStep = UINT32_MAX;

/// What was there before: taken under the application's locks.
struct Pre {
  bool absent = true;
  std::string uid;
  std::string version;
  Digest digest;  ///< of semantic(object)
  std::optional<BlobRef> blob;
  HealthStatus health = HealthStatus::unknown;
  Value object;  ///< the blob's content; in memory only, see hydrate() of engine
};

struct Item {
  ObjectKey key;
  Scope scope;
  Pre pre;
  std::optional<BlobRef> want;  ///< nullopt: to be absent
  Digest want_digest;
  Value want_object;  ///< the blob's content; in memory only
};

/// When the object of a hook is deleted. Targets that keep no hooks after their transaction (a
/// host) delete it at its end in any case.
struct HookCleanup {
  bool before_creation = true;  ///< the last run's, when the next one begins
  bool on_success = false;      ///< after the commit, by a retire step that names the hook
  bool on_failure = false;      ///< when the hook's step is reverted
  friend bool operator==(const HookCleanup&, const HookCleanup&) = default;
};

struct Step {
  StepId id = kNoStep;
  TargetId participant;
  int wave = 0;
  int order = 0;              ///< place within its wave, lowest first; see engine/order.h
  bool before_hooks = false;  ///< a PreSync hook needs its object: it goes ahead of the hook
  StepKind kind = StepKind::apply;
  Inverse inverse = Inverse::exact;
  std::vector<Item> items;  ///< one per cluster write; many for a host's atomic switch
  DryRunLevel level = DryRunLevel::server;
  bool takes_foreign_fields = false;
  bool recreate = false;  ///< where an update is impossible, delete the object and create it anew
  bool kind_may_be_unknown = false;  ///< dry-run only if the target serves the kind already
  std::string propagation;  ///< of a delete: "foreground", "background", "orphan"; empty: its own
  Duration deadline = 5min;
  std::string reason;   ///< for people: "image changed", "missing", "declared wave 2"
  std::string hook;     ///< hook steps, and the retire steps of hooks: "PreSync", …; else empty
  HookCleanup cleanup;  ///< of a hook step
  StepId for_step = kNoStep;  ///< a compensate Job: the hook step it takes back
  /// What prepare() of this participant returned (Reservation::opaque), replayed verbatim; in
  /// memory only, from the PREPARED record.
  Value reservation;
};

/// An object as a call left or found it.
struct ObservedVersion {
  ObjectKey key;
  std::string uid;
  std::string version;
  friend bool operator==(const ObservedVersion&, const ObservedVersion&) = default;
};

/// Proof that a step was performed. `opaque` is the target's own and is never read by the engine.
struct Receipt {
  std::vector<ObservedVersion> items;
  Value opaque;
};

/// Who changed which field, and when, as far as the target can tell.
struct Attribution {
  ObjectKey key;
  std::string manager;
  std::string field;  ///< dotted path; empty for the whole object
  std::optional<WallTime> at;
};

/// What an inspection found after a crash or an unknown outcome.
struct Sighting {
  enum class State { not_applied, applied, mixed, foreign, gone, unknown };
  State state = State::unknown;
  std::optional<Receipt> receipt;  ///< when applied
  std::vector<Attribution> by;     ///< when foreign
  /// How long a call of a dead process may still take effect; zero where nothing can.
  Duration zombie_window{0};
};

Value to_value(const ObservedVersion& version);
Value to_value(const Receipt& receipt);
Receipt receipt_from(const Value& value);
Value to_value(const Scope& scope);
Scope scope_from(const Value& value);
/// The durable part of a step (blobs as references, no contents, no secrets) and back.
Value to_value(const Step& step);
Result<Step> step_from(const Value& value);

}  // namespace rumbo
