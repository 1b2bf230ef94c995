// ChartRelease: one published version of a chart, and the choice among several.
//
// Threads: as any value.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace rumbo::source {

struct ChartRelease {
  std::string version;
  std::string app_version;
  std::string digest;             ///< "sha256:…" of the archive; empty if nobody says
  std::vector<std::string> urls;  ///< of the archive, as they are written
};

/// The one that is wanted: the exact version, else the newest in the range; "" is the newest that
/// is no prerelease. Versions that are no semantic versions are never chosen by a range. Null if
/// there is none.
const ChartRelease* choose_release(const std::vector<ChartRelease>& all, std::string_view wanted);

/// "sha256:<64 hex digits>" of a bare or prefixed digest; empty for anything else.
std::string normal_digest(std::string_view text);

}  // namespace rumbo::source
