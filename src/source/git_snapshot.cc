#include "source/git_snapshot.h"

#include <algorithm>

#include "base/strings.h"

namespace rumbo::source {
namespace {

constexpr std::uint64_t kTogether = 32ull << 20;  // bytes read at a time beyond what was asked for
constexpr std::uint64_t kSmall = 1ull << 20;      // larger files are read only when asked for
constexpr std::uint64_t kMaxLink = 4096;
constexpr int kMaxLinks = 40;
constexpr Duration kReadTimeout = 1min;
constexpr std::size_t kMostWarnings = 20;

/// What stands in the tree instead of a file that Git LFS keeps elsewhere.
bool is_lfs_pointer(std::string_view text) {
  return text.size() < 1024 && text.starts_with("version https://git-lfs.github.com/spec/");
}

std::string quoted(std::string_view path) {
  return "`" + printable(path, 512) + "`";
}

std::string_view parent_of(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

bool is_below(std::string_view path, std::string_view folder) {
  return folder.empty() ||
         (path.size() > folder.size() && path.starts_with(folder) && path[folder.size()] == '/');
}

tl::unexpected<Error> no_such(const char* what, std::string_view path) {
  return fail(
      Error(Code::not_found, std::string("no ") + what + " " + quoted(path) + " in the repository")
          .with_hint("check the path; letter case counts"));
}

}  // namespace

Result<std::string> normal_path(std::string_view path) {
  std::string out;
  for (const auto part : split(path, '/')) {
    if (part.empty() || part == ".") continue;
    if (part == "..") return fail(Code::invalid, "path " + quoted(path) + " must not contain `..`");
    if (part.find_first_of(std::string_view("\n\0", 2)) != std::string_view::npos) {
      return fail(Code::invalid, "path " + quoted(path) + " holds a control character");
    }
    if (!out.empty()) out += '/';
    out += part;
  }
  return out;
}

Result<std::shared_ptr<const Snapshot>> GitSnapshot::open(
    std::vector<std::shared_ptr<GitMirror>> mirrors,
    std::shared_ptr<const std::vector<TreeEntry>> tree, Revision revision, const std::string& home,
    const SourceBounds& bounds, io::Env& env) {
  std::shared_ptr<GitSnapshot> snapshot(
      new GitSnapshot(std::move(mirrors), std::move(tree), std::move(revision), home, bounds, env));
  std::uint64_t bytes = 0;
  std::size_t files = 0;
  for (const TreeEntry& entry : snapshot->below(home)) {
    bytes += entry.size;
    ++files;
  }
  const std::string where = home.empty() ? "the repository" : quoted(home);
  const auto too_large = [&](const std::string& what) {
    return fail(Error(Code::too_large, where + " holds " + what)
                    .with_hint("set source.git.path to the folder that is deployed"));
  };
  if (files > bounds.max_files) {
    return too_large(std::to_string(files) + " files, more than " +
                     std::to_string(bounds.max_files));
  }
  if (bytes > bounds.max_bytes) {
    return too_large(std::to_string(bytes) + " bytes, more than " +
                     std::to_string(bounds.max_bytes));
  }
  return snapshot;
}

const TreeEntry* GitSnapshot::find(std::string_view path) const {
  const auto it = std::lower_bound(
      tree_->begin(), tree_->end(), path,
      [](const TreeEntry& entry, std::string_view wanted) { return entry.path < wanted; });
  return it != tree_->end() && it->path == path ? &*it : nullptr;
}

std::span<const TreeEntry> GitSnapshot::below(std::string_view directory) const {
  if (directory.empty()) return *tree_;
  const std::string first = std::string(directory) + "/";
  const std::string last = std::string(directory) + static_cast<char>('/' + 1);
  const auto less = [](const TreeEntry& entry, const std::string& wanted) {
    return entry.path < wanted;
  };
  const auto from = std::lower_bound(tree_->begin(), tree_->end(), first, less);
  const auto to = std::lower_bound(from, tree_->end(), last, less);
  return {from, to};
}

Result<std::vector<SnapshotFile>> GitSnapshot::list(std::string_view directory) const {
  const std::string wanted = TRY(normal_path(directory));
  const std::string real = TRY(resolved(wanted));
  const auto entries = below(real);
  if (entries.empty() && !wanted.empty()) return no_such("folder", wanted);
  std::vector<SnapshotFile> files;
  for (const TreeEntry& entry : entries) {
    if (entry.kind == TreeEntry::Kind::submodule) continue;
    SnapshotFile file;
    // Under the name asked for, also where that is a symlink to a folder.
    file.path = real == wanted ? entry.path : wanted + entry.path.substr(real.size());
    file.size = entry.size;
    file.executable = entry.kind == TreeEntry::Kind::executable;
    file.symlink = entry.kind == TreeEntry::Kind::symlink;
    files.push_back(std::move(file));
  }
  return files;
}

Result<std::string> GitSnapshot::read(std::string_view path) const {
  const std::string wanted = TRY(normal_path(path));
  const std::string real = TRY(resolved(wanted));
  const TreeEntry* entry = find(real);
  if (!entry || entry->kind == TreeEntry::Kind::submodule) return no_such("file", wanted);
  auto text = content(*entry);
  if (text) {
    if (is_lfs_pointer(*text)) pointers_.with([&](auto& all) { all.insert(entry->path); });
    return text;
  }
  return fail(std::move(text).error().with_context("reading " + quoted(wanted) + " at " +
                                                   printable(revision_.name, 256)));
}

std::vector<std::string> GitSnapshot::trail(std::string_view path) const {
  const auto wanted = normal_path(path);
  if (!wanted) return {std::string(path)};
  std::vector<std::string> out{*wanted};
  const auto real = resolved(*wanted, &out);
  if (real && *real != *wanted) out.push_back(*real);
  return out;
}

std::vector<std::string> GitSnapshot::warnings() const {
  std::vector<std::string> out;
  for (const TreeEntry& entry : below(home_)) {
    if (entry.kind != TreeEntry::Kind::submodule) continue;
    if (out.size() == kMostWarnings) break;
    out.push_back("submodule " + quoted(entry.path) + " is not read");
  }
  pointers_.with([&](const auto& all) {
    for (const std::string& path : all) {
      if (out.size() == 2 * kMostWarnings) break;
      out.push_back(quoted(path) + " only points to a file of Git LFS, which is not fetched");
    }
  });
  return out;
}

Result<std::string> GitSnapshot::resolved(std::string_view path,
                                          std::vector<std::string>* links) const {
  std::vector<std::string> rest;  // parts still to walk, last first
  const auto push = [&](std::string_view text) {
    const auto parts = split(text, '/');
    for (auto it = parts.rbegin(); it != parts.rend(); ++it) rest.emplace_back(*it);
  };
  push(path);
  std::string at;
  int followed = 0;
  while (!rest.empty()) {
    const std::string part = std::move(rest.back());
    rest.pop_back();
    if (part.empty() || part == ".") continue;
    if (part == "..") {
      if (at.empty()) {
        return fail(Code::denied, "symlink " + quoted(path) + " leads out of the repository");
      }
      at = parent_of(at);
      continue;
    }
    const std::string next = at.empty() ? part : at + "/" + part;
    const TreeEntry* entry = find(next);
    if (!entry || entry->kind != TreeEntry::Kind::symlink) {
      at = next;
      continue;
    }
    if (links != nullptr) links->push_back(next);
    if (++followed > kMaxLinks) {
      return fail(Code::invalid, "too many symlinks on the way to " + quoted(path));
    }
    if (entry->size > kMaxLink) {
      return fail(Code::too_large, "the target of symlink " + quoted(next) + " is too long");
    }
    const std::string target = TRY(content(*entry));
    if (target.starts_with('/')) {
      return fail(Code::denied, "symlink " + quoted(next) + " leads out of the repository");
    }
    push(target);
  }
  return at;
}

std::vector<const TreeEntry*> GitSnapshot::companions(const TreeEntry& entry) const {
  const bool at_home = is_below(entry.path, home_);
  const auto folder = at_home ? std::string_view(home_) : parent_of(entry.path);
  std::vector<const TreeEntry*> wanted{&entry};
  std::uint64_t bytes = entry.size;
  for (const TreeEntry& other : below(folder)) {
    if (&other == &entry || other.kind == TreeEntry::Kind::submodule) continue;
    if (other.repository != entry.repository) continue;
    if (other.size > kSmall || bytes + other.size > kTogether) continue;
    if (!at_home && parent_of(other.path) != folder) continue;
    bytes += other.size;
    wanted.push_back(&other);
  }
  return wanted;
}

Result<std::string> GitSnapshot::content(const TreeEntry& entry) const {
  const auto known = [&](const Contents& contents) -> std::optional<std::string> {
    const auto it = contents.find(entry.id);
    if (it == contents.end()) return std::nullopt;
    return it->second;
  };
  if (auto text = contents_.with(known)) return *std::move(text);
  if (entry.size > bounds_.max_file_bytes) {
    return fail(Code::too_large, std::to_string(entry.size) + " bytes are more than the " +
                                     std::to_string(bounds_.max_file_bytes) + " of one file");
  }
  std::vector<std::string> ids;
  std::uint64_t bytes = 0;
  for (const TreeEntry* wanted : companions(entry)) {
    if (wanted->size > bounds_.max_file_bytes) continue;
    ids.push_back(wanted->id);
    bytes += wanted->size;
  }
  const Cancel cancel = Cancel().with_deadline(env_.clock.mono() + kReadTimeout);
  auto objects = TRY(mirrors_.at(entry.repository)->read(ids, bytes, cancel));
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (objects[i].name == ids[i] && objects[i].type == "blob") continue;
    return fail(Code::corrupt, "object " + ids[i] + " is missing from the mirror");
  }
  contents_.with([&](Contents& contents) {
    for (auto& object : objects) {
      contents.emplace(std::move(object.name), std::move(object.content));
    }
  });
  return *contents_.with(known);
}

}  // namespace rumbo::source
