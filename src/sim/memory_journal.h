// MemoryJournal: a Journal in memory, on a MemoryDisk that outlives it as a real disk outlives a
// process. For tests and benchmarks only.
//
// Threads: every method from any thread. The disk must not be shared by two threads' journals at
// once.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/guarded.h"
#include "base/time.h"
#include "model/journal.h"

namespace rumbo::sim {

/// What survives a crash. `durable` counts the records that were synced.
struct MemoryDisk {
  InstallationId install{"aaaabbbbcccc"};
  std::string key = "a key for tests only";
  std::vector<Record> records;
  std::size_t durable = 0;
  std::map<Digest, std::string> blobs;
  std::uint64_t epoch = 0;
  std::uint64_t txns = 0;
  /// A crash: batched records that no synced append followed are gone.
  void lose_unsynced() { records.resize(durable); }
};

class MemoryJournal : public Journal {
 public:
  /// `disk` and `clock` must outlive the journal.
  MemoryJournal(MemoryDisk& disk, const Clock& clock);
  ~MemoryJournal() override;

  Result<std::uint64_t> take_over(std::string_view owner, std::string_view boot_id) override;
  const InstallationId& installation() const override { return disk_.install; }
  Result<BlobRef> put_blob(std::string_view bytes, Secrecy secrecy) override;
  Result<std::string> get_blob(const BlobRef& ref) const override;
  Digest digest(std::string_view bytes, Secrecy secrecy) const override;
  Result<TxnId> new_txn() override;
  Result<std::vector<Record>> append(std::vector<Draft> drafts, Durability durability) override;
  Result<std::vector<Record>> read(const RecordFilter& filter, Seq after,
                                   std::size_t max) const override;
  Result<std::vector<TxnId>> open_txns() const override;
  Result<std::vector<ObjectKey>> inventory(const Scope& scope) const override;
  Result<std::vector<std::pair<Scope, ObjectKey>>> inventories() const override;
  Result<std::vector<std::pair<Scope, ObjectKey>>> owners(
      const TargetId& target, const std::vector<ObjectKey>& keys) const override;
  Result<std::unique_ptr<ScopeLock>> lock(const std::vector<Scope>& scopes,
                                          const TxnId& holder) override;
  Head head() const override;
  Result<> verify(Seq from, Seq to) const override;
  Result<> compact(Seq before, const Retention& retention) override;
  std::unique_ptr<Subscription> feed(std::function<void(const Record&)> sink) override;

 private:
  class Lock;
  class Feed;
  struct Live {
    std::map<Scope, TxnId> locked;
    std::map<std::uint64_t, std::function<void(const Record&)>> sinks;
    std::uint64_t next_sink = 0;
  };

  Record seal(Draft draft, const Record* last) const;
  std::set<std::pair<Scope, ObjectKey>> owned() const;

  MemoryDisk& disk_;
  const Clock& clock_;
  std::string boot_id_;
  mutable Mutex mutex_;
  std::shared_ptr<Guarded<Live>> live_ = std::make_shared<Guarded<Live>>();
};

}  // namespace rumbo::sim
