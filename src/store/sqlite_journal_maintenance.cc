// The rare part of SqliteJournal: verify, compact, repair, space.
#include <utility>

#include "store/chain.h"
#include "store/compaction.h"
#include "store/journal_parts.h"
#include "store/record_table.h"
#include "store/repair.h"
#include "store/sqlite_journal.h"

namespace rumbo::store {

Result<> SqliteJournal::verify(Seq from, Seq to) const {
  MutexLock lock(parts_->writer.mutex());
  return verify_chain(parts_->database(), from, to);
}

Result<> SqliteJournal::compact(Seq before, const Retention& retention) {
  Parts& p = *parts_;
  GroupWriter::Ticket ticket = 0;
  {
    MutexLock lock(p.writer.mutex());
    TRY(p.accepting());
    const Seq cut = std::min<Seq>(before, p.head.seq + 1);
    const Checkpoint last = TRY(newest_checkpoint(p.database()));
    if (cut <= last.cut) return {};
    std::string inventory;
    if (last.cut > 0) inventory = TRY(p.blobs.get(p.database(), {last.inventory}));
    Compaction plan =
        TRY(plan_compaction(p.database(), cut, retention, p.clock.wall(), last, inventory));
    if (plan.remove.empty()) return {};
    Draft draft;
    draft.type = RecordType::checkpoint;
    draft.actor = {"compaction"};
    draft.epoch = p.epoch;
    draft.body = plan.body;
    draft.blobs = {{plan.body["inventory"].str()}};
    const auto written = std::make_shared<Written>(std::move(draft));
    TRY(p.complete(*written, p.head, p.head.seq + 1));
    const auto shared = std::make_shared<const Compaction>(std::move(plan));
    const auto write = [shared, written, waiting = p.blobs.waiting()](Database& db) -> Result<> {
      TRY(remove_records(db, shared->remove));
      TRY(db.run("INSERT OR IGNORE INTO blobs(digest, sealed, bytes) VALUES(?,0,?)",
                 {shared->body["inventory"].str(), Arg::blob(shared->inventory)}));
      TRY(insert_record(db, written->record, written->text));
      return remove_unnamed_blobs(db, waiting);
    };
    const std::size_t held = shared->inventory.size() + shared->remove.size() * sizeof(Seq);
    ticket = TRY(p.writer.write(write, held));
    p.head = {written->record.seq, written->record.hash};
    p.feed.queue(std::shared_ptr<const Record>(written, &written->record));
  }
  return p.writer.make_durable(ticket);
}

std::optional<Error> SqliteJournal::damage() const {
  MutexLock lock(parts_->writer.mutex());
  return parts_->damage;
}

Result<> SqliteJournal::accept_up_to(Seq seq) {
  Parts& p = *parts_;
  GroupWriter::Ticket ticket = 0;
  {
    MutexLock lock(p.writer.mutex());
    const auto repair = std::make_shared<const Repair>(TRY(plan_repair(p.database(), seq)));
    Draft draft;
    draft.actor = {"operator"};
    draft.epoch = p.epoch;
    draft.body = repair->body;
    // Its number is new, so that what others saw of the rejected records is not confused with it.
    const auto written = std::make_shared<Written>(std::move(draft));
    TRY(p.complete(*written, repair->last, repair->next_seq));
    const auto write = [repair, written](Database& db) -> Result<> {
      TRY(apply_repair(db, *repair));
      return insert_record(db, written->record, written->text);
    };
    ticket = TRY(p.writer.write(write, written->text.size()));
    p.head = {written->record.seq, written->record.hash};
    p.feed.queue(std::shared_ptr<const Record>(written, &written->record));
    p.damage.reset();
  }
  return p.writer.make_durable(ticket);
}

Result<Head> SqliteJournal::copy_to(const std::string& path) {
  constexpr int kAttempts = 50;
  Parts& p = *parts_;
  // SQLite copies no database in the middle of a transaction, and writers keep one open between
  // two commits: take the first moment without one.
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    TRY(flush());
    MutexLock lock(p.writer.mutex());
    if (p.writer.stopped()) return fail(*p.writer.stopped());
    if (p.database().in_transaction()) continue;
    TRY(p.database().run("VACUUM INTO ?", {path}));
    const auto copy = TRY(p.filesystem.open(path, {.write = true}));
    TRY(copy->sync());
    return p.head;
  }
  return fail(Code::unavailable, "the journal is too busy to be copied", Retry::later);
}

std::string SqliteJournal::seal(std::string_view bytes, const std::string& name) const {
  return parts_->files.keys.seal(bytes, name);
}

bool SqliteJournal::low_on_space() const {
  MutexLock lock(parts_->writer.mutex());
  return !parts_->files.reserve->held();
}

Result<> SqliteJournal::restore_reserve() {
  MutexLock lock(parts_->writer.mutex());
  return parts_->files.reserve->make();
}

}  // namespace rumbo::store
