#include "sim/memory_journal.h"

#include <algorithm>

#include "base/strings.h"
#include "codec/json.h"
#include "crypto/digest.h"
#include "crypto/hmac.h"

namespace rumbo::sim {
namespace {

Digest chain_hash(const Record& record) {
  return crypto::sha256(record.prev + codec::to_json(canonical_value(record)));
}

bool names_scope(const Record& record, const Scope& scope) {
  const auto scopes = record.body["scopes"].items();
  return std::any_of(scopes.begin(), scopes.end(), [&](const Value& one) {
    return one["application"].as_string() == scope.application &&
           one["environment"].as_string() == scope.environment;
  });
}

}  // namespace

class MemoryJournal::Lock : public ScopeLock {
 public:
  Lock(std::shared_ptr<Guarded<Live>> live, std::vector<Scope> scopes)
      : live_(std::move(live)), scopes_(std::move(scopes)) {}
  ~Lock() override {
    live_->with([&](Live& live) {
      for (const Scope& scope : scopes_) live.locked.erase(scope);
    });
  }

 private:
  std::shared_ptr<Guarded<Live>> live_;
  std::vector<Scope> scopes_;
};

class MemoryJournal::Feed : public Subscription {
 public:
  Feed(std::shared_ptr<Guarded<Live>> live, std::uint64_t id) : live_(std::move(live)), id_(id) {}
  ~Feed() override {
    live_->with([&](Live& live) { live.sinks.erase(id_); });
  }

