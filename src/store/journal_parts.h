// What a SqliteJournal is made of. For the sources of that class alone.
//
// Threads: all below `writer` is guarded by its mutex, but for what locks itself.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/guarded.h"
#include "store/blob_store.h"
#include "store/feed.h"
#include "store/group_writer.h"
#include "store/journal_open.h"
#include "store/record_text.h"
#include "store/scope_locks.h"
#include "store/sqlite_journal.h"

namespace rumbo::store {

/// A record and the text that is hashed and stored.
struct Written {
  explicit Written(Draft draft) : draft_text(draft) {
    static_cast<Draft&>(record) = std::move(draft);
  }
  RecordText draft_text;
  Record record;
  std::string text;
};

struct SqliteJournal::Parts {
  Parts(JournalFiles opened, io::FileSystem& file_system, Clock& wall_clock,
        const JournalOptions& options);

  JournalFiles files;
  io::FileSystem& filesystem;
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
  /// Makes it the record numbered `seq` that follows `last`.
  Result<> complete(Written& written, const Head& last, Seq seq) const;
  /// Writes them as the next records; all or none.
  Result<GroupWriter::Ticket> write(const std::shared_ptr<std::vector<Written>>& all)
      REQUIRES(writer.mutex());
  /// Everything up to this record is durable: tells everyone. In the order of the records.
  void settled(const Head& last);
};

}  // namespace rumbo::store
