// Helm charts that a kustomization inflates: `helmCharts`, rendered by the Helm renderer, no
// program.
//
// Threads: belongs to one render at a time.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "model/source.h"
#include "render/kustomize/kustomization.h"
#include "render/kustomize/loader.h"
#include "render/kustomize/resource.h"

namespace rumbo::render::kustomize {

/// Checks an entry and fills in what it may leave out. Code::denied unless the build permits charts
/// (`--enable-helm`).
Result<> complete_chart(const Build& build, HelmChart& chart);

/// Where a chart comes from that the tree does not hold; nullopt if it is there, or names no
/// repository.
std::optional<ChartSpec> pulled_chart(const Loader& loader, const HelmChart& chart);

/// What the chart makes, as `helm template` prints it and Kustomize reads it. Code::not_found if
/// the chart is not in the chart home and names no repository, Code::unsupported if it was not
/// fetched.
Result<std::vector<Resource*>> inflate_chart(Build& build, const Loader& loader,
                                             const HelmChart& chart);

/// The entries of a kustomization, old form included, with `ns` where they name no namespace.
std::vector<HelmChart> charts_of(const Kustomization& kustomization, const std::string& ns);

}  // namespace rumbo::render::kustomize
