// volume_size: what keeps an emptyDir within its sizeLimit: a memory file system of that size, or
// the size that was measured.
//
// Threads: any.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "io/filesystem.h"

namespace rumbo::target::podman {

/// Mounts a memory file system of `bytes` on a directory, unless one is there.
Result<> mount_memory(const std::string& directory, std::uint64_t bytes, std::uint32_t mode);
/// Takes away what mount_memory() put on directories in this one.
void unmount_below(io::FileSystem& files, const std::string& directory);
/// Bytes on disk of all files below a directory, on its own file system, links not followed; what
/// goes or cannot be read meanwhile counts nothing. A walk ends after a million files.
std::uint64_t bytes_below(const std::string& directory);

}  // namespace rumbo::target::podman
