#include "store/state_directory.h"

#include <vector>

namespace rumbo::store {
namespace {

std::string parent_of(const std::string& path) {
  const auto end = path.find_last_not_of('/');
  const auto slash = path.find_last_of('/', end);
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

Result<std::unique_ptr<io::File>> hold_state_directory(io::FileSystem& files,
                                                       const std::string& directory) {
  // Names to make durable: the directory's own, and those of the parents that are made here.
  std::vector<std::string> parents{parent_of(directory)};
  while (parents.back() != "/" && parents.back() != "." && !files.stat(parents.back())) {
    parents.push_back(parent_of(parents.back()));
  }
  TRY(files.make_directories(directory, 0700));
  for (const std::string& parent : parents) {
    const auto synced = files.sync_directory(parent);
    // A parent that may be passed through but not opened is not ours: it was there before.
    if (!synced && synced.error().code() != Code::denied) return fail(synced.error());
  }
  auto lock = TRY(files.open(directory + "/lock", {.write = true, .create = true}));
  if (!TRY(lock->try_lock())) {
    return fail(
        Error(Code::conflict, "the state directory `" + directory + "` is in use by another rumbo")
            .with_hint(
                "a daemon answers every verb by itself; stop the other process first (`fuser " +
                directory + "/lock` names it)"));
  }
  return lock;
}

Result<> settle_file(io::FileSystem& files, const std::string& path) {
  auto file = files.open(path, {.write = true});
  if (!file && file.error().code() == Code::not_found) return {};
  if (!file) return fail(std::move(file).error());
  std::vector<std::uint8_t> chunk(256 << 10);
  for (std::uint64_t at = 0;;) {
    const std::size_t got = TRY((*file)->read_at(at, chunk));
    if (got == 0) break;
    TRY((*file)->write_at(at, std::span(chunk).first(got)));
    at += got;
  }
  return (*file)->sync();
}

}  // namespace rumbo::store
