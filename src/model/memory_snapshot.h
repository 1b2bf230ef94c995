// MemorySnapshot: a file tree held in memory, for generated trees and for tests.
//
// Threads: immutable after construction.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "model/source.h"

namespace rumbo {

class MemorySnapshot : public Snapshot {
 public:
  /// Paths relative to the root, '/'-separated.
  explicit MemorySnapshot(std::map<std::string, std::string> files, Revision revision = {})
      : files_(std::move(files)), revision_(std::move(revision)) {}

  const Revision& revision() const override { return revision_; }

  Result<std::vector<SnapshotFile>> list(std::string_view directory) const override {
    const std::string prefix = directory.empty() ? "" : std::string(directory) + "/";
    std::vector<SnapshotFile> found;
    for (auto it = files_.lower_bound(prefix); it != files_.end() && it->first.starts_with(prefix);
         ++it) {
      found.push_back({.path = it->first, .size = it->second.size()});
    }
    if (found.empty() && !directory.empty()) {
      return fail(Code::not_found, "no folder `" + std::string(directory) + "` in the tree");
    }
    return found;
  }

  Result<std::string> read(std::string_view path) const override {
    const auto it = files_.find(std::string(path));
    if (it == files_.end()) {
      return fail(Code::not_found, "no file `" + std::string(path) + "` in the tree");
    }
    return it->second;
  }

 private:
  std::map<std::string, std::string> files_;
  Revision revision_;
};

}  // namespace rumbo
