// The SQLite journal on a simulated disk, for rigs and contract tests: a crash loses what was not
// synced, torn and out of order as disks do it.
#pragma once

#include <memory>

#include "rig.h"

namespace rumbo::simtest {

/// As memory_journal_maker(), with SQLite on a MemoryFileSystem below it.
std::unique_ptr<JournalMaker> sqlite_journal_maker(const Clock& clock);

}  // namespace rumbo::simtest
