// What a SqliteJournal is made of. For the sources of that class alone.
//
// Threads: all below `writer` is guarded by its mutex, but for what locks itself.
#pragma once

#include <optional>
#include <string>

#include "base/guarded.h"
#include "store/blob_store.h"
#include "store/feed.h"
#include "store/group_writer.h"
#include "store/journal_open.h"
#include "store/scope_locks.h"
#include "store/sqlite_journal.h"

namespace rumbo::store {

/// A record and the text that is hashed and stored.
struct Written {
  Record record;
  std::string text;
};

struct SqliteJournal::Parts {
  Parts(JournalFiles opened, Clock& wall_clock, const JournalOptions& options);

  JournalFiles files;
  Clock& clock;
  GroupWriter writer;
  BlobStore blobs;
  Head head;  ///< the last record, durable or not
  std::uint64_t epoch;
  std::string boot_id;
  std::uint64_t next_txn;       ///< the next name to give
  std::uint64_t txns_reserved;  ///< names up to this one are durably taken
  std::optional<Error> damage;

  ScopeLocks locks;
  Feed feed;
  Guarded<Head> durable_head;

  Database& database() const { return *files.database; }
  /// Fails while damage waits for an operator.
  Result<> accepting() const;
  /// Whether this draft may be appended now.
  Result<> check(const Draft& draft) const;
  /// The record numbered `seq` that follows `last`.
  Result<Written> next(Draft draft, const Head& last, Seq seq) const;
  /// Everything up to this record is durable: tells everyone.
  void settled(const Head& last);
};

}  // namespace rumbo::store
