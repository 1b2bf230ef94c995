#include "store/repair.h"

#include "codec/json.h"
#include "store/chain.h"
#include "store/record_table.h"

namespace rumbo::store {
namespace {

Value list_of(const std::vector<Seq>& seqs) {
  constexpr std::size_t kMostListed = 1000;
  std::vector<Value> items;
  for (const Seq seq : seqs) {
    if (items.size() == kMostListed) break;
    items.emplace_back(seq);
  }
  return Value::array(std::move(items));
}

}  // namespace

Result<Repair> plan_repair(Database& database, Seq seq) {
  Repair out;
  out.up_to = seq;
  Seq highest = 0;
  Query query = TRY(database.query("SELECT seq, hash, text FROM records ORDER BY seq"));
  while (TRY(query.next())) {
    const auto at = static_cast<Seq>(query.integer(0));
    highest = at;
    const auto value = codec::parse_json(query.bytes(2));
    const auto record = value ? record_from(*value) : fail(Code::corrupt, "not readable");
    if (at > seq || !record) {
      out.rejected.push_back(at);
      continue;
    }
    const bool intact =
        record->seq == at && chain_hash(record->prev, query.bytes(2)) == query.bytes(1);
    const bool linked = at == out.last.seq + 1 && record->prev == out.last.hash;
    if (!intact || !linked) out.accepted.push_back(at);
    out.last = {at, query.str(1)};
  }
  if (out.last.seq == 0 && seq != 0) {
    return fail(Code::invalid, "the journal has no record up to " + std::to_string(seq));
  }
  out.next_seq = highest + 1;
  // The record about the repair itself may stand behind a gap.
  if (out.next_seq != out.last.seq + 1) out.accepted.push_back(out.next_seq);
  out.body = Value::object({{"what", "damage accepted"},
                            {"upTo", seq},
                            {"accepted", list_of(out.accepted)},
                            {"rejected", list_of(out.rejected)}});
  return out;
}

Result<> apply_repair(Database& database, const Repair& repair) {
  for (const Seq seq : repair.rejected) {
    TRY(database.run(
        "INSERT INTO rejected_records(seq, hash, text) SELECT seq, hash, text FROM records"
        " WHERE seq=?",
        {seq}));
    TRY(database.run("DELETE FROM records WHERE seq=?", {seq}));
  }
  for (const Seq seq : repair.accepted) {
    TRY(database.run("INSERT OR IGNORE INTO accepted_breaks VALUES(?)", {seq}));
  }
  return rebuild_folds(database);
}

}  // namespace rumbo::store
