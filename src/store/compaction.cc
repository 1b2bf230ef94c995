#include "store/compaction.h"

#include <map>

#include "codec/json.h"
#include "crypto/digest.h"
#include "store/inventory_table.h"

namespace rumbo::store {
namespace {

/// Transactions whose records stay in full.
Result<std::set<std::string>> kept_txns(Database& database, const Retention& retention) {
  std::set<std::string> keep;
  Query open = TRY(database.query("SELECT txn FROM txns WHERE end_seq IS NULL"));
  while (TRY(open.next())) keep.insert(open.str(0));

  // Per scope, newest first: the first few, and the first that was committed.
  Query query = TRY(database.query(
      "SELECT s.application, s.environment, s.target, s.txn, EXISTS("
      "  SELECT 1 FROM records r WHERE r.txn=s.txn AND r.type='commit')"
      " FROM txn_scopes s JOIN txns t ON t.txn=s.txn ORDER BY 1, 2, 3, t.begin_seq DESC"));
  Scope scope;
  int seen = 0;
  bool committed_seen = false;
  bool first = true;
  while (TRY(query.next())) {
    Scope next{query.str(0), query.str(1), {query.str(2)}};
    if (first || next != scope) {
      scope = std::move(next);
      seen = 0;
      committed_seen = first = false;
    }
    const bool committed = query.integer(4) != 0;
    if (seen < retention.transactions_per_scope || (committed && !committed_seen)) {
      keep.insert(query.str(3));
    }
    ++seen;
    committed_seen = committed_seen || committed;
  }
  return keep;
}

bool stays(const Record& record, const std::set<std::string>& txns, WallTime oldest_event) {
  if (record.type == RecordType::quarantine || record.type == RecordType::hold) return true;
  if (record.type == RecordType::checkpoint) return false;  // the new one stands for it
  if (record.txn) return txns.contains(record.txn->value);
  return record.at >= oldest_event;
}

}  // namespace

Result<Compaction> plan_compaction(Database& database, Seq cut, const Retention& retention,
                                   WallTime now, const Checkpoint& last,
                                   std::string_view inventory) {
  Compaction out;
  Inventory folded;
  if (last.cut > 0) folded = TRY(inventory_from(inventory));
  const auto txns = TRY(kept_txns(database, retention));
  const WallTime oldest_event{now.since_epoch - retention.events};
  struct Candidate {
    Seq seq = 0;
    std::string hash;
    bool stays = false;
  };
  std::vector<Candidate> candidates;
  std::map<std::string, std::size_t> newest_event;  // by its name and scopes, into candidates
  Head before_cut = last.before_cut;
  Query query =
      TRY(database.query("SELECT seq, hash, text FROM records WHERE seq<? ORDER BY seq", {cut}));
  while (TRY(query.next())) {
    const auto seq = static_cast<Seq>(query.integer(0));
    const std::string hash = query.str(1);
    const Record record = TRY(decode(database, seq, hash, query.bytes(2)));
    if (seq >= last.cut) {
      for (const InventoryChange& change : record.inventory) fold(folded, change);
      before_cut = {seq, hash};
    }
    candidates.push_back({seq, hash, stays(record, txns, oldest_event)});
    if (record.type == RecordType::event) {
      newest_event[codec::to_json(Value::array({record.body["event"], record.body["scopes"]}))] =
          candidates.size() - 1;
    }
  }
  // A pause holds, and what was configured is known, however long ago that was.
  for (const auto& [name, index] : newest_event) candidates[index].stays = true;
  crypto::Sha256 retained;
  for (const Candidate& one : candidates) {
    if (one.stays) {
      retained.update(std::to_string(one.seq) + " " + one.hash + "\n");
    } else {
      out.remove.push_back(one.seq);
    }
  }
  out.inventory = inventory_text(folded);
  out.body =
      Value::object({{"cut", cut},
                     {"chain", Value::object({{"seq", before_cut.seq}, {"hash", before_cut.hash}})},
                     {"retained", retained.finish()},
                     {"inventory", crypto::sha256(out.inventory)},
                     {"removed", out.remove.size()}});
  return out;
}

Result<> remove_records(Database& database, const std::vector<Seq>& remove) {
  for (const Seq seq : remove) {
    TRY(database.run("DELETE FROM records WHERE seq=?", {seq}));
    TRY(database.run("DELETE FROM accepted_breaks WHERE seq=?", {seq}));
  }
  return database.script(
      "DELETE FROM event_scopes WHERE NOT EXISTS("
      "  SELECT 1 FROM records r WHERE r.seq=event_scopes.seq);"
      "DELETE FROM txns WHERE NOT EXISTS(SELECT 1 FROM records r WHERE r.txn=txns.txn);"
      "DELETE FROM txn_scopes WHERE NOT EXISTS("
      "  SELECT 1 FROM records r WHERE r.txn=txn_scopes.txn);");
}

Result<> remove_unnamed_blobs(Database& database, const std::set<Digest>& keep) {
  std::set<Digest> named = keep;
  {
    Query records = TRY(database.query("SELECT seq, hash, text FROM records"));
    while (TRY(records.next())) {
      const Record record = TRY(decode(database, static_cast<Seq>(records.integer(0)),
                                       records.bytes(1), records.bytes(2)));
      for (const BlobRef& blob : record.blobs) named.insert(blob.digest);
    }
  }
  std::vector<std::int64_t> unnamed;
  {
    Query blobs = TRY(database.query("SELECT id, digest FROM blobs"));
    while (TRY(blobs.next())) {
      if (!named.contains(blobs.str(1))) unnamed.push_back(blobs.integer(0));
    }
  }
  for (const std::int64_t id : unnamed) TRY(database.run("DELETE FROM blobs WHERE id=?", {id}));
  return {};
}

}  // namespace rumbo::store
