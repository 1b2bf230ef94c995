// Lint: what is wrong or unwise about a chart: Helm's rules with Helm's words, then what a
// deployment would refuse besides.
//
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "render/helm/release.h"

namespace rumbo::render::helm {

struct LintMessage {
  enum class Severity { info, warning, error };
  Severity severity = Severity::info;
  std::string path;  ///< "Chart.yaml", "templates/service.yaml", or the chart's directory
  std::string text;
};

/// "[WARNING] templates/: directory does not exist".
std::string to_string(const LintMessage& message);

/// Everything found, in Helm's order. `options` says which values are tried; `directory` is how the
/// chart as a whole is called.
std::vector<LintMessage> lint(const std::vector<ChartFile>& files, const ReleaseOptions& options,
                              std::string_view directory, const ReadFile& read, script::Host& host);

}  // namespace rumbo::render::helm
