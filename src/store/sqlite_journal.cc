#include "store/sqlite_journal.h"

#include <utility>

#include "store/inventory_table.h"
#include "store/journal_parts.h"
#include "store/record_table.h"

namespace rumbo::store {
namespace {

constexpr int kMostDepth = 200;  // codec reads 256 levels back, and the record has its own
/// Transaction names reserved by one durable write; given back when closed in order.
constexpr std::uint64_t kNamesAtOnce = 16;

bool deeper_than(const Value& value, int levels) {
  if (levels == 0) return value.is_array() || value.is_object();
  for (const Value& item : value.items()) {
    if (deeper_than(item, levels - 1)) return true;
  }
  for (const Member& member : value.members()) {
    if (deeper_than(member.value, levels - 1)) return true;
  }
  return false;
}

}  // namespace

SqliteJournal::SqliteJournal(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Result<std::unique_ptr<SqliteJournal>> SqliteJournal::open(const JournalOptions& options,
                                                           io::FileSystem& files, Clock& clock,
                                                           io::Random& random) {
  JournalFiles opened = TRY(open_journal_files(options, files, clock, random));
  return std::unique_ptr<SqliteJournal>(
      new SqliteJournal(std::make_unique<Parts>(std::move(opened), files, clock, options)));
}

SqliteJournal::~SqliteJournal() {
  Parts& p = *parts_;
  {
    MutexLock lock(p.writer.mutex());
    if (p.next_txn <= p.txns_reserved && !p.damage) {
      // Best effort: names that are not given back leave a gap, and nothing more.
      static_cast<void>(p.writer.write(
          [last = p.next_txn - 1](Database& db) {
            return set_meta(db, "txns", std::to_string(last));
          },
          0));
    }
  }
  static_cast<void>(flush());
}

Result<std::uint64_t> SqliteJournal::take_over(std::string_view owner, std::string_view boot_id) {
  Parts& p = *parts_;
  std::uint64_t epoch = 0;
  GroupWriter::Ticket ticket = 0;
  {
    MutexLock lock(p.writer.mutex());
    epoch = p.epoch + 1;
    const auto write = [epoch, name = std::string(owner)](Database& db) -> Result<> {
      TRY(set_meta(db, "owner", name));
      return set_meta(db, "epoch", std::to_string(epoch));
    };
    ticket = TRY(p.writer.write(write, owner.size()));
    // At once, before it is durable: the older owner must not slip in between.
    p.epoch = epoch;
    p.boot_id = boot_id;
  }
  TRY(p.writer.make_durable(ticket));
  return epoch;
}

const InstallationId& SqliteJournal::installation() const {
  return parts_->files.installation;
}

Result<BlobRef> SqliteJournal::put_blob(std::string_view bytes, Secrecy secrecy) {
  Parts& p = *parts_;
  bool backlog = false;
  BlobRef ref;
  {
    MutexLock lock(p.writer.mutex());
    TRY(p.accepting());
    ref = TRY(p.blobs.put(p.writer, p.database(), bytes, secrecy));
    backlog = p.writer.backlog();
  }
  if (backlog) TRY(flush());
  return ref;
}

Result<std::string> SqliteJournal::get_blob(const BlobRef& ref) const {
  MutexLock lock(parts_->writer.mutex());
  return parts_->blobs.get(parts_->database(), ref);
}

Digest SqliteJournal::digest(std::string_view bytes, Secrecy secrecy) const {
  return parts_->blobs.name(bytes, secrecy);
}

Result<TxnId> SqliteJournal::new_txn() {
  Parts& p = *parts_;
  for (;;) {
    std::uint64_t reserve_to = 0;
    GroupWriter::Ticket ticket = 0;
    {
      MutexLock lock(p.writer.mutex());
      TRY(p.accepting());
      if (p.writer.stopped()) return fail(*p.writer.stopped());
      if (p.next_txn <= p.txns_reserved) return txn_name(p.next_txn++);
      reserve_to = p.next_txn - 1 + kNamesAtOnce;
      ticket = TRY(p.writer.write(
          [reserve_to](Database& db) { return set_meta(db, "txns", std::to_string(reserve_to)); },
          0));
    }
    TRY(p.writer.make_durable(ticket));
    MutexLock lock(p.writer.mutex());
    p.txns_reserved = std::max(p.txns_reserved, reserve_to);
  }
}

Result<std::vector<Record>> SqliteJournal::append(std::vector<Draft> drafts,
                                                  Durability durability) {
  Parts& p = *parts_;
  if (drafts.empty()) return std::vector<Record>();
  bool synced = durability == Durability::synced;
  const auto written = std::make_shared<std::vector<Written>>();
  written->reserve(drafts.size());
  for (Draft& draft : drafts) {
    synced = synced || always_synced(draft.type);
    if (deeper_than(draft.body, kMostDepth)) {
      return fail(Code::too_large, "the body of a journal record is nested deeper than " +
                                       std::to_string(kMostDepth) + " levels");
    }
    written->emplace_back(std::move(draft));
  }
  bool backlog = false;
  const auto write = [&]() -> Result<GroupWriter::Ticket> {
    p.writer.mutex().assert_held();
    const auto ticket = TRY(p.write(written));
    backlog = p.writer.backlog();
    return ticket;
  };
  if (synced) {
    TRY(p.writer.run(write));
  } else {
    {
      MutexLock lock(p.writer.mutex());
      TRY(write());
    }
    if (backlog) TRY(flush());
  }
  std::vector<Record> records;
  records.reserve(written->size());
  for (const Written& one : *written) records.push_back(one.record);
  return records;
}

Result<std::vector<Record>> SqliteJournal::read(const RecordFilter& filter, Seq after,
                                                std::size_t max) const {
  MutexLock lock(parts_->writer.mutex());
  return find_records(parts_->database(), filter, after, max);
}

Result<std::vector<TxnId>> SqliteJournal::open_txns() const {
  MutexLock lock(parts_->writer.mutex());
  return find_open_txns(parts_->database());
}

Result<std::vector<ObjectKey>> SqliteJournal::inventory(const Scope& scope) const {
  MutexLock lock(parts_->writer.mutex());
  return find_inventory(parts_->database(), scope);
}

Result<std::vector<std::pair<Scope, ObjectKey>>> SqliteJournal::inventories() const {
  MutexLock lock(parts_->writer.mutex());
  return find_inventories(parts_->database());
}

Result<std::vector<std::pair<Scope, ObjectKey>>> SqliteJournal::owners(
    const TargetId& target, const std::vector<ObjectKey>& keys) const {
  MutexLock lock(parts_->writer.mutex());
  return find_owners(parts_->database(), target, keys);
}

Result<std::unique_ptr<ScopeLock>> SqliteJournal::lock(const std::vector<Scope>& scopes,
                                                       const TxnId& holder) {
  return parts_->locks.lock(scopes, holder);
}

Head SqliteJournal::head() const {
  return parts_->durable_head.copy();
}

std::unique_ptr<Journal::Subscription> SqliteJournal::feed(
    std::function<void(const Record&)> sink) {
  return parts_->feed.subscribe(std::move(sink));
}

Result<> SqliteJournal::flush() {
  Parts& p = *parts_;
  return p.writer.run([&]() -> Result<GroupWriter::Ticket> {
    p.writer.mutex().assert_held();
    return p.writer.last();
  });
}

}  // namespace rumbo::store
