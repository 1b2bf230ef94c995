#include "source/directory_snapshot.h"

#include <algorithm>
#include <deque>

#include "base/strings.h"

namespace rumbo::source {
namespace {

constexpr int kMostLinks = 40;
constexpr int kMostDepth = 64;

/// Directories that are never manifests and may be huge.
bool is_passed_over(std::string_view name) {
  return name == ".git";
}

std::string joined(const std::string& directory, std::string_view name) {
  return directory.empty() ? std::string(name) : directory + "/" + std::string(name);
}

void push_front(std::deque<std::string>& parts, std::string_view path) {
  const auto pieces = split(path, '/');
  for (auto piece = pieces.rbegin(); piece != pieces.rend(); ++piece) {
    if (!piece->empty() && *piece != ".") parts.emplace_front(*piece);
  }
}

}  // namespace

DirectorySnapshot::DirectorySnapshot(io::FileSystem& files, std::string root,
                                     std::unique_ptr<io::Directory> directory, std::string only,
                                     const SourceBounds& bounds)
    : files_(files),
      root_(std::move(root)),
      directory_(std::move(directory)),
      only_(std::move(only)),
      bounds_(bounds) {
  revision_.id = "directory:" + joined(root_, only_);
  revision_.name = joined(root_, only_);
}

Result<std::unique_ptr<DirectorySnapshot>> DirectorySnapshot::open(io::FileSystem& files,
                                                                   const std::string& path,
                                                                   const SourceBounds& bounds) {
  std::string root = path;
  while (root.size() > 1 && root.ends_with('/')) root.pop_back();
  // The path itself may be a link: whoever named it meant what it points to.
  const bool directory = files.list(root).has_value();
  std::string only;
  if (!directory) {
    TRY(files.stat(root));
    const std::size_t slash = root.rfind('/');
    only = root.substr(slash == std::string::npos ? 0 : slash + 1);
    root = slash == std::string::npos ? "." : slash == 0 ? "/" : root.substr(0, slash);
  }
  auto opened = TRY(files.open_directory(root));
  return std::unique_ptr<DirectorySnapshot>(
      new DirectorySnapshot(files, std::move(root), std::move(opened), std::move(only), bounds));
}

std::string DirectorySnapshot::at(const std::string& relative) const {
  if (relative.empty()) return root_;
  return root_.ends_with('/') ? root_ + relative : root_ + "/" + relative;
}

Result<std::string> DirectorySnapshot::resolve(std::string_view path) const {
  std::deque<std::string> parts;
  push_front(parts, path);
  std::vector<std::string> done;
  int links = 0;
  while (!parts.empty()) {
    std::string part = std::move(parts.front());
    parts.pop_front();
    if (part == "..") {
      if (done.empty()) {
        return fail(Code::denied, "`" + std::string(path) + "` leads out of `" + root_ + "`");
      }
      done.pop_back();
      continue;
    }
    done.push_back(std::move(part));
    const std::string here = join(done, "/");
    if (!TRY(files_.stat(at(here))).symlink) continue;
    if (++links > kMostLinks) {
      return fail(Code::invalid, "`" + at(here) + "` is a symlink that leads nowhere");
    }
    const std::string target = TRY(files_.read_link(at(here)));
    if (target.starts_with('/')) {
      return fail(Code::denied, "the symlink `" + at(here) + "` leads out of `" + root_ + "`");
    }
    done.pop_back();
    push_front(parts, target);
  }
  return join(done, "/");
}

Result<> DirectorySnapshot::walk(const std::string& directory, int depth,
                                 std::vector<SnapshotFile>& out) const {
  if (depth > kMostDepth) {
    return fail(Code::too_large, "`" + at(directory) + "` is nested too deeply");
  }
  for (const std::string& name : TRY(files_.list(at(directory)))) {
    const std::string path = joined(directory, name);
    const io::FileInfo info = TRY(files_.stat(at(path)));
    if (info.directory) {
      if (!is_passed_over(name)) TRY(walk(path, depth + 1, out));
      continue;
    }
    if (out.size() >= bounds_.max_files) {
      return fail(Code::too_large, "`" + root_ + "` holds more than " +
                                       std::to_string(bounds_.max_files) + " files");
    }
    out.push_back({path, info.size, (info.mode & 0111u) != 0 && !info.symlink, info.symlink});
  }
  return {};
}

Result<std::vector<SnapshotFile>> DirectorySnapshot::list(std::string_view directory) const {
  std::vector<SnapshotFile> out;
  if (!only_.empty()) {
    const io::FileInfo info = TRY(files_.stat(at(only_)));
    if (directory.empty()) out.push_back({only_, info.size, false, info.symlink});
    return out;
  }
  const std::string start = TRY(resolve(directory));
  TRY(walk(start, 0, out));
  std::sort(out.begin(), out.end(),
            [](const SnapshotFile& a, const SnapshotFile& b) { return a.path < b.path; });
  return out;
}

Result<std::string> DirectorySnapshot::read(std::string_view path) const {
  if (directory_ != nullptr && !path.starts_with('/')) {
    const std::string name(path);
    // Looking at each part of the path takes longer, and tells better what is wrong.
    if (auto file = directory_->open(name)) {
      return io::read_whole(**file, at(name), bounds_.max_file_bytes);
    }
  }
  return files_.read_all(at(TRY(resolve(path))), bounds_.max_file_bytes);
}

}  // namespace rumbo::source
