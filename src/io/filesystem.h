// FileSystem: all file access. The real one is POSIX; io/fake has one in memory that fails on
// demand and forgets unsynced writes.
//
// Threads: a FileSystem may be used from any thread, a File from one at a time. Paths are absolute
// or relative to the process's directory. Errors name the path; a full disk is Code::exhausted.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace rumbo::io {

struct OpenOptions {
  bool write = false;
  bool create = false;
  bool exclusive = false;  ///< with create: fail if it exists
  bool truncate = false;
  std::uint32_t mode = 0600;
};

struct FileInfo {
  std::uint64_t size = 0;
  bool directory = false;
  bool symlink = false;
  std::uint32_t mode = 0;
  std::uint32_t owner = 0;
  WallTime modified;
};

class File {
 public:
  virtual ~File() = default;
  /// Reads up to buffer.size() bytes at the offset; fewer only at the end of the file.
  virtual Result<std::size_t> read_at(std::uint64_t offset, std::span<std::uint8_t> buffer) = 0;
  virtual Result<> write_at(std::uint64_t offset, std::span<const std::uint8_t> bytes) = 0;
  virtual Result<> truncate(std::uint64_t size) = 0;
  /// Durable after it returns (fdatasync). After a failure the content on disk is unknown.
  virtual Result<> sync() = 0;
  virtual Result<std::uint64_t> size() = 0;
  /// An exclusive lock that ends with the File or the process; false if another holds it.
  virtual Result<bool> try_lock() = 0;
};

/// A directory that was opened: what is read through it lies in it, whatever becomes of its path.
class Directory {
 public:
  virtual ~Directory() = default;
  /// For reading. Symlinks on the way are followed within the directory only; one that leads out
  /// is Code::invalid.
  virtual Result<std::unique_ptr<File>> open(const std::string& path) = 0;
};

class FileSystem {
 public:
  virtual ~FileSystem() = default;
  virtual Result<std::unique_ptr<File>> open(const std::string& path,
                                             const OpenOptions& options) = 0;
  /// Null where the system cannot keep symlinks within a directory (Linux before 5.6).
  virtual Result<std::unique_ptr<Directory>> open_directory(const std::string& path);
  virtual Result<FileInfo> stat(const std::string& path) = 0;  ///< does not follow a last symlink
  /// Where a symlink points, as it is written; Code::invalid if the path is none.
  virtual Result<std::string> read_link(const std::string& path);
  virtual Result<std::vector<std::string>> list(
      const std::string& directory) = 0;  ///< names, sorted
  virtual Result<> make_directories(const std::string& path, std::uint32_t mode) = 0;
  virtual Result<> rename(const std::string& from, const std::string& to) = 0;
  virtual Result<> remove(const std::string& path) = 0;       ///< a file or an empty directory
  virtual Result<> remove_tree(const std::string& path) = 0;  ///< never follows symlinks
  /// Makes creations, renames and removals in this directory durable.
  virtual Result<> sync_directory(const std::string& path) = 0;
  /// Bytes free for this user on the file system of the path.
  virtual Result<std::uint64_t> free_bytes(const std::string& path) = 0;

  // Built on the above.
  /// The whole file; Code::too_large above `most` bytes.
  Result<std::string> read_all(const std::string& path, std::uint64_t most = 64ull << 20);
  /// Replaces a file so that a crash leaves the old or the new content, never a mix.
  Result<> write_atomic(const std::string& path, std::string_view bytes, std::uint32_t mode = 0600);
};

/// The rest of a file from its first byte; Code::too_large above `most` bytes. `path` is for
/// errors.
Result<std::string> read_whole(File& file, const std::string& path, std::uint64_t most);

/// The machine's own file system; lives as long as the process.
FileSystem& real_filesystem();

}  // namespace rumbo::io
