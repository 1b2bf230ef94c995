#include "io/time_zone_file.h"

#include "base/time_zone.h"

namespace rumbo::io {

std::optional<std::string> time_zone_file(FileSystem& files, std::string_view name) {
  constexpr std::uint64_t kMost = 64 << 10;
  if (!is_zone_name(name)) return std::nullopt;
  auto bytes = files.read_all("/usr/share/zoneinfo/" + std::string(name), kMost);
  if (!bytes || !zone_at(*bytes, 0)) return std::nullopt;
  return *std::move(bytes);
}

}  // namespace rumbo::io
