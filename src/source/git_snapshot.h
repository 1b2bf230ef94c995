// GitSnapshot: the files of one commit. The list is in memory; contents are read from the mirror
// when first wanted, many at a time.
//
// Threads: any.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/guarded.h"
#include "model/source.h"
#include "source/git_mirror.h"

namespace rumbo::source {

class GitSnapshot : public Snapshot {
 public:
  /// `home` is the folder whose files are read together; entries name their mirror by number.
  /// Code::too_large if what is below it exceeds the bounds.
  static Result<std::shared_ptr<const Snapshot>> open(
      std::vector<std::shared_ptr<GitMirror>> mirrors,
      std::shared_ptr<const std::vector<TreeEntry>> tree, Revision revision,
      const std::string& home, const SourceBounds& bounds, io::Env& env);

  const Revision& revision() const override { return revision_; }
  Result<std::vector<SnapshotFile>> list(std::string_view directory) const override;
  Result<std::string> read(std::string_view path) const override;
  std::vector<std::string> trail(std::string_view path) const override;
  std::vector<std::string> warnings() const override;

 private:
  GitSnapshot(std::vector<std::shared_ptr<GitMirror>> mirrors,
              std::shared_ptr<const std::vector<TreeEntry>> tree, Revision revision,
              std::string home, SourceBounds bounds, io::Env& env)
      : mirrors_(std::move(mirrors)),
        tree_(std::move(tree)),
        revision_(std::move(revision)),
        home_(std::move(home)),
        bounds_(bounds),
        env_(env) {}

  using Contents = std::map<std::string, std::string, std::less<>>;  // by object id

  const TreeEntry* find(std::string_view path) const;
  std::span<const TreeEntry> below(std::string_view directory) const;
  Result<std::string> content(const TreeEntry& entry) const;
  /// The path with every symlink on its way replaced; those are added to `links` if it is given.
  Result<std::string> resolved(std::string_view path,
                               std::vector<std::string>* links = nullptr) const;
  std::vector<const TreeEntry*> companions(const TreeEntry& entry) const;

  const std::vector<std::shared_ptr<GitMirror>> mirrors_;
  const std::shared_ptr<const std::vector<TreeEntry>> tree_;
  const Revision revision_;
  const std::string home_;
  const SourceBounds bounds_;
  io::Env& env_;
  mutable Guarded<Contents> contents_;
  mutable Guarded<std::set<std::string>> pointers_;  ///< files read that only name one of Git LFS
};

/// A path inside a repository without leading or trailing '/' and "." parts; ".." is refused.
Result<std::string> normal_path(std::string_view path);

}  // namespace rumbo::source
