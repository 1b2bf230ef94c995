// The index of a Helm repository: which versions of a chart there are and where.
//
// Indexes of large repositories hold tens of megabytes; only the part about the chart is parsed.
//
// Threads: pure functions.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "source/chart_release.h"

namespace rumbo::source {

/// The versions of one chart in an index.yaml (or its JSON form), in its order. Code::not_found
/// with the nearest name if it lists no such chart; entries without version or URL are left out.
Result<std::vector<ChartRelease>> read_index(std::string_view text, std::string_view chart);

}  // namespace rumbo::source
