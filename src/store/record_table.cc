#include "store/record_table.h"

#include "store/chain.h"
#include "store/inventory_table.h"

namespace rumbo::store {
namespace {

Result<> fold_txn(Database& database, const Record& record) {
  const std::string& txn = record.txn->value;
  if (record.type == RecordType::begin) {
    return database.run("INSERT OR IGNORE INTO txns(txn, begin_seq) VALUES(?,?)",
                        {txn, record.seq});
  }
  if (record.type == RecordType::end) {
    return database.run("UPDATE txns SET end_seq=? WHERE txn=?", {record.seq, txn});
  }
  return {};
}

Result<> fold_scopes(Database& database, const Record& record) {
  for (const Value& value : record.body["scopes"].items()) {
    const Scope scope = scope_from(value);
    if (record.txn) {
      TRY(database.run(
          "INSERT OR IGNORE INTO txn_scopes VALUES(?,?,?,?)",
          {scope.application, scope.environment, scope.target.value, record.txn->value}));
    } else {
      TRY(database.run("INSERT OR IGNORE INTO event_scopes VALUES(?,?,?,?)",
                       {scope.application, scope.environment, scope.target.value, record.seq}));
    }
  }
  return {};
}

/// The quoted list is safe: the words are our own.
std::string type_list(const std::set<RecordType>& types) {
  std::string out;
  for (const RecordType type : types) {
    if (!out.empty()) out += ",";
    out += "'" + std::string(to_string(type)) + "'";
  }
  return out;
}

}  // namespace

Result<> insert_record(Database& database, const Record& record, std::string_view text) {
  TRY(database.run("INSERT INTO records(seq, type, txn, hash, text) VALUES(?,?,?,?,?)",
                   {record.seq, to_string(record.type),
                    record.txn ? Arg(record.txn->value) : Arg(nullptr), record.hash, text}));
  if (record.txn) TRY(fold_txn(database, record));
  TRY(fold_scopes(database, record));
  for (const InventoryChange& change : record.inventory) {
    TRY(apply_inventory_change(database, change));
  }
  return {};
}

Result<std::vector<Record>> find_records(Database& database, const RecordFilter& filter, Seq after,
                                         std::size_t max) {
  std::string sql = "SELECT seq, hash, text FROM records WHERE seq>?1";
  if (filter.txn) sql += " AND txn=?2";
  if (filter.scope) {
    const std::string where = "WHERE application=?3 AND environment=?4 AND target=?5";
    sql += " AND (txn IN (SELECT txn FROM txn_scopes " + where +
           ") OR seq IN (SELECT seq FROM event_scopes " + where + "))";
  }
  if (!filter.types.empty()) sql += " AND type IN (" + type_list(filter.types) + ")";
  sql += " ORDER BY seq LIMIT ?6";
  const Scope scope = filter.scope.value_or(Scope{});
  const TxnId txn = filter.txn.value_or(TxnId{});
  Query query = TRY(database.query(
      sql, {after, txn.value, scope.application, scope.environment, scope.target.value,
            static_cast<std::int64_t>(std::min<std::size_t>(max, INT64_MAX))}));
  std::vector<Record> out;
  while (TRY(query.next())) {
    out.push_back(
        TRY(decode(database, static_cast<Seq>(query.integer(0)), query.bytes(1), query.bytes(2))));
  }
  return out;
}

Result<std::vector<TxnId>> find_open_txns(Database& database) {
  Query query =
      TRY(database.query("SELECT txn FROM txns WHERE end_seq IS NULL ORDER BY begin_seq"));
  std::vector<TxnId> out;
  while (TRY(query.next())) out.push_back({query.str(0)});
  return out;
}

Result<Head> find_head(Database& database) {
  Query query = TRY(database.query("SELECT seq, hash FROM records ORDER BY seq DESC LIMIT 1"));
  if (!TRY(query.next())) return Head{};
  return Head{static_cast<Seq>(query.integer(0)), query.str(1)};
}

Result<> rebuild_folds(Database& database) {
  TRY(database.script("DELETE FROM txns; DELETE FROM txn_scopes; DELETE FROM event_scopes;"));
  Query query = TRY(database.query("SELECT seq, hash, text FROM records ORDER BY seq"));
  while (TRY(query.next())) {
    const Record record =
        TRY(decode(database, static_cast<Seq>(query.integer(0)), query.bytes(1), query.bytes(2)));
    if (record.txn) TRY(fold_txn(database, record));
    TRY(fold_scopes(database, record));
  }
  return {};
}

}  // namespace rumbo::store
