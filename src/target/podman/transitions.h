// Transitions: what each step of a transaction means for the record. Pure, all of it: what a step
// does to pods and to the kernel follows from the record it leaves.
//
// Threads: pure functions; the caller serialises changes through RecordStore.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "target/podman/record.h"

namespace rumbo::target::podman {

/// conflict if a newer attempt of this transaction took over.
Result<> check_fence(const Record& record, const Fence& fence);
void raise_fence(Record& record, const Fence& newer);

/// True if the current object is not what the plan saw.
bool foreign_since(const Record& record, const Item& item);
ObservedVersion version_of(const ObjectKey& key, const Thing& thing);

/// Puts the item beside the current ones, with a replica recorded for every pod wanted. Staged
/// already, or switched to already: nothing. Networks and addresses must be given out before.
Result<> stage(Record& record, const Item& item, const Fence& fence, WallTime now);
/// Gives the hook's Job a pod, once for this transaction.
Result<> run_hook(Record& record, const Item& item, const Fence& fence, WallTime now);
/// The hook is over, or undone as far as that goes; its pod leaves.
void drop_hook(Record& record, const TxnId& txn, const ObjectKey& key, WallTime now);
/// Short, and different for every time a workload is brought up.
std::string revision_name(const Owner& owner, const ObjectKey& key, std::uint64_t version);
/// Records a replica for every pod that the thing wants.
Result<> add_replicas(Record& record, const ObjectKey& key, const Thing& thing);
/// Its pods drain and go.
void let_leave(Record& record, const Thing& thing, WallTime now);

/// The TZif bytes of a time zone by name; nullopt if this machine has none.
using ZoneFiles = std::function<std::optional<std::string>(std::string_view name)>;

/// What a CronJob's schedule asks for now: new runs, old ones that leave, how far it is worked off.
/// Runs whose CronJob is gone leave as well. True if anything changed.
Result<bool> work_off_crons(Record& record, const InstallationId& install, WallTime now,
                            const ZoneFiles& zones);
/// When a schedule is due next; nullopt without one.
std::optional<WallTime> next_cron(const Record& record, const ZoneFiles& zones);
/// A Namespace is there at once.
Result<> scaffold(Record& record, const Item& item, const Fence& fence, WallTime now);
/// Takes the staged thing away; its pods leave. True if it served at some time.
void unstage(Record& record, const TxnId& txn, const ObjectKey& key, WallTime now);
void unscaffold(Record& record, const Item& item, const TxnId& txn);

/// Everything staged and nothing changed by others meanwhile, or switched already.
Result<> can_switch(const Record& record, const Step& step, const Fence& fence);
void switch_over(Record& record, const TxnId& txn, const std::vector<ObjectKey>& keys);
/// The undo: what was switched to is staged again, what it replaced is current again.
void switch_back(Record& record, const TxnId& txn, const std::vector<ObjectKey>& keys);

/// After COMMIT: what was replaced leaves.
void retire(Record& record, const TxnId& txn, const std::vector<ObjectKey>& keys, WallTime now);
/// Deletes the current object if it is still the one the plan saw; its pods leave.
void prune(Record& record, const Item& item, WallTime now);

/// What became of the step, from the record alone.
Sighting sight(const Record& record, const Step& step, const Fence& fence);

/// Gives a pod that will not start another address: Podman killed in the middle of a start leaves
/// the old one allocated to nobody for ever (measured with 4.3.1). Its turn comes again only after
/// the whole range; a pod that meets it then moves on once more.
Result<> move_replica(Record& record, const std::string& pod);

/// Every key held for Services: their addresses must stay. Everything else may be given back.
void release_unused_addresses(Record& record);

}  // namespace rumbo::target::podman
