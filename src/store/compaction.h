// Compaction: which records of a prefix can go, and the checkpoint that stands for them.
//
// Threads: one at a time per database.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "model/journal.h"
#include "store/chain.h"
#include "store/database.h"

namespace rumbo::store {

struct Compaction {
  std::vector<Seq> remove;
  /// Body of the checkpoint record: {cut, chain: {seq, hash}, retained, inventory, removed}.
  Value body;
  /// The inventory as it was before the cut, to be stored as a blob under body["inventory"].
  std::string inventory;
};

/// Decides what goes of the records before the cut; changes nothing. Kept in full are: transactions
/// that are open, that are the last committed ones of a scope, or that are among its newest; all
/// quarantines and holds; young events, and the newest of each name and scopes. `inventory` is what
/// the checkpoint before this one kept.
Result<Compaction> plan_compaction(Database& database, Seq cut, const Retention& retention,
                                   WallTime now, const Checkpoint& last,
                                   std::string_view inventory);

/// Removes the records and the folds of transactions that are gone with them.
Result<> remove_records(Database& database, const std::vector<Seq>& remove);

/// Removes blobs that no record names, but for those in `keep`.
Result<> remove_unnamed_blobs(Database& database, const std::set<Digest>& keep);

}  // namespace rumbo::store
