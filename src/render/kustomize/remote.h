// Remote locations as kustomizations name them: `https://github.com/org/repo//path?ref=v1`,
// `git@host:org/repo.git`, `github.com/org/repo`.
//
// Threads: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "model/source.h"

namespace rumbo::render::kustomize {

struct Remote {
  std::string repository;  ///< what would be cloned
  std::string path;        ///< of the kustomization in it
  std::string ref;         ///< branch, tag or commit; empty: the default branch
};

/// nullopt if the text is a path of this tree.
std::optional<Remote> parse_remote(std::string_view text);

/// "https://host/file.yaml"
bool is_remote_file(std::string_view text);

/// Either of both: nothing of this tree.
inline bool is_remote(std::string_view text) {
  return is_remote_file(text) || parse_remote(text).has_value();
}

/// True if a fetched location is a single file, not a repository: its revision is the digest of its
/// bytes.
bool is_one_file(const Snapshot& snapshot);

}  // namespace rumbo::render::kustomize
