// StateDirectory: the directory of the journal, held by one process at a time.
//
// Threads: one, at open.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "io/filesystem.h"

namespace rumbo::store {

/// Makes the directory if it is missing (0700, durable) and locks directory/lock. The lock ends
/// with the File. Code::conflict if another process holds it.
Result<std::unique_ptr<io::File>> hold_state_directory(io::FileSystem& files,
                                                       const std::string& directory);

/// Writes the same bytes again and syncs them. After a failed sync the kernel may show content that
/// is not on disk and count it as clean; what SQLite reads from its log at open must be there.
Result<> settle_file(io::FileSystem& files, const std::string& path);

}  // namespace rumbo::store
