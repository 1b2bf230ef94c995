#include "store/journal_open.h"

#include <algorithm>
#include <array>
#include <fmt/core.h>
#include <utility>

#include "base/strings.h"
#include "store/chain.h"
#include "store/migrations.h"
#include "store/record_table.h"
#include "store/state_directory.h"

namespace rumbo::store {
namespace {

Result<InstallationId> installation_of(Database& database, io::Random& random) {
  if (auto id = TRY(get_meta(database, "installation"))) return InstallationId{*std::move(id)};
  std::array<std::uint8_t, 6> bytes{};
  random.fill(bytes);
  const InstallationId made{to_hex(bytes)};
  TRY(set_meta(database, "installation", made.value));
  return made;
}

/// The key that seals this journal's secrets. A new one is made only while nothing depends on it.
Result<Keyring> keys_of(Database& database, const JournalOptions& options, io::FileSystem& files,
                        io::Random& random) {
  const bool given = !options.key_file.empty();
  const std::string path = given ? options.key_file : options.directory + "/key";
  const bool secrets =
      TRY(database.integer("SELECT 1 FROM blobs WHERE sealed=1 LIMIT 1")).has_value();
  const auto known = TRY(get_meta(database, "key"));
  const auto frozen = [&](const std::string& why) {
    return fail(Error(Code::denied, "frozen: " + why +
                                        ", and the journal holds secrets sealed by "
                                        "the installation key")
                    .with_hint("put the key back to `" + path + "`"));
  };

  auto keys = Keyring::read(files, path, random);
  if (!keys && keys.error().code() == Code::not_found && !given) {
    if (secrets) return frozen("the key file `" + path + "` is missing");
    keys = Keyring::make(files, path, random);
  }
  if (!keys) return keys;
  if (known == keys->fingerprint()) return keys;
  if (known && secrets) return frozen("`" + path + "` holds another key");
  TRY(set_meta(database, "key", keys->fingerprint()));
  return keys;
}

/// The highest transaction number ever given: the reserved ones, and what records name.
Result<std::uint64_t> last_txn(Database& database) {
  const auto reserved = parse_int(TRY(get_meta(database, "txns")).value_or("0"));
  if (!reserved) return fail(Code::corrupt, "journal: the transaction counter is no number");
  return static_cast<std::uint64_t>(*reserved);
}

}  // namespace

Result<> set_meta(Database& database, std::string_view name, std::string_view value) {
  return database.run("INSERT OR REPLACE INTO meta VALUES(?,?)", {name, value});
}

Result<std::optional<std::string>> get_meta(Database& database, std::string_view name) {
  return database.text("SELECT value FROM meta WHERE name=?", {name});
}

TxnId txn_name(std::uint64_t number) {
  return {fmt::format("t-{:06}", number)};
}

Result<JournalFiles> open_journal_files(const JournalOptions& options, io::FileSystem& files,
                                        Clock& clock, io::Random& random) {
  auto lock = TRY(hold_state_directory(files, options.directory));
  const std::string path = options.directory + "/journal.db";
  TRY(settle_file(files, path + "-wal"));
  auto vfs = std::make_unique<Vfs>(files, clock, random);
  auto database = TRY(Database::open(path, *vfs));
  TRY(migrate(*database, *vfs, migrations()));

  TRY(database->run("BEGIN IMMEDIATE"));
  InstallationId installation = TRY(installation_of(*database, random));
  Keyring keys = TRY(keys_of(*database, options, files, random));
  TRY(database->run("COMMIT"));
  // An earlier open may have failed after making a file and before its name was durable.
  TRY(files.sync_directory(options.directory));
  TRY(vfs->sync_wal());

  auto reserve = std::make_unique<Reserve>(files, random, options.directory + "/reserve",
                                           options.reserve_bytes);
  if (auto made = reserve->make(); !made && made.error().code() != Code::exhausted) {
    return fail(std::move(made).error());
  }

  JournalFiles out{std::move(lock),
                   std::move(vfs),
                   std::move(database),
                   std::move(reserve),
                   std::move(keys),
                   std::move(installation),
                   {},
                   0,
                   1,
                   {}};
  out.head = TRY(find_head(*out.database));
  const auto epoch = parse_int(TRY(get_meta(*out.database, "epoch")).value_or("0"));
  if (!epoch) return fail(Code::corrupt, "journal: the epoch is no number");
  out.epoch = static_cast<std::uint64_t>(*epoch);
  out.next_txn = TRY(last_txn(*out.database)) + 1;

  const Seq from = out.head.seq - std::min<Seq>(out.head.seq, options.checked_at_open) + 1;
  auto checked = verify_chain(*out.database, from, out.head.seq);
  if (!checked && checked.error().code() != Code::corrupt) return fail(std::move(checked).error());
  if (!checked) out.damage = std::move(checked).error();
  return out;
}

}  // namespace rumbo::store
