#include "store/journal_parts.h"

#include <memory>
#include <utility>

#include "store/chain.h"
#include "store/record_table.h"

namespace rumbo::store {
namespace {

constexpr std::size_t kMostRecordBytes = std::size_t{16} << 20;

}  // namespace

SqliteJournal::Parts::Parts(JournalFiles opened, io::FileSystem& file_system, Clock& wall_clock,
                            const JournalOptions& options)
    : files(std::move(opened)),
      filesystem(file_system),
      clock(wall_clock),
      writer(*files.database, *files.vfs, *files.reserve, options.most_wal_pages,
             [this] { return [this, last = head] { settled(last); }; }),
      blobs(files.keys),
      head(files.head),
      epoch(files.epoch),
      next_txn(files.next_txn),
      txns_reserved(files.next_txn - 1),
      damage(files.damage),
      durable_head(files.head) {}

Result<> SqliteJournal::Parts::accepting() const {
  if (damage) return fail(*damage);
  return {};
}

Result<> SqliteJournal::Parts::check(const Draft& draft) const {
  if (draft.type == RecordType::checkpoint) {
    return fail(Code::invalid, "checkpoint records are written by compact() alone");
  }
  if (draft.epoch < epoch) {
    return fail(Code::conflict, "the journal has a newer owner (epoch " + std::to_string(epoch) +
                                    ", this writer has " + std::to_string(draft.epoch) + ")");
  }
  if (draft.epoch > epoch) {
    return fail(Code::invalid, "epoch " + std::to_string(draft.epoch) +
                                   " was never given by this journal (it is at " +
                                   std::to_string(epoch) + ")");
  }
  if (draft.type == RecordType::begin && !files.reserve->held()) {
    return fail(Error(Code::exhausted,
                      "no new transaction may begin: the disk of the state directory was full")
                    .with_hint("free some space; transactions under way can still end"));
  }
  for (const BlobRef& blob : draft.blobs) TRY(blobs.require(*files.database, blob));
  return {};
}

Result<> SqliteJournal::Parts::complete(Written& written, const Head& last, Seq seq) const {
  Record& record = written.record;
  record.seq = seq;
  record.prev = last.hash;
  record.at = clock.wall();
  record.boot_id = boot_id;
  written.text = written.draft_text.finish(record);
  if (written.text.size() > kMostRecordBytes) {
    return fail(Code::too_large, "a journal record of " + std::to_string(written.text.size()) +
                                     " bytes is larger than the limit of " +
                                     std::to_string(kMostRecordBytes));
  }
  record.hash = chain_hash(last.hash, written.text);
  return {};
}

Result<GroupWriter::Ticket> SqliteJournal::Parts::write(
    const std::shared_ptr<std::vector<Written>>& all) {
  TRY(accepting());
  Head last = head;
  std::uint64_t bytes = 0;
  for (Written& one : *all) {
    TRY(check(one.record));
    TRY(complete(one, last, last.seq + 1));
    last = {one.record.seq, one.record.hash};
    bytes += one.text.size();
  }
  const auto insert = [all](Database& db) -> Result<> {
    for (const Written& one : *all) TRY(insert_record(db, one.record, one.text));
    return {};
  };
  const auto ticket = TRY(writer.write(insert, bytes));
  head = last;
  for (const Written& one : *all) {
    for (const BlobRef& blob : one.record.blobs) blobs.named(blob);
    feed.queue(std::shared_ptr<const Record>(all, &one.record));
  }
  return ticket;
}

void SqliteJournal::Parts::settled(const Head& last) {
  durable_head.with([&](Head& durable) {
    if (last.seq > durable.seq) durable = last;
  });
  feed.deliver(last.seq);
}

}  // namespace rumbo::store
