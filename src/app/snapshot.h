// Snapshot: a consistent copy of what a backup needs, beside the state it is a copy of.
//
// Threads: one at a time.
#pragma once

#include <string>

#include "base/result.h"
#include "base/value.h"
#include "io/env.h"
#include "store/sqlite_journal.h"

namespace rumbo::app {

/// Operations::snapshot() for a state directory: journal.db and the sealed records of its targets
/// in STATE/backup, which is made anew.
Result<Value> make_snapshot(store::SqliteJournal& journal, const std::string& state, io::Env& env);

}  // namespace rumbo::app
