// GitSource: desired state in Git repositories, read with the git program.
//
// Threads: any number.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/guarded.h"
#include "io/env.h"
#include "model/source.h"
#include "source/git_mirror.h"
#include "source/git_trees.h"
#include "source/git_verify.h"

namespace rumbo::source {

class GitSource {
 public:
  /// Mirrors live below `directory` (an absolute path), one folder for each repository.
  GitSource(std::string directory, io::Env& env)
      : directory_(std::move(directory)),
        env_(env),
        runner_(env),
        verifier_(directory_ + "/keyrings", env) {}

  /// As Source's.
  Result<Revision> resolve(const GitSpec& spec, const Cancel& cancel);
  Result<std::shared_ptr<const Snapshot>> fetch(const GitSpec& spec, const Revision& revision,
                                                const SourceBounds& bounds, const Cancel& cancel);
  Result<std::vector<FileChange>> changes(const GitSpec& spec, const Revision& from,
                                          const Revision& to, const Cancel& cancel);

 private:
  /// One for each repository and credentials: what was fetched with some is not here for others.
  std::shared_ptr<GitMirror> mirror(const GitUrl& url, const GitSpec& spec);
  Result<Revision> accepted(const GitSpec& spec, const GitUrl& url, Revision revision,
                            const Cancel& cancel);
  Result<> bring(GitMirror& mirror, const GitSpec& spec, const Revision& revision,
                 const SourceBounds& bounds, const Cancel& cancel);
  /// The files of all submodules, added to those of the repository.
  Result<> add_submodules(std::vector<std::shared_ptr<GitMirror>>& mirrors,
                          std::vector<TreeEntry>& entries, const GitSpec& spec,
                          const SourceBounds& bounds, const Cancel& cancel);

  const std::string directory_;
  io::Env& env_;
  const GitRunner runner_;
  GitVerifier verifier_;
  GitTrees trees_;
  Guarded<std::map<std::string, std::shared_ptr<GitMirror>>> mirrors_;  // by URL
};

}  // namespace rumbo::source
