// Repair: going on after damage, on an operator's word.
//
// Threads: one at a time per database.
#pragma once

#include <vector>

#include "base/result.h"
#include "model/journal.h"
#include "store/database.h"

namespace rumbo::store {

struct Repair {
  Seq up_to = 0;
  std::vector<Seq> accepted;  ///< kept although hash or link is broken
  std::vector<Seq> rejected;  ///< not readable, or after up_to
  Head last;                  ///< what the record about the repair follows
  Seq next_seq = 0;           ///< the number of that record: above all there ever were
  Value body;                 ///< and what it says
};

/// Looks at all records; changes nothing. Code::invalid if there is no record up to `seq`.
Result<Repair> plan_repair(Database& database, Seq seq);

/// Moves rejected records to rejected_records, marks accepted ones, and folds the rest again.
Result<> apply_repair(Database& database, const Repair& repair);

}  // namespace rumbo::store
