// JournalLog: the turning points of deployments as lines of the daemon's log, so that whoever
// follows it (journalctl, a log collector) sees what began and how it ended without asking.
//
// Threads: level_of() and line_of() are pure; log_journal()'s lines come from the appending
// threads.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/log.h"
#include "model/journal.h"

namespace rumbo::app {

/// How much a record matters to who reads a log; nothing for the steps within a transaction (they
/// are in `rumbo show`) and for what the daemon logs itself, beside noting it.
std::optional<LogLevel> level_of(const Record& record);
/// "t-000065: shop@dev committed at main@203c337".
std::string line_of(const Record& record);

/// Logs what is appended from now on, until the subscription ends.
std::unique_ptr<Journal::Subscription> log_journal(Journal& journal);

}  // namespace rumbo::app
