// RecordTable: storing records with what is folded from them for cheap reads, and finding them.
//
// Threads: one at a time per database.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/journal.h"
#include "store/database.h"

namespace rumbo::store {

/// Stores the record under its canonical text, and updates open transactions, scopes and inventory.
Result<> insert_record(Database& database, const Record& record, std::string_view text);

/// As Journal::read().
Result<std::vector<Record>> find_records(Database& database, const RecordFilter& filter, Seq after,
                                         std::size_t max);

/// As Journal::open_txns().
Result<std::vector<TxnId>> find_open_txns(Database& database);

/// The last stored record; seq 0 in an empty journal.
Result<Head> find_head(Database& database);

/// Recomputes open transactions and scopes from the stored records, after some were rejected.
Result<> rebuild_folds(Database& database);

}  // namespace rumbo::store
