#include "store/group_writer.h"

#include <condition_variable>
#include <memory>
#include <mutex>
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

Result<> GroupWriter::settle() {
  Ticket last = 0;
  std::function<void()> tell;
  {
    MutexLock lock(mutex_);
    if (written_ == durable_) return {};
    TRY(usable());
    TRY(commit());
    TRY(checkpoint_if_long());
    last = written_;
    tell = committed_();
  }
  queue_.with([](Queue& queue) { queue.syncing = true; });
  auto synced = vfs_.sync_wal();
  queue_.with([](Queue& queue) { queue.syncing = false; });
  {
    MutexLock lock(mutex_);
    if (!synced) return stop(std::move(synced).error());
    durable_ = last;
  }
  tell();
  return {};
}

struct GroupWriter::Caller {
  enum class Turn { waits, leads, done };
  explicit Caller(const Job& what) : job(what) {}

  void give(Turn next) {
    {
      const std::lock_guard<std::mutex> lock(mutex);
      turn = next;
    }
    // Not under the lock, where the woken thread would only run into it.
    changed.notify_one();
  }
  Turn wait() {
    std::unique_lock<std::mutex> lock(mutex);
    changed.wait(lock, [&] { return turn != Turn::waits; });
    return turn;
  }

  const Job& job;
  Ticket ticket = 0;
  Result<> result;
  std::mutex mutex;
  std::condition_variable changed;
  Turn turn = Turn::waits;
};

void GroupWriter::lead(const std::vector<std::shared_ptr<Caller>>& group) {
  {
    MutexLock lock(mutex_);
    for (const auto& caller : group) {
      auto ticket = caller->job();
      if (ticket) {
        caller->ticket = *ticket;
      } else {
        caller->result = fail(std::move(ticket).error());
      }
    }
  }
  const auto settled = settle();
  if (settled) return;
  MutexLock lock(mutex_);
  for (const auto& caller : group) {
    if (caller->result && caller->ticket > durable_) caller->result = settled;
  }
}

Result<> GroupWriter::run(const Job& job) {
  // While the disk is at work nobody else is: what this thread does now the next leader need not.
  if (!queue_.with([](const Queue& queue) { return queue.syncing; })) return wait(job);
  Ticket ticket = 0;
  {
    MutexLock lock(mutex_);
    ticket = TRY(job());
  }
  return make_durable(ticket);
}

Result<> GroupWriter::wait(const Job& job) {
  // Shared, because its thread may be gone before the one that woke it has done so.
  const auto me = std::make_shared<Caller>(job);
  const bool first = queue_.with([&](Queue& queue) {
    queue.waiting.push_back(me);
    return !std::exchange(queue.led, true);
  });
  if (!first && me->wait() == Caller::Turn::done) return me->result;
  const auto group = queue_.with([](Queue& queue) { return std::exchange(queue.waiting, {}); });
  lead(group);
  for (const auto& caller : group) {
    if (caller != me) caller->give(Caller::Turn::done);
  }
  // Only now, when those that were woken may wait again: the next group shall be a large one.
  const auto next = queue_.with([](Queue& queue) {
    queue.led = !queue.waiting.empty();
    return queue.led ? queue.waiting.front() : std::shared_ptr<Caller>();
  });
  if (next != nullptr) next->give(Caller::Turn::leads);
  return me->result;
}

Result<> GroupWriter::make_durable(Ticket ticket) {
  return wait([ticket]() -> Result<Ticket> { return ticket; });
}

}  // namespace rumbo::store
