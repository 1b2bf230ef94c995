// DirectorySnapshot: a directory on disk seen as a Snapshot, for checks before anything is in Git.
// It reads what is there at the time of each call. Symlinks are followed within the directory
// only.
//
// Threads: any.
#pragma once

#include <memory>
#include <string>

#include "io/filesystem.h"
#include "model/source.h"

namespace rumbo::source {

class DirectorySnapshot : public Snapshot {
 public:
  /// A directory, or one file, which is then all that the snapshot holds. Code::not_found without
  /// either. The file system outlives it.
  static Result<std::unique_ptr<DirectorySnapshot>> open(io::FileSystem& files,
                                                         const std::string& path,
                                                         const SourceBounds& bounds = {});

  const Revision& revision() const override { return revision_; }
  Result<std::vector<SnapshotFile>> list(std::string_view directory) const override;
  Result<std::string> read(std::string_view path) const override;

  /// The directory that paths count from.
  const std::string& root() const { return root_; }

 private:
  DirectorySnapshot(io::FileSystem& files, std::string root,
                    std::unique_ptr<io::Directory> directory, std::string only,
                    const SourceBounds& bounds);
  Result<std::string> resolve(std::string_view path) const;
  Result<> walk(const std::string& directory, int depth, std::vector<SnapshotFile>& out) const;
  std::string at(const std::string& relative) const;

  io::FileSystem& files_;
  const std::string root_;
  const std::unique_ptr<io::Directory> directory_;  ///< null: links are followed here
  const std::string only_;                          ///< the one file, relative to root_; empty: all
  const SourceBounds bounds_;
  Revision revision_;
};

}  // namespace rumbo::source
