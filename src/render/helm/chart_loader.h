// Chart loading: from files to a checked Chart with all of its subcharts.
//
// Threads: pure functions.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "render/helm/chart.h"
#include "render/helm/chart_files.h"
#include "render/helm/profile.h"

namespace rumbo::render::helm {

struct LoadOptions {
  Profile profile = Profile::helm4;
  ChartLimits limits = {};
};

/// Errors are Helm's words: "cannot load values.yaml: …", "validation: …". `warnings` are lines as
/// Helm prints them.
Result<Chart> load_chart(const std::vector<ChartFile>& files, const LoadOptions& options,
                         std::vector<std::string>& warnings);

/// A values file: Helm 4 merges all of its documents, Helm 3 reads the first. Numbers are float64.
Result<Value> load_values(std::string_view text, Profile profile);

/// Helm's merge of one values file over another: maps deeply, all else replaced.
Value merge_maps(const Value& under, const Value& over);

}  // namespace rumbo::render::helm
