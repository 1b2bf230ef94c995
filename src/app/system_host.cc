#include "app/system_host.h"

#include <algorithm>

namespace rumbo::app {

std::optional<std::string> SystemHost::time_zone(std::string_view name) {
  constexpr std::uint64_t kMost = 64 << 10;
  const bool plain =
      !name.empty() && name.size() < 64 && name[0] != '/' && name.find("..") == name.npos &&
      std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '/' || c == '_' || c == '-' || c == '+';
      });
  if (!plain) return std::nullopt;
  auto bytes = env_.files.read_all("/usr/share/zoneinfo/" + std::string(name), kMost);
  if (!bytes) return std::nullopt;
  return *std::move(bytes);
}

}  // namespace rumbo::app
