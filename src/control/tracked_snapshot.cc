#include "control/tracked_snapshot.h"

#include <algorithm>
#include <optional>

#include "base/strings.h"

namespace rumbo::control {
namespace {

/// Without "." and empty parts, as changes name files.
std::string plain(std::string_view path) {
  std::string out;
  for (const auto part : split(path, '/')) {
    if (part.empty() || part == ".") continue;
    if (!out.empty()) out += '/';
    out += part;
  }
  return out;
}

/// The folder of a path, up to the root ""; nothing above that.
std::optional<std::string_view> parent(std::string_view path) {
  if (path.empty()) return std::nullopt;
  const auto slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

}  // namespace

Result<std::vector<SnapshotFile>> TrackedSnapshot::list(std::string_view directory) const {
  const auto trail = under_->trail(directory);
  inputs_.with([&](Inputs& inputs) {
    for (const std::string& path : trail) inputs.folders.insert(plain(path));
  });
  return under_->list(directory);
}

Result<std::string> TrackedSnapshot::read(std::string_view path) const {
  const auto trail = under_->trail(path);
  inputs_.with([&](Inputs& inputs) {
    for (const std::string& one : trail) inputs.files.insert(plain(one));
  });
  return under_->read(path);
}

ChangeSet::ChangeSet(const std::vector<FileChange>& changes) {
  for (const FileChange& change : changes) {
    paths_.insert(change.path);
    // A list names files; what is in them is known only to those who read.
    if (change.content_only) continue;
    for (auto folder = parent(change.path); folder; folder = parent(*folder)) {
      folders_.emplace(*folder);
    }
  }
}

bool ChangeSet::touches(const Inputs& inputs) const {
  for (const auto* wanted : {&inputs.files, &inputs.folders}) {
    for (const std::string& path : *wanted) {
      if (paths_.contains(path)) return true;
      // What was a folder on the way may have become a link or another submodule.
      for (auto folder = parent(path); folder; folder = parent(*folder)) {
        if (paths_.contains(*folder)) return true;
      }
    }
  }
  return std::any_of(inputs.folders.begin(), inputs.folders.end(),
                     [&](const std::string& folder) { return folders_.contains(folder); });
}

}  // namespace rumbo::control
