// Readers of what git prints. Everything here comes from outside and is checked.
//
// Threads: any.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace rumbo::source {

/// A reference of a remote repository.
struct RemoteRef {
  std::string id;
  std::string name;     ///< "refs/heads/main"
  bool peeled = false;  ///< the commit behind the annotated tag of that name
  friend bool operator==(const RemoteRef&, const RemoteRef&) = default;
};

/// `git ls-remote`: "<id> TAB <name> LF" lines.
Result<std::vector<RemoteRef>> parse_ls_remote(std::string_view text);

struct TreeEntry {
  enum class Kind { file, executable, symlink, submodule };
  std::string path;
  std::string id;
  std::uint64_t size = 0;
  Kind kind = Kind::file;
  std::uint32_t repository = 0;  ///< which mirror of a snapshot holds it: 0, or a submodule's
  friend bool operator==(const TreeEntry&, const TreeEntry&) = default;
};

/// `git ls-tree -r -z -l`, sorted by path. Paths with "." or ".." or empty parts are refused.
Result<std::vector<TreeEntry>> parse_ls_tree(std::string_view text);

/// One line of `git diff-tree -r -z --raw`.
struct TreeChange {
  std::string path;
  std::optional<TreeEntry::Kind> before, after;  ///< nothing: it was not there, or is not
  std::string id;                                ///< of what is there after
  friend bool operator==(const TreeChange&, const TreeChange&) = default;
};

/// Sorted by path; the same rules for paths as above, and none twice.
Result<std::vector<TreeChange>> parse_diff_tree(std::string_view text);

struct GitObject {
  std::string name;  ///< the id, or for a missing one what was asked for
  std::string type;  ///< "blob"; empty if it is missing
  std::string content;
  friend bool operator==(const GitObject&, const GitObject&) = default;
};

/// `git cat-file --batch`: the objects in the order asked for.
Result<std::vector<GitObject>> parse_cat_file(std::string_view text);

/// The first line of a commit's message.
std::string subject_of(std::string_view commit);

/// 40 or 64 lower-case hex digits.
bool is_object_id(std::string_view text);

}  // namespace rumbo::source
