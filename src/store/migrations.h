// Migrations: the schema of the journal database, one step per version (PRAGMA user_version).
//
// Threads: one at a time, at open.
#pragma once

#include <span>
#include <string_view>

#include "base/result.h"
#include "store/database.h"

namespace rumbo::store {

/// The SQL that leads from the version before to this one; the first leads to version 1.
using Migration = const char*;

/// All steps of this build, in order.
std::span<const Migration> migrations();

/// Runs the steps the database lacks, each in a transaction of its own, durable on return.
/// Code::unsupported for a database that a newer build has written.
Result<> migrate(Database& database, Vfs& vfs, std::span<const Migration> steps);

}  // namespace rumbo::store
