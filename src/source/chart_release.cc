#include "source/chart_release.h"

#include <algorithm>

#include "base/semver.h"
#include "base/strings.h"

namespace rumbo::source {

const ChartRelease* choose_release(const std::vector<ChartRelease>& all, std::string_view wanted) {
  for (const ChartRelease& one : all) {
    if (!wanted.empty() && one.version == wanted) return &one;
  }
  const auto range = VersionRange::parse(wanted.empty() ? "*" : wanted);
  if (!range) return nullptr;
  const ChartRelease* best = nullptr;
  std::optional<Version> newest;
  for (const ChartRelease& one : all) {
    const auto version = Version::parse(one.version);
    if (!version || !range->contains(*version)) continue;
    if (newest && newest->compare(*version) >= 0) continue;
    newest = version;
    best = &one;
  }
  return best;
}

std::string normal_digest(std::string_view text) {
  constexpr std::string_view kPrefix = "sha256:";
  if (text.starts_with(kPrefix)) text.remove_prefix(kPrefix.size());
  const std::string lower = to_lower(text);
  const bool hex = lower.size() == 64 && std::all_of(lower.begin(), lower.end(), [](char c) {
                     return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
                   });
  return hex ? std::string(kPrefix) + lower : std::string();
}

}  // namespace rumbo::source
