#include "store/migrations.h"

#include <array>
#include <string>

namespace rumbo::store {
namespace {

// records.text is the canonical JSON that is hashed. A scope in `body.scopes` goes to txn_scopes if
// the record belongs to a transaction, else to event_scopes. accepted_breaks and rejected_records
// are what an operator decided after damage.
constexpr std::array<Migration, 2> kMigrations{R"sql(
CREATE TABLE meta(name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE records(
  seq INTEGER PRIMARY KEY, type TEXT NOT NULL, txn TEXT, hash TEXT NOT NULL, text TEXT NOT NULL
) STRICT;
CREATE INDEX records_by_txn ON records(txn, seq) WHERE txn IS NOT NULL;
CREATE INDEX records_by_type ON records(type, seq);
CREATE TABLE txns(txn TEXT PRIMARY KEY, begin_seq INTEGER NOT NULL, end_seq INTEGER)
  STRICT, WITHOUT ROWID;
CREATE INDEX txns_open ON txns(begin_seq) WHERE end_seq IS NULL;
CREATE TABLE txn_scopes(
  application TEXT NOT NULL, environment TEXT NOT NULL, target TEXT NOT NULL, txn TEXT NOT NULL,
  PRIMARY KEY(application, environment, target, txn)
) STRICT, WITHOUT ROWID;
CREATE TABLE event_scopes(
  application TEXT NOT NULL, environment TEXT NOT NULL, target TEXT NOT NULL, seq INTEGER NOT NULL,
  PRIMARY KEY(application, environment, target, seq)
) STRICT, WITHOUT ROWID;
CREATE TABLE inventory(
  application TEXT NOT NULL, environment TEXT NOT NULL, target TEXT NOT NULL,
  api_group TEXT NOT NULL, kind TEXT NOT NULL, namespace TEXT NOT NULL, name TEXT NOT NULL,
  PRIMARY KEY(application, environment, target, api_group, kind, namespace, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE blobs(
  id INTEGER PRIMARY KEY, digest TEXT NOT NULL UNIQUE, sealed INTEGER NOT NULL, bytes BLOB NOT NULL
) STRICT;
CREATE TABLE accepted_breaks(seq INTEGER PRIMARY KEY) STRICT;
CREATE TABLE rejected_records(
  id INTEGER PRIMARY KEY, seq INTEGER NOT NULL, hash TEXT NOT NULL, text TEXT NOT NULL
) STRICT;
)sql",
                                               R"sql(
CREATE INDEX inventory_by_key ON inventory(target, name, kind, namespace, api_group);
)sql"};

}  // namespace

std::span<const Migration> migrations() {
  return kMigrations;
}

Result<> migrate(Database& database, Vfs& vfs, std::span<const Migration> steps) {
  const std::int64_t found = TRY(database.integer("PRAGMA user_version")).value_or(0);
  const auto known = static_cast<std::int64_t>(steps.size());
  if (found > known) {
    return fail(Code::unsupported, "the journal has schema " + std::to_string(found) +
                                       ", this rumbo knows schemas up to " + std::to_string(known) +
                                       "; use the newer rumbo that wrote it");
  }
  for (std::int64_t version = found + 1; version <= known; ++version) {
    const std::string script = std::string("BEGIN IMMEDIATE;") +
                               steps[static_cast<std::size_t>(version - 1)] +
                               ";PRAGMA user_version=" + std::to_string(version) + ";COMMIT";
    if (auto done = database.script(script.c_str()); !done) {
      if (database.in_transaction()) TRY(database.run("ROLLBACK"));
      return fail(std::move(done).error().with_context("migrate the journal to schema " +
                                                       std::to_string(version)));
    }
    TRY(vfs.sync_wal());
  }
  return {};
}

}  // namespace rumbo::store
