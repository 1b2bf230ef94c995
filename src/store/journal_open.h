// Opening a state directory: everything SqliteJournal is made of, checked and brought up to date.
//
// Threads: one.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "store/database.h"
#include "store/keyring.h"
#include "store/reserve.h"
#include "store/sqlite_journal.h"
#include "store/vfs.h"

namespace rumbo::store {

/// In the order in which they depend on each other.
struct JournalFiles {
  std::unique_ptr<io::File> lock;
  std::unique_ptr<Vfs> vfs;
  std::unique_ptr<Database> database;
  std::unique_ptr<Reserve> reserve;
  Keyring keys;
  InstallationId installation;
  Head head;
  std::uint64_t epoch = 0;
  std::uint64_t next_txn = 1;
  std::optional<Error> damage;
};

Result<JournalFiles> open_journal_files(const JournalOptions& options, io::FileSystem& files,
                                        Clock& clock, io::Random& random);

/// Named values of the journal itself: installation, key, epoch, owner, txns.
Result<> set_meta(Database& database, std::string_view name, std::string_view value);
Result<std::optional<std::string>> get_meta(Database& database, std::string_view name);

/// "t-000042".
TxnId txn_name(std::uint64_t number);

}  // namespace rumbo::store
