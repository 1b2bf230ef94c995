// SqliteJournal: the journal of a state directory. Files in it: journal.db (SQLite, WAL), key (the
// installation key), reserve (space held back), lock (held while open).
//
// Threads: as Journal. Locks, subscriptions and records may outlive it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/guarded.h"
#include "base/time.h"
#include "io/filesystem.h"
#include "io/random.h"
#include "model/journal.h"

namespace rumbo::store {

struct JournalOptions {
  std::string directory;  ///< made if missing, mode 0700
  std::string key_file;   ///< the installation key, instead of directory/key; never made
  std::uint64_t reserve_bytes = 8ull << 20;
  /// So many of the last records have their chain checked at open; verify() checks all, and every
  /// read checks what it reads.
  std::uint64_t checked_at_open = 10'000;
  /// 4 KiB each. Moving them into the database costs two syncs while everyone waits, and pages
  /// written often are moved once; so many are read in 20 ms after a crash.
  int most_wal_pages = 8000;
};

class SqliteJournal : public Journal {
 public:
  /// Code::conflict if another process holds the directory, Code::unsupported for a newer schema,
  /// Code::denied with "frozen: …" if the key of stored secrets is lost, Code::corrupt if SQLite
  /// cannot read its file. A broken chain opens, but takes no appends: see damage(). The references
  /// outlive the journal.
  static Result<std::unique_ptr<SqliteJournal>> open(const JournalOptions& options,
                                                     io::FileSystem& files, Clock& clock,
                                                     io::Random& random);
  ~SqliteJournal() override;

  Result<std::uint64_t> take_over(std::string_view owner, std::string_view boot_id) override;
  const InstallationId& installation() const override;
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
  /// The last durable record: what may be told to the outside.
  Head head() const override;
  Result<> verify(Seq from, Seq to) const override;
  Result<> compact(Seq before, const Retention& retention) override;
  std::unique_ptr<Subscription> feed(std::function<void(const Record&)> sink) override;

  /// Makes batched records durable now.
  Result<> flush();

  /// The broken link that stops all appends, found at open.
  std::optional<Error> damage() const;
  /// The operator's way on: records up to seq count as they are, later ones are set aside (kept in
  /// rejected_records), and a record says so. Inventory stays: it may only be too wide.
  Result<> accept_up_to(Seq seq);

  /// True after the disk was full: the reserve is used, and no new transaction may begin.
  bool low_on_space() const;
  /// Fills the reserve again; Code::exhausted while there is no space.
  Result<> restore_reserve();

  /// Writes a consistent copy of all that is durable to `path`, which must not exist; the copy's
  /// own head. Appends of others wait meanwhile. The copy is durable on return, its name is not.
  Result<Head> copy_to(const std::string& path);
  /// Encrypts bytes that belong to a backup under the installation key; `name` is bound to them.
  std::string seal(std::string_view bytes, const std::string& name) const;

 private:
  struct Parts;
  explicit SqliteJournal(std::unique_ptr<Parts> parts);
  const std::unique_ptr<Parts> parts_;
};

}  // namespace rumbo::store
