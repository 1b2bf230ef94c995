// World: what is really there, on a simulated target. It outlives every process of Rumbo; the
// oracle reads it and nothing else. Objects carry annotations that say how they behave:
//   sim/health: never | fail | after:DURATION | regress:DURATION     (a workload)
//   sim/hook: fail        sim/dry-run: reject        sim/image: missing
//   sim/kind: unknown     spec.immutable: what no update may change (a cluster)
// and that say which order must be kept, by the names of other objects:
//   sim/needs: it is written or run only while that one exists
//   sim/outlives: it is deleted, or run, only when that one is gone
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/time.h"
#include "base/value.h"
#include "model/ids.h"
#include "model/object.h"
#include "model/target.h"

namespace rumbo::sim {

struct Thing {
  Value object;
  std::string uid;
  std::uint64_t version = 0;
  std::optional<Owner> owner;
  MonoTime since;  ///< when this specification started to run
};

struct World {
  std::string id = "world";
  std::string boot_id = "boot-1";
  std::optional<Error> silent;  ///< why it answers nothing
  Served served;                ///< what charts are told of it
  /// Called when a transaction is prepared: what a foreign hand does just then.
  std::function<void()> while_preparing;
  std::map<ObjectKey, Thing> current;
  std::map<std::pair<TxnId, ObjectKey>, Thing> staged;    ///< host: beside the current ones
  std::map<std::pair<TxnId, ObjectKey>, Thing> replaced;  ///< host: switched away, not yet retired
  std::set<ObjectKey> quiesced;                           ///< host: old pods stopped, not removed
  std::set<ObjectKey> lost;                               ///< workloads whose pods someone removed
  std::string obstacle;                                   ///< why no staged pod can start now
  std::map<std::pair<TxnId, ObjectKey>, int> hook_runs;
  std::map<std::pair<TxnId, ObjectKey>, Value> hook_objects;
  std::set<TxnId> reservations;
  std::map<TxnId, std::pair<std::uint64_t, std::uint32_t>> fences;  ///< host: oldest accepted
  std::vector<TxnMirror> mirrors;
  std::uint64_t clock = 0;              ///< versions and uids count up from here
  std::vector<std::string> violations;  ///< promises broken at some instant: two writers, …
  std::vector<std::string> log;         ///< writes in their order: "apply ConfigMap ns/config"

  /// What a person sees: meaning of every current object, without bookkeeping.
  std::map<ObjectKey, Value> visible() const;
  /// Traces that nothing may leave behind once all transactions ended; empty when clean.
  std::vector<std::string> leftovers() const;

  /// Notes a write, and a violation if the object's annotations forbid it now.
  void note_write(std::string_view verb, const ObjectKey& key, const Value& object);
  bool has(std::string_view name) const;

  /// A foreign hand, outside of any transaction.
  void edit(const ObjectKey& key, const Value& object);
  void remove(const ObjectKey& key);
  void create(const ObjectKey& key, const Value& object, MonoTime now);

  std::uint64_t next() { return ++clock; }
};

/// Status as an API server would show it at `now`; `stopped`: why its pods do not run, or empty.
Value with_status(const ObjectKey& key, const Thing& thing, const std::string& stopped,
                  MonoTime now);

Receipt receipt_of(const ObjectKey& key, const Thing& thing);
/// True for a workload whose old pods stop before the new ones start.
bool never_overlaps(const Value& object);
/// True if the thing says what the object says.
bool means(const Thing& thing, const Value& object);

/// `mine` turned back into `before`, keeping what `live` changed meanwhile; `foreign` is set if it
/// did.
Value three_way(const Value& before, const Value& mine, const Value& live, bool& foreign);

}  // namespace rumbo::sim
