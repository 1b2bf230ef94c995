// OverlayTree: the directory tree that a Kustomize overlay may use: its Git repository, or the
// whole file system where there is none.
//
// Threads: any.
#pragma once

#include <memory>
#include <string>

#include "app/invocation.h"
#include "base/result.h"
#include "io/filesystem.h"
#include "source/directory_snapshot.h"

namespace rumbo::app {

struct OverlayTree {
  std::unique_ptr<source::DirectorySnapshot> snapshot;
  std::string directory;  ///< of the overlay in the snapshot

  static Result<OverlayTree> open(io::FileSystem& files, const std::string& path);
  /// A place in the tree ("base/x.yaml:3") as seen from the current directory.
  std::string from_here(const std::string& place) const;
};

/// Whether --load-restrictor permits files above the overlay; any word but Kustomize's two is an
/// error.
Result<bool> may_load_above(const Invocation& asked);

/// The path from the root on, without dots.
std::string absolute_path(const std::string& path);

/// True if the path is a directory with a kustomization file.
bool is_overlay(io::FileSystem& files, const std::string& path);

}  // namespace rumbo::app
