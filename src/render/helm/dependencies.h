// Dependencies: which subcharts take part, under which names, and what they export to their parent.
//
// Threads: pure functions.
#pragma once

#include "base/result.h"
#include "base/value.h"
#include "render/helm/chart.h"
#include "render/helm/warnings.h"

namespace rumbo::render::helm {

/// Fails if Chart.yaml names a dependency that charts/ does not hold.
Result<> check_dependencies(const Chart& chart, Profile profile);

/// Applies aliases, tags and conditions under the user's values, removes what is disabled, then
/// merges imported values under those of the parents.
Result<> process_dependencies(Chart& chart, const Value& values, Warnings& warnings);

}  // namespace rumbo::render::helm
