// GitTrees: the lists of files of the commits used last. The next commit's list is made from the
// last one's and what differs, so that a small commit of a large repository costs little.
//
// Threads: any.
#pragma once

#include <list>
#include <memory>
#include <string>
#include <vector>

#include "base/guarded.h"
#include "source/git_mirror.h"

namespace rumbo::source {

class GitTrees {
 public:
  struct Commit {
    std::shared_ptr<const std::vector<TreeEntry>> entries;  ///< sorted by path
    std::string subject;                                    ///< the first line of its message
  };

  /// The files of a commit that the mirror holds.
  Result<Commit> get(const GitMirror& mirror, const std::string& commit, const Cancel& cancel);

 private:
  struct Kept {
    std::string mirror, id;
    Commit commit;
  };
  std::optional<Commit> find(const std::string& mirror, const std::string& id);
  void keep(Kept kept);

  Guarded<std::list<Kept>> kept_;  ///< newest use first
};

/// The list after these changes; `sizes` are those of the changes that leave a file, in order.
/// Code::corrupt if the changes do not fit the list.
Result<std::vector<TreeEntry>> with_changes(const std::vector<TreeEntry>& entries,
                                            const std::vector<TreeChange>& changes,
                                            const std::vector<std::uint64_t>& sizes);

}  // namespace rumbo::source
