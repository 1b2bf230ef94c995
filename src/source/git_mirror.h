// GitMirror: the local bare copy of one remote repository, a cache of the commits that were wanted.
//
// Every commit fetched whole has a reference refs/rumbo/<id>; only those count as present, so a
// fetch that was killed half way leaves nothing that is taken for complete.
// Threads: any; calls that write wait for each other.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/guarded.h"
#include "source/git_object_cache.h"
#include "source/git_parse.h"
#include "source/git_runner.h"

namespace rumbo::source {

class GitMirror {
 public:
  GitMirror(GitRunner runner, std::string directory, GitUrl url)
      : runner_(runner), directory_(std::move(directory)), url_(std::move(url)) {}

  /// True if this commit and all its files are here.
  Result<bool> has(const std::string& commit, const Cancel& cancel) const;

  /// Brings the commit here: alone if the server allows it, else by a reference. `most` bounds the
  /// transfer, in bytes.
  Result<> fetch(const GitSpec& spec, const Revision& revision, std::uint64_t most,
                 const Cancel& cancel);

  /// The tag of that name as the remote has it now, or, without the remote, as it was brought last;
  /// it must be of this commit. Returns its object: an annotated tag's own.
  Result<GitObject> tag(const GitSpec& spec, const std::string& name, const std::string& commit,
                        std::uint64_t most, const Cancel& cancel);

  /// Replaces a mirror whose files are damaged by a new one with this commit; if that fails, the
  /// old one stays.
  Result<> rebuild(const GitSpec& spec, const Revision& revision, std::uint64_t most,
                   const Cancel& cancel);

  /// All files of the commit, sorted by path.
  Result<std::vector<TreeEntry>> tree(const std::string& commit, const Cancel& cancel) const;

  /// Objects by id or `commit:path`, in this order; `bytes` bounds what they hold together.
  Result<std::vector<GitObject>> read(const std::vector<std::string>& names, std::uint64_t bytes,
                                      const Cancel& cancel) const;

  /// The files that differ between two commits that are here.
  Result<std::vector<TreeChange>> compare(const std::string& from, const std::string& to,
                                          const Cancel& cancel) const;

  /// The sizes of these objects, in this order.
  Result<std::vector<std::uint64_t>> sizes(const std::vector<std::string>& ids,
                                           const Cancel& cancel) const;

  const GitUrl& url() const { return url_; }
  const GitRunner& runner() const { return runner_; }
  const std::string& directory() const { return directory_; }

 private:
  class Turn;

  Result<> prepare(const Cancel& cancel);
  Result<> remove_stale_locks();
  /// What killed transfers left; the size of the largest.
  std::uint64_t remove_partial_packs();
  Result<> fetch_here(const GitSpec& spec, const Revision& revision, std::uint64_t most,
                      const Cancel& cancel);
  Result<> fetch_by_reference(const GitSpec& spec, const Revision& revision, std::uint64_t most,
                              const Error& why, const Cancel& cancel);
  Result<> tidy(const std::string& keep, const Cancel& cancel);
  GitRunner::Call local(std::vector<std::string> words) const;
  GitRunner::Call remote(const GitSpec& spec, std::uint64_t most,
                         std::vector<std::string> words) const;

  const GitRunner runner_;
  const std::string directory_;
  const GitUrl url_;
  Mutex mutex_;
  Condition changed_;
  bool busy_ GUARDED_BY(mutex_) = false;
  mutable GitObjectCache cache_;
  mutable Guarded<std::set<std::string>> known_;  ///< commits seen here: asking git takes a process
};

}  // namespace rumbo::source
