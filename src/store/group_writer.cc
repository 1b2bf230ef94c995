#include "store/group_writer.h"

#include <utility>

namespace rumbo::store {
namespace {

constexpr std::size_t kMostWaitingWrites = 4096;
constexpr std::uint64_t kMostWaitingBytes = 16ull << 20;

}  // namespace

Result<> GroupWriter::usable() const {
  if (!stopped_) return {};
  return fail(Code::unavailable,
              "the journal is stopped after a failed write; it must be opened "
              "again, and says then what survived: " +
                  stopped_->to_string());
}

tl::unexpected<Error> GroupWriter::stop(Error error) {
  stopped_ = error;
  // Moving the log into the database would build on bytes that may not be on disk.
  database_.leave_files_alone();
  return fail(std::move(error));
}

Result<> GroupWriter::replay() {
  if (database_.in_transaction()) TRY(database_.run("ROLLBACK"));
  TRY(database_.run("BEGIN IMMEDIATE"));
  for (const Write& write : uncommitted_) TRY(write(database_));
  return {};
}

Result<GroupWriter::Ticket> GroupWriter::write(Write write, std::uint64_t bytes) {
  TRY(usable());
  if (!database_.in_transaction()) TRY(database_.run("BEGIN IMMEDIATE"));
  if (auto done = write(database_); !done) {
    // Undo what it did halfway, and keep what the others wrote before it.
    if (auto restored = replay(); !restored) return stop(std::move(restored).error());
    return fail(std::move(done).error());
  }
  uncommitted_.push_back(std::move(write));
  uncommitted_bytes_ += bytes;
  return ++written_;
}

bool GroupWriter::backlog() const {
  return uncommitted_.size() >= kMostWaitingWrites || uncommitted_bytes_ >= kMostWaitingBytes;
}

Result<> GroupWriter::commit() {
  if (!database_.in_transaction()) return {};
  auto done = database_.run("COMMIT");
  if (!done && done.error().code() == Code::exhausted && reserve_.release()) {
    done = replay();
    if (done) done = database_.run("COMMIT");
  }
  if (!done) return stop(std::move(done).error());
  uncommitted_.clear();
  uncommitted_bytes_ = 0;
  return {};
}

Result<> GroupWriter::checkpoint_if_long() {
  if (database_.wal_pages() < most_wal_pages_) return {};
  auto done = database_.checkpoint();
  if (done) return {};
  // With a full disk the log stays the authority and grows; the next commit tries again.
  if (done.error().code() == Code::exhausted) {
    reserve_.release();
    return {};
  }
  return stop(std::move(done).error());
}

Result<GroupWriter::Ticket> GroupWriter::lead() {
  Ticket last = 0;
  {
    MutexLock lock(mutex_);
    TRY(usable());
    TRY(commit());
    TRY(checkpoint_if_long());
    last = written_;
  }
  if (auto synced = vfs_.sync_wal(); !synced) {
    MutexLock lock(mutex_);
    return stop(std::move(synced).error());
  }
  return last;
}

Result<> GroupWriter::make_durable(Ticket ticket) {
  MutexLock lock(sync_mutex_);
  while (durable_ < ticket) {
    if (sync_failure_) return fail(*sync_failure_);
    if (leading_) {
      synced_.wait(sync_mutex_);
      continue;
    }
    leading_ = true;
    sync_mutex_.unlock();
    auto last = lead();
    sync_mutex_.lock();
    leading_ = false;
    if (last) {
      durable_ = std::max(durable_, *last);
    } else {
      sync_failure_ = std::move(last).error();
    }
    synced_.notify_all();
  }
  return {};
}

}  // namespace rumbo::store
