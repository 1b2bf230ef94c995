// Show: what a chart says of itself, as `helm show` prints it.
//
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "render/helm/chart_files.h"
#include "render/helm/profile.h"

namespace rumbo::render::helm {

/// `what`: chart, values, readme, crds or all. With a JSONPath template the values are what it
/// prints of them.
Result<std::string> show_chart(const std::vector<ChartFile>& files, std::string_view what,
                               Profile profile, std::string_view json_path = {});

}  // namespace rumbo::render::helm
