#include "io/filesystem.h"

#include "base/strings.h"

namespace rumbo::io {
namespace {

std::string parent_of(const std::string& path) {
  const auto slash = path.find_last_of('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

Result<std::string> FileSystem::read_link(const std::string& path) {
  return fail(Code::invalid, "cannot read the link `" + path + "`: it is none");
}

Result<std::unique_ptr<Directory>> FileSystem::open_directory(const std::string&) {
  return nullptr;
}

Result<std::string> FileSystem::read_all(const std::string& path, std::uint64_t most) {
  return read_whole(*TRY(open(path, {})), path, most);
}

Result<std::string> read_whole(File& file, const std::string& path, std::uint64_t most) {
  // Files under /proc and /sys report a size of 0, so the end is found by reading.
  std::string out;
  std::uint64_t wanted = std::min<std::uint64_t>(TRY(file.size()), most) + 1;
  wanted = std::max<std::uint64_t>(wanted, 4096);
  for (;;) {
    const std::size_t had = out.size();
    out.resize(had + static_cast<std::size_t>(wanted));
    const std::span<std::uint8_t> room(reinterpret_cast<std::uint8_t*>(out.data()) + had,
                                       out.size() - had);
    const std::size_t got = TRY(file.read_at(had, room));
    out.resize(had + got);
    if (out.size() > most) {
      return fail(Code::too_large,
                  "`" + path + "` is larger than the limit of " + std::to_string(most) + " bytes");
    }
    if (got < room.size()) return out;
    wanted = std::max<std::uint64_t>(4096, out.size());
  }
}

Result<> FileSystem::write_atomic(const std::string& path, std::string_view bytes,
                                  std::uint32_t mode) {
  const std::string temporary = path + ".tmp";
  const OpenOptions fresh{.write = true, .create = true, .exclusive = true, .mode = mode};
  auto file = open(temporary, fresh);
  if (!file && file.error().code() == Code::conflict) {
    TRY(remove(temporary));  // left by a crash: its mode and content are not ours
    file = open(temporary, fresh);
  }
  if (!file) return fail(std::move(file).error());
  const auto write = [&]() -> Result<> {
    TRY((*file)->write_at(0, as_bytes(bytes)));
    TRY((*file)->sync());
    return rename(temporary, path);
  };
  if (auto written = write(); !written) {
    // Best effort: the first error is the one to report, and a next call cleans up as well.
    static_cast<void>(remove(temporary));
    return written;
  }
  return sync_directory(parent_of(path));
}

}  // namespace rumbo::io