 private:
  std::shared_ptr<Guarded<Live>> live_;
  std::uint64_t id_;
};

MemoryJournal::MemoryJournal(MemoryDisk& disk, const Clock& clock) : disk_(disk), clock_(clock) {}
MemoryJournal::~MemoryJournal() = default;

Result<std::uint64_t> MemoryJournal::take_over(std::string_view, std::string_view boot_id) {
  MutexLock lock(mutex_);
  boot_id_ = boot_id;
  return ++disk_.epoch;
}

Result<BlobRef> MemoryJournal::put_blob(std::string_view bytes, Secrecy secrecy) {
  const Digest name = digest(bytes, secrecy);
  MutexLock lock(mutex_);
  disk_.blobs.emplace(name, bytes);
  return BlobRef{name};
}

Result<std::string> MemoryJournal::get_blob(const BlobRef& ref) const {
  MutexLock lock(mutex_);
  const auto it = disk_.blobs.find(ref.digest);
  if (it == disk_.blobs.end()) return fail(Code::not_found, "no blob " + ref.digest);
  return it->second;
}

Digest MemoryJournal::digest(std::string_view bytes, Secrecy secrecy) const {
  return secrecy == Secrecy::secret ? crypto::hmac_sha256(as_bytes(disk_.key), bytes)
                                    : crypto::sha256(bytes);
}

Result<TxnId> MemoryJournal::new_txn() {
  MutexLock lock(mutex_);
  std::string number = std::to_string(++disk_.txns);
  number.insert(0, number.size() < 6 ? 6 - number.size() : 0, '0');
  return TxnId{"t-" + number};
}

Record MemoryJournal::seal(Draft draft, const Record* last) const {
  Record record;
  static_cast<Draft&>(record) = std::move(draft);
  record.seq = last == nullptr ? 1 : last->seq + 1;
  record.prev = last == nullptr ? Digest() : last->hash;
  record.at = clock_.wall();
  record.boot_id = boot_id_;
  record.hash = chain_hash(record);
  return record;
}

Result<std::vector<Record>> MemoryJournal::append(std::vector<Draft> drafts,
                                                  Durability durability) {
  std::vector<Record> written;
  {
    MutexLock lock(mutex_);
    bool synced = durability == Durability::synced;
    for (const Draft& draft : drafts) {
      if (draft.epoch < disk_.epoch) {
        return fail(Code::conflict, "another owner took the journal over");
      }
      for (const BlobRef& blob : draft.blobs) {
        if (!disk_.blobs.contains(blob.digest)) {
          return fail(Code::invalid, "a record names blob " + blob.digest + ", which was not put");
        }
      }
      synced = synced || always_synced(draft.type);
    }
    for (Draft& draft : drafts) {
      disk_.records.push_back(
          seal(std::move(draft), disk_.records.empty() ? nullptr : &disk_.records.back()));
      written.push_back(disk_.records.back());
    }
    if (synced) disk_.durable = disk_.records.size();
  }
  const auto sinks = live_->with([](const Live& live) { return live.sinks; });
  for (const Record& record : written) {
    for (const auto& [id, sink] : sinks) sink(record);
  }
  return written;
}

Result<std::vector<Record>> MemoryJournal::read(const RecordFilter& filter, Seq after,
                                                std::size_t max) const {
  MutexLock lock(mutex_);
  // A scope's records are those that name it, and all records of the transactions that do.
  std::set<TxnId> of_scope;
  if (filter.scope) {
    for (const Record& record : disk_.records) {
      if (record.txn && names_scope(record, *filter.scope)) of_scope.insert(*record.txn);
    }
  }
  std::vector<Record> out;
  for (const Record& record : disk_.records) {
    if (out.size() >= max) break;
    if (record.seq <= after) continue;
    if (filter.txn && record.txn != filter.txn) continue;
    if (!filter.types.empty() && !filter.types.contains(record.type)) continue;
    if (filter.scope && !names_scope(record, *filter.scope) &&
        !(record.txn && of_scope.contains(*record.txn))) {
      continue;
    }
    out.push_back(record);
  }
  return out;
}

Result<std::vector<TxnId>> MemoryJournal::open_txns() const {
  MutexLock lock(mutex_);
  std::vector<TxnId> open;
  for (const Record& record : disk_.records) {
    if (!record.txn) continue;
    if (record.type == RecordType::begin) open.push_back(*record.txn);
    if (record.type == RecordType::end) std::erase(open, *record.txn);
  }
  return open;
}

std::set<std::pair<Scope, ObjectKey>> MemoryJournal::owned() const {
  std::set<std::pair<Scope, ObjectKey>> out;
  for (const Record& record : disk_.records) {
    for (const InventoryChange& change : record.inventory) {
      if (change.op == InventoryChange::Op::add) {
        out.emplace(change.scope, change.key);
      } else {
        out.erase({change.scope, change.key});
      }
    }
  }
  return out;
}

Result<std::vector<ObjectKey>> MemoryJournal::inventory(const Scope& scope) const {
  MutexLock lock(mutex_);
  std::vector<ObjectKey> out;
  for (const auto& [owner, key] : owned()) {
    if (owner == scope) out.push_back(key);
  }
  return out;
}

Result<std::vector<std::pair<Scope, ObjectKey>>> MemoryJournal::inventories() const {
  MutexLock lock(mutex_);
  const auto all = owned();
  return std::vector<std::pair<Scope, ObjectKey>>(all.begin(), all.end());
}

Result<std::vector<std::pair<Scope, ObjectKey>>> MemoryJournal::owners(
    const TargetId& target, const std::vector<ObjectKey>& keys) const {
  MutexLock lock(mutex_);
  std::vector<std::pair<Scope, ObjectKey>> out;
  const auto all = owned();
  for (const ObjectKey& key : keys) {
    for (const auto& [scope, owned_key] : all) {
      if (scope.target == target && owned_key == key) out.emplace_back(scope, key);
    }
  }
  return out;
}

Result<std::unique_ptr<ScopeLock>> MemoryJournal::lock(const std::vector<Scope>& scopes,
                                                       const TxnId& holder) {
  return live_->with([&](Live& live) -> Result<std::unique_ptr<ScopeLock>> {
    for (const Scope& scope : scopes) {
      const auto it = live.locked.find(scope);
      if (it != live.locked.end()) {
        return fail(Code::conflict,
                    scope.to_string() + " is busy with transaction " + it->second.value,
                    Retry::later);
      }
    }
    for (const Scope& scope : scopes) live.locked[scope] = holder;
    return std::unique_ptr<ScopeLock>(std::make_unique<Lock>(live_, scopes));
  });
}

Head MemoryJournal::head() const {
  MutexLock lock(mutex_);
  if (disk_.records.empty()) return {};
  return {disk_.records.back().seq, disk_.records.back().hash};
}

Result<> MemoryJournal::verify(Seq from, Seq to) const {
  MutexLock lock(mutex_);
  const Record* last = nullptr;
  for (const Record& record : disk_.records) {
    const bool linked = last == nullptr || record.prev == last->hash;
    if (record.seq >= from && record.seq <= to && (!linked || record.hash != chain_hash(record))) {
      return fail(Code::corrupt, "the chain breaks at record " + std::to_string(record.seq));
    }
    last = &record;
  }
  return {};
}

Result<> MemoryJournal::compact(Seq, const Retention&) {
  return {};  // memory is its own retention: everything is kept
}

std::unique_ptr<Journal::Subscription> MemoryJournal::feed(
    std::function<void(const Record&)> sink) {
  const std::uint64_t id = live_->with([&](Live& live) {
    live.sinks[live.next_sink] = std::move(sink);
    return live.next_sink++;
  });
  return std::make_unique<Feed>(live_, id);
}

}  // namespace rumbo::sim
