#include "store/journal_parts.h"

#include <utility>

#include "codec/json.h"
#include "store/chain.h"

namespace rumbo::store {
namespace {

constexpr std::size_t kMostRecordBytes = std::size_t{16} << 20;

}  // namespace

SqliteJournal::Parts::Parts(JournalFiles opened, Clock& wall_clock, const JournalOptions& options)
    : files(std::move(opened)),
      clock(wall_clock),
      writer(*files.database, *files.vfs, *files.reserve, options.most_wal_pages),
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

Result<Written> SqliteJournal::Parts::next(Draft draft, const Head& last, Seq seq) const {
  Written out;
  static_cast<Draft&>(out.record) = std::move(draft);
  out.record.seq = seq;
  out.record.prev = last.hash;
  out.record.at = clock.wall();
  out.record.boot_id = boot_id;
  out.text = codec::to_json(canonical_value(out.record));
  if (out.text.size() > kMostRecordBytes) {
    return fail(Code::too_large, "a journal record of " + std::to_string(out.text.size()) +
                                     " bytes is larger than the limit of " +
                                     std::to_string(kMostRecordBytes));
  }
  out.record.hash = chain_hash(last.hash, out.text);
  return out;
}

void SqliteJournal::Parts::settled(const Head& last) {
  durable_head.with([&](Head& durable) {
    if (last.seq > durable.seq) durable = last;
  });
  feed.deliver(last.seq);
}

}  // namespace rumbo::store
