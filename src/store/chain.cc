#include "store/chain.h"

#include "codec/json.h"
#include "crypto/digest.h"

namespace rumbo::store {
namespace {

Result<bool> accepted(Database& database, Seq seq) {
  return TRY(database.integer("SELECT 1 FROM accepted_breaks WHERE seq=?", {seq})).has_value();
}

tl::unexpected<Error> broken(Seq seq, const std::string& why) {
  return fail(Error(Code::corrupt, "journal record " + std::to_string(seq) + " " + why)
                  .with_hint("`rumbo recover --accept-journal-up-to SEQ` goes on after a look at "
                             "what is there"));
}

}  // namespace

Digest chain_hash(std::string_view prev, std::string_view text) {
  crypto::Sha256 hasher;
  hasher.update(prev);
  hasher.update(text);
  return hasher.finish();
}

Result<Record> decode(Database& database, Seq seq, std::string_view hash, std::string_view text) {
  auto value = codec::parse_json(text);
  if (!value) return broken(seq, "is not readable");
  auto record = record_from(*value);
  if (!record) return broken(seq, "is not readable: " + record.error().message());
  const bool intact = record->seq == seq && chain_hash(record->prev, text) == hash;
  if (!intact && !TRY(accepted(database, seq))) {
    return broken(seq, "does not match its hash");
  }
  record->hash = hash;
  return record;
}

Checkpoint checkpoint_from(const Record& record) {
  Checkpoint out;
  out.seq = record.seq;
  out.cut = record.body["cut"].as_uint();
  out.before_cut = {record.body["chain"]["seq"].as_uint(), record.body["chain"]["hash"].str()};
  out.retained = record.body["retained"].str();
  out.inventory = record.body["inventory"].str();
  return out;
}

Result<Checkpoint> newest_checkpoint(Database& database) {
  Query query = TRY(database.query(
      "SELECT seq, hash, text FROM records WHERE type='checkpoint' ORDER BY seq DESC LIMIT 1"));
  if (!TRY(query.next())) return Checkpoint{};
  const auto seq = static_cast<Seq>(query.integer(0));
  return checkpoint_from(TRY(decode(database, seq, query.bytes(1), query.bytes(2))));
}

Result<Digest> retained_digest(Database& database, Seq cut) {
  crypto::Sha256 hasher;
  Query query =
      TRY(database.query("SELECT seq, hash FROM records WHERE seq<? ORDER BY seq", {cut}));
  while (TRY(query.next())) {
    hasher.update(std::to_string(query.integer(0)) + " ");
    hasher.update(query.bytes(1));
    hasher.update("\n");
  }
  return hasher.finish();
}

Result<> verify_chain(Database& database, Seq from, Seq to) {
  const Checkpoint checkpoint = TRY(newest_checkpoint(database));
  from = std::max<Seq>(from, 1);
  if (checkpoint.cut > 0 && from < checkpoint.cut &&
      TRY(retained_digest(database, checkpoint.cut)) != checkpoint.retained) {
    return broken(checkpoint.seq, "kept other records before " + std::to_string(checkpoint.cut) +
                                      " than are there now");
  }
  // The record before the range gives the first link.
  Head last{from - 1, ""};
  if (from == checkpoint.cut) {
    last = checkpoint.before_cut;
  } else if (auto hash = TRY(database.text("SELECT hash FROM records WHERE seq=?", {from - 1}))) {
    last.hash = *std::move(hash);
  }
  Query query = TRY(database.query(
      "SELECT seq, hash, text FROM records WHERE seq BETWEEN ? AND ? ORDER BY seq", {from, to}));
  while (TRY(query.next())) {
    const auto seq = static_cast<Seq>(query.integer(0));
    // Below the cut, gaps are what compaction left; the digest above has vouched for them.
    if (last.seq + 1 < checkpoint.cut && seq >= checkpoint.cut) last = checkpoint.before_cut;
    const bool in_prefix = seq < checkpoint.cut;
    const bool follows = seq == last.seq + 1;
    if (!follows && !in_prefix && !TRY(accepted(database, seq))) {
      return broken(last.seq + 1, "is missing");
    }
    const Record record = TRY(decode(database, seq, query.bytes(1), query.bytes(2)));
    // Without a known hash before it (the range begins behind a gap) there is no link to check.
    const bool link_known = follows && (!last.hash.empty() || last.seq == 0);
    if (link_known && record.prev != last.hash && !TRY(accepted(database, seq))) {
      return broken(seq, "does not follow from the one before it");
    }
    last = {seq, record.hash};
  }
  if (last.seq < to && to >= checkpoint.cut) {
    const auto head = TRY(database.integer("SELECT max(seq) FROM records")).value_or(0);
    if (static_cast<Seq>(head) > last.seq) return broken(last.seq + 1, "is missing");
  }
  return {};
}

}  // namespace rumbo::store
