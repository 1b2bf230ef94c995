// Lint: what is wrong or unwise about a chart: Helm's rules, and what a deployment would refuse.
//
// Threads: pure functions.
#pragma once

#include <string>
#include <vector>

#include "render/helm/release.h"

namespace rumbo::render::helm {

struct LintMessage {
  enum class Severity { info, warning, error };
  Severity severity = Severity::info;
  std::string path;  ///< "Chart.yaml", "templates/service.yaml"
  std::string text;
};

/// "[WARNING] templates/: directory not found".
std::string to_string(const LintMessage& message);

/// Everything found, in the order of the files. `options` says which values are tried.
std::vector<LintMessage> lint(const std::vector<ChartFile>& files, const ReleaseOptions& options,
                              const ReadFile& read, script::Host& host);

}  // namespace rumbo::render::helm
