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

namespace rumbo::source {

class GitSource {
 public:
  /// Mirrors live below `directory` (an absolute path), one folder for each repository.
  GitSource(std::string directory, io::Env& env)
      : directory_(std::move(directory)), env_(env), runner_(env) {}

  /// As Source's.
  Result<Revision> resolve(const GitSpec& spec, const Cancel& cancel);
  Result<std::shared_ptr<const Snapshot>> fetch(const GitSpec& spec, const Revision& revision,
                                                const SourceBounds& bounds,
                                                const Cancel& cancel);
  Result<bool> changed(const GitSpec& spec, const Revision& a, const Revision& b,
                       const Cancel& cancel);

 private:
  using Tree = std::vector<TreeEntry>;
  struct State {
    std::map<std::string, std::shared_ptr<GitMirror>> mirrors;  // by URL
    std::map<std::string, std::weak_ptr<const Tree>> trees;     // by directory and commit
  };

  std::shared_ptr<GitMirror> mirror(const GitUrl& url);
  Result<std::shared_ptr<const Tree>> tree(GitMirror& mirror, const std::string& commit,
                                           const Cancel& cancel);

  const std::string directory_;
  io::Env& env_;
  const GitRunner runner_;
  Guarded<State> state_;
};

}  // namespace rumbo::source
