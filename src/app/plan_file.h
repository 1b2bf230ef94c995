// Plan files: what `plan --out` writes and `sync --plan` runs, so that exactly what was read and
// approved is deployed.
//
// Threads: one.
#pragma once

#include <string>

#include "base/result.h"
#include "base/value.h"
#include "control/operations.h"
#include "io/filesystem.h"

namespace rumbo::app {

/// Takes the answer of Operations::plan() and what it was asked for; Code::invalid unless it holds
/// exactly one plan.
Result<> write_plan_file(io::FileSystem& files, const std::string& path, const Value& answer,
                         const control::SyncOptions& options);
/// Fills the applications, revision and digest that the file names; what was asked for besides it
/// must agree.
Result<> read_plan_file(io::FileSystem& files, const std::string& path,
                        control::SyncOptions& options);

}  // namespace rumbo::app
