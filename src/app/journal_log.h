// JournalLog: the turning points of deployments as lines of the daemon's log, so that whoever
// follows it (journalctl, a log collector) sees what began and how it ended without asking.
//
// Threads: any.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/guarded.h"
#include "base/log.h"
#include "model/journal.h"

namespace rumbo::app {

class JournalLog {
 public:
  /// Logs what is appended from now on, until the subscription ends; outlives it. Knows of the
  /// transactions that are open already.
  Result<std::unique_ptr<Journal::Subscription>> attach(Journal& journal);

 private:
  void observe(const Record& record);
  /// "t-000065: shop@dev committed at main@203c337"; "t-000065 (shop@dev): restored" where the
  /// sentence does not name them itself.
  std::string line_of(const Record& record);

  Guarded<std::map<TxnId, std::string>> open_;  // the scopes of each open transaction
};

/// How much a record matters to who reads a log; nothing for the steps within a transaction (they
/// are in `rumbo show`) and for what the daemon logs itself, beside noting it.
std::optional<LogLevel> level_of(const Record& record);

}  // namespace rumbo::app
