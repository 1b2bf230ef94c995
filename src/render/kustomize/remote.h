// Remote locations as kustomizations name them: `https://github.com/org/repo//path?ref=v1`,
// `git@host:org/repo.git`, `github.com/org/repo`.
//
// Threads: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

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

}  // namespace rumbo::render::kustomize
