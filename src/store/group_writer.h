// GroupWriter: group commit. Writes of all threads go into one open transaction; whoever needs
// durability first commits and syncs it for everyone, while the next group already gathers.
//
// A write is a function, because a commit that finds the disk full is rolled back by SQLite: then
// the reserve is released and the writes of the group run again.
// Threads: any. mutex() guards the database and everything derived from it; it is not held while
// the log is synced.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>

#include "base/guarded.h"
#include "base/result.h"
#include "store/database.h"
#include "store/reserve.h"
#include "store/vfs.h"

namespace rumbo::store {

class GroupWriter {
 public:
  /// Must leave the same rows behind whenever it runs on the same rows.
  using Write = std::function<Result<>(Database&)>;
  /// Numbers the writes from 1; a lower one is never durable later.
  using Ticket = std::uint64_t;

  /// The arguments outlive it. The log is moved into the database above `most_wal_pages`.
  GroupWriter(Database& database, Vfs& vfs, Reserve& reserve, int most_wal_pages)
      : database_(database), vfs_(vfs), reserve_(reserve), most_wal_pages_(most_wal_pages) {}

  Mutex& mutex() RUMBO_TS(lock_returned(mutex_)) { return mutex_; }

  /// Runs the write in the open transaction. `bytes` is about what it keeps in memory until the
  /// commit. On failure the transaction is as before.
  Result<Ticket> write(Write write, std::uint64_t bytes) REQUIRES(mutex_);
  /// True if so much waits for a commit that the next write should be synced.
  bool backlog() const REQUIRES(mutex_);
  /// Returns when this ticket and all before it are on disk.
  Result<> make_durable(Ticket ticket) EXCLUDES(mutex_);

  /// The ticket of the last write.
  Ticket last() const REQUIRES(mutex_) { return written_; }
  /// The error that stopped all writes: after a failed sync or commit what is on disk is unknown
  /// until the journal is opened again.
  const std::optional<Error>& stopped() const REQUIRES(mutex_) { return stopped_; }

 private:
  Result<> usable() const REQUIRES(mutex_);
  Result<> replay() REQUIRES(mutex_);
  /// COMMIT, with the reserve released on a full disk.
  Result<> commit() REQUIRES(mutex_);
  Result<> checkpoint_if_long() REQUIRES(mutex_);
  tl::unexpected<Error> stop(Error error) REQUIRES(mutex_);
  /// Commits and syncs; the last ticket that is durable by it.
  Result<Ticket> lead() EXCLUDES(mutex_);

  Database& database_;
  Vfs& vfs_;
  Reserve& reserve_;
  const int most_wal_pages_;

  Mutex mutex_;
  std::deque<Write> uncommitted_ GUARDED_BY(mutex_);
  std::uint64_t uncommitted_bytes_ GUARDED_BY(mutex_) = 0;
  Ticket written_ GUARDED_BY(mutex_) = 0;
  std::optional<Error> stopped_ GUARDED_BY(mutex_);

  Mutex sync_mutex_;
  Condition synced_;
  Ticket durable_ GUARDED_BY(sync_mutex_) = 0;
  bool leading_ GUARDED_BY(sync_mutex_) = false;
  std::optional<Error> sync_failure_ GUARDED_BY(sync_mutex_);
};

}  // namespace rumbo::store
