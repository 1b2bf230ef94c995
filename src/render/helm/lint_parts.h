// The parts of lint(), one file each; only lint*.cc include this.
#pragma once

#include <string_view>

#include "render/helm/lint.h"
#include "render/helm/metadata.h"

namespace rumbo::render::helm {

using Messages = std::vector<LintMessage>;
using enum LintMessage::Severity;

inline constexpr const char* kChartFile = "Chart.yaml";

/// What Chart.yaml says, which has been read into `metadata`.
void lint_chart_file(std::string_view text, const Metadata& metadata, Messages& found);

/// The objects that one template made. False: it is no YAML, and nothing after it is looked at.
bool lint_objects(const std::string& name, std::string_view text, int kubernetes_minor,
                  Messages& found);

/// One file of crds/; false as above.
bool lint_definitions(const std::string& name, std::string_view text, Messages& found);

}  // namespace rumbo::render::helm
