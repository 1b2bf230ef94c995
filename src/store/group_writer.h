// GroupWriter: group commit. Writes of all threads go into one open transaction. Of the threads
// that need durability one leads: it runs the jobs of all that wait, commits, syncs and wakes each
// of them once. So a durable write costs its thread one sleep, however many write at the same time;
// when each took the mutex itself, waiting for it cost more than everything that is done under it.
//
// A write is a function, because a commit that finds the disk full is rolled back by SQLite: then
// the reserve is released and the writes of the group run again.
// Threads: any. mutex() guards the database and everything derived from it; it is not held while
// the log is synced.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

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
  /// Runs under mutex(), perhaps in another thread that waits, too: what must be on disk before its
  /// caller goes on, or why it wrote nothing.
  using Job = std::function<Result<Ticket>()>;
  /// Called under mutex() after a commit; what it returns is called without, once that is on disk,
  /// and before any of the waiting threads goes on.
  using Committed = std::function<std::function<void()>()>;

  /// The arguments outlive it. The log is moved into the database above `most_wal_pages`.
  GroupWriter(Database& database, Vfs& vfs, Reserve& reserve, int most_wal_pages,
              Committed committed)
      : database_(database),
        vfs_(vfs),
        reserve_(reserve),
        most_wal_pages_(most_wal_pages),
        committed_(std::move(committed)) {}

  Mutex& mutex() RUMBO_TS(lock_returned(mutex_)) { return mutex_; }

  /// Runs the write in the open transaction. `bytes` is about what it keeps in memory until the
  /// commit. On failure the transaction is as before.
  Result<Ticket> write(Write write, std::uint64_t bytes) REQUIRES(mutex_);
  /// True if so much waits for a commit that the next write should be synced.
  bool backlog() const REQUIRES(mutex_);
  /// Returns when the job has run and what it wrote is on disk, or with the job's own error.
  Result<> run(const Job& job) EXCLUDES(mutex_);
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

  /// A thread in run(), with its job.
  struct Caller;
  /// As run(), by this thread or the one that leads.
  Result<> wait(const Job& job) EXCLUDES(mutex_);
  /// Runs the jobs of the group and makes them durable; each caller's result is set.
  void lead(const std::vector<std::shared_ptr<Caller>>& group) EXCLUDES(mutex_);
  /// Makes all that is written durable.
  Result<> settle() EXCLUDES(mutex_);

  Database& database_;
  Vfs& vfs_;
  Reserve& reserve_;
  const int most_wal_pages_;
  const Committed committed_;

  Mutex mutex_;
  std::deque<Write> uncommitted_ GUARDED_BY(mutex_);
  std::uint64_t uncommitted_bytes_ GUARDED_BY(mutex_) = 0;
  Ticket written_ GUARDED_BY(mutex_) = 0;
  Ticket durable_ GUARDED_BY(mutex_) = 0;
  std::optional<Error> stopped_ GUARDED_BY(mutex_);

  struct Queue {
    std::vector<std::shared_ptr<Caller>> waiting;
    bool syncing = false;  ///< the leader waits for the disk
    bool led = false;      ///< one of the callers leads, and will look at the queue when it is done
  };
  Guarded<Queue> queue_;
};

}  // namespace rumbo::store
