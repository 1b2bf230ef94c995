// RecordText: the canonical text of a record, printed in two steps. What the draft says is most of
// it, and is printed by the thread that wrote the draft; the rest is known only when the record has
// its place in the chain, where everybody waits.
//
// Threads: immutable.
#pragma once

#include <string>

#include "model/record.h"

namespace rumbo::store {

class RecordText {
 public:
  explicit RecordText(const Draft& draft);

  /// codec::to_json(canonical_value(record)) of the record that was made of the draft.
  std::string finish(const Record& record) const;

 private:
  std::string actor_;
  std::string content_;  ///< blobs, body
  std::string epoch_;    ///< epoch, inventory, participant
  std::string place_;    ///< step, txn, type
};

}  // namespace rumbo::store
