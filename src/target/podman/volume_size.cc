#include "target/podman/volume_size.h"

#include <cerrno>
#include <fmt/core.h>
#include <fts.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <system_error>

namespace rumbo::target::podman {

Result<> mount_memory(const std::string& directory, std::uint64_t bytes, std::uint32_t mode) {
  struct stat own {
  }, parent{};
  const bool known =
      ::stat(directory.c_str(), &own) == 0 && ::stat((directory + "/..").c_str(), &parent) == 0;
  if (known && own.st_dev != parent.st_dev) return {};
  const std::string options = fmt::format("size={},mode={:o}", bytes, mode);
  if (::mount("tmpfs", directory.c_str(), "tmpfs", MS_NOSUID | MS_NODEV, options.c_str()) == 0) {
    return {};
  }
  return fail(Code::unavailable,
              fmt::format("cannot mount a memory file system of {} bytes on {}: {}", bytes,
                          directory, std::generic_category().message(errno)),
              Retry::later);
}

void unmount_below(io::FileSystem& files, const std::string& directory) {
  const auto names = files.list(directory);
  if (!names) return;
  for (const std::string& name : *names) {
    // Fails where nothing is mounted. Lazily: a container that ends may still hold it.
    ::umount2((directory + "/" + name).c_str(), MNT_DETACH | UMOUNT_NOFOLLOW);
  }
}

std::uint64_t bytes_below(const std::string& directory) {
  constexpr int kMostFiles = 1'000'000;
  std::string path = directory;
  char* const roots[] = {path.data(), nullptr};
  FTS* walk = ::fts_open(roots, FTS_PHYSICAL | FTS_XDEV | FTS_NOCHDIR, nullptr);
  if (walk == nullptr) return 0;
  std::uint64_t bytes = 0;
  for (int files = 0; files < kMostFiles; ++files) {
    const FTSENT* entry = ::fts_read(walk);
    if (entry == nullptr) break;
    if (entry->fts_info == FTS_F || entry->fts_info == FTS_DEFAULT || entry->fts_info == FTS_SL) {
      bytes += static_cast<std::uint64_t>(entry->fts_statp->st_blocks) * 512;
    }
  }
  ::fts_close(walk);
  return bytes;
}

}  // namespace rumbo::target::podman
