// Loader: reads the files of one kustomization's directory, and opens the directories it names.
//
// Threads: belongs to one render at a time.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "render/kustomize/build.h"

namespace rumbo::render::kustomize {

class Loader {
 public:
  /// The directory of the tree where the build starts; "" is its root.
  static Result<std::shared_ptr<const Loader>> start(Build& build, std::string_view directory);

  /// The bytes of a file named relative to the directory; nothing above the directory unless the
  /// build permits it, and never outside the tree.
  Result<std::string> load(const std::string& path) const;
  /// A base or component: another directory of the tree, or a remote one that was fetched.
  /// Code::invalid for a file, a cycle, or a path out of the tree.
  Result<std::shared_ptr<const Loader>> open(const std::string& path) const;

  /// The kustomization file's name and text.
  struct File {
    std::string name, text;
  };
  Result<File> kustomization() const;

  /// A path as one of the tree, wherever in it; Code::denied if it leads out of it.
  Result<std::string> place(const std::string& path) const;
  const Snapshot& tree() const { return tree_; }
  /// Notes that a file of the tree was read.
  void note(const std::string& place) const;

  const std::string& directory() const { return directory_; }
  /// As messages name it: "." for the tree's root, or the whole path if the options tell it.
  std::string shown() const { return shown(directory_); }
  /// A file of this directory as messages and provenance name it.
  std::string locate(const std::string& path) const;
  /// The same for a path of the tree.
  std::string in_tree(const std::string& place) const { return prefix_ + place; }

 private:
  Loader(Build& build, const Snapshot& tree, std::string directory);
  Result<std::shared_ptr<const Loader>> open_remote(const std::string& url) const;
  Result<std::string> resolve(const std::string& path) const;
  std::string shown(const std::string& place) const;
  Result<> check_cycle(const Snapshot& tree, const std::string& directory) const;

  Build& build_;
  const Snapshot& tree_;
  std::string directory_;
  std::string prefix_;  ///< of names of remote files: the remote location
  const Loader* opener_ = nullptr;
  std::shared_ptr<const Loader> keeps_opener_;
  int depth_ = 0;
};

}  // namespace rumbo::render::kustomize
