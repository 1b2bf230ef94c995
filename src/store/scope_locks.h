// ScopeLocks: who deploys what right now, in this process. Durability is not needed: locks are
// taken again by recovery from the open transactions.
//
// Threads: any. A lock may outlive the journal.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "base/guarded.h"
#include "base/result.h"
#include "model/journal.h"

namespace rumbo::store {

class ScopeLocks {
 public:
  /// As Journal::lock(): all or none, at once.
  Result<std::unique_ptr<ScopeLock>> lock(const std::vector<Scope>& scopes, const TxnId& holder);

 private:
  using Table = Guarded<std::map<Scope, TxnId>>;
  class Held;
  std::shared_ptr<Table> table_ = std::make_shared<Table>();
};

}  // namespace rumbo::store
