#include "source/git_trees.h"

#include <algorithm>

namespace rumbo::source {
namespace {

constexpr std::uint64_t kMaxCommit = 1ull << 20;
constexpr std::size_t kKeptOfOne = 2;          // of one repository
constexpr std::size_t kKeptEntries = 300'000;  // of all together, about 50 MB
constexpr std::size_t kMostChanges = 5'000;    // more are read anew

/// The list made from an earlier one's; nothing if that is not the better way.
std::optional<std::vector<TreeEntry>> from_earlier(const GitMirror& mirror,
                                                   const std::string& earlier,
                                                   const std::vector<TreeEntry>& entries,
                                                   const std::string& commit,
                                                   const Cancel& cancel) {
  const auto changes = mirror.compare(earlier, commit, cancel);
  if (!changes || changes->size() > kMostChanges) return std::nullopt;
  std::vector<std::string> ids;
  for (const TreeChange& change : *changes) {
    if (change.after && *change.after != TreeEntry::Kind::submodule) ids.push_back(change.id);
  }
  std::vector<std::uint64_t> sizes;
  if (!ids.empty()) {
    auto found = mirror.sizes(ids, cancel);
    if (!found) return std::nullopt;
    sizes = std::move(*found);
  }
  auto made = with_changes(entries, *changes, sizes);
  if (!made) return std::nullopt;
  return std::move(*made);
}

}  // namespace

Result<std::vector<TreeEntry>> with_changes(const std::vector<TreeEntry>& entries,
                                            const std::vector<TreeChange>& changes,
                                            const std::vector<std::uint64_t>& sizes) {
  std::vector<TreeEntry> out;
  out.reserve(entries.size() + changes.size());
  auto old = entries.begin();
  auto size = sizes.begin();
  for (const TreeChange& change : changes) {
    const auto from = std::lower_bound(
        old, entries.end(), change.path,
        [](const TreeEntry& entry, const std::string& path) { return entry.path < path; });
    out.insert(out.end(), old, from);
    old = from;
    const bool there = old != entries.end() && old->path == change.path;
    if (there != change.before.has_value()) {
      return fail(Code::corrupt, "the difference does not fit the list of files");
    }
    if (there) ++old;
    if (!change.after) continue;
    TreeEntry entry;
    entry.path = change.path;
    entry.id = change.id;
    entry.kind = *change.after;
    if (entry.kind != TreeEntry::Kind::submodule) {
      if (size == sizes.end()) return fail(Code::corrupt, "a size is missing");
      entry.size = *size++;
    }
    out.push_back(std::move(entry));
  }
  out.insert(out.end(), old, entries.end());
  return out;
}

std::optional<GitTrees::Commit> GitTrees::find(const std::string& mirror, const std::string& id) {
  return kept_.with([&](std::list<Kept>& kept) -> std::optional<Commit> {
    for (auto it = kept.begin(); it != kept.end(); ++it) {
      if (it->mirror != mirror || (!id.empty() && it->id != id)) continue;
      if (!id.empty()) kept.splice(kept.begin(), kept, it);
      return it->commit;
    }
    return std::nullopt;
  });
}

void GitTrees::keep(Kept added) {
  kept_.with([&](std::list<Kept>& kept) {
    std::size_t entries = 0, of_one = 0;
    const std::string mirror = added.mirror;
    kept.push_front(std::move(added));
    for (auto it = kept.begin(); it != kept.end();) {
      entries += it->commit.entries->size() + 100;
      if (it->mirror == mirror) ++of_one;
      const bool too_many = (it->mirror == mirror && of_one > kKeptOfOne) || entries > kKeptEntries;
      if (too_many && it != kept.begin()) {
        entries -= it->commit.entries->size() + 100;
        it = kept.erase(it);
      } else {
        ++it;
      }
    }
  });
}

Result<GitTrees::Commit> GitTrees::get(const GitMirror& mirror, const std::string& commit,
                                       const Cancel& cancel) {
  const std::string& name = mirror.directory();
  if (auto known = find(name, commit)) return *std::move(known);
  Commit made;
  std::string earlier;
  std::shared_ptr<const std::vector<TreeEntry>> entries;
  kept_.with([&](const std::list<Kept>& kept) {
    for (const Kept& one : kept) {
      if (one.mirror != name) continue;
      earlier = one.id;
      entries = one.commit.entries;
      return;
    }
  });
  if (entries) {
    if (auto next = from_earlier(mirror, earlier, *entries, commit, cancel)) {
      made.entries = std::make_shared<const std::vector<TreeEntry>>(std::move(*next));
    }
  }
  if (!made.entries) {
    made.entries = std::make_shared<const std::vector<TreeEntry>>(TRY(mirror.tree(commit, cancel)));
  }
  const auto object = TRY(mirror.read({commit}, kMaxCommit, cancel));
  made.subject = subject_of(object.front().content);
  keep({name, commit, made});
  return made;
}

}  // namespace rumbo::source
