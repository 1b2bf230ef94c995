// Chain: hashing records, reading them back with their hash checked, and verifying their links.
//
// Threads: one at a time per database.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "model/journal.h"
#include "store/database.h"

namespace rumbo::store {

/// "sha256:" + hex(SHA-256(prev ‖ text)), where text is to_json(canonical_value(record)).
Digest chain_hash(std::string_view prev, std::string_view text);

/// Reads a record from its stored text and hash. Code::corrupt names the record if it is not what
/// was hashed, unless an operator has accepted that.
Result<Record> decode(Database& database, Seq seq, std::string_view hash, std::string_view text);

/// The newest checkpoint; cut 0 without one. Records before the cut may be missing.
struct Checkpoint {
  Seq seq = 0;
  Seq cut = 0;
  Head before_cut;   ///< the last record of the replaced prefix
  Digest retained;   ///< of the prefix's records that were kept, see retained_digest()
  Digest inventory;  ///< blob: the inventory as it was before the cut
};
Result<Checkpoint> newest_checkpoint(Database& database);
Checkpoint checkpoint_from(const Record& record);

/// Over "seq hash\n" of all stored records before the cut: what a checkpoint says it kept.
Result<Digest> retained_digest(Database& database, Seq cut);

/// Checks every record in [from, to] and the links between them, to the one before, and across the
/// checkpoint. Code::corrupt names the first record that is broken or missing.
Result<> verify_chain(Database& database, Seq from, Seq to);

}  // namespace rumbo::store
