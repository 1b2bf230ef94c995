// values.schema.json: the check of a chart's values and of those of its subcharts.
//
// Threads: pure functions.
#pragma once

#include "base/result.h"
#include "base/value.h"
#include "render/helm/chart.h"

namespace rumbo::render::helm {

/// Errors are worded as Helm words them: each chart's name, then what does not fit.
Result<> check_values_schema(const Chart& chart, const Value& values);

}  // namespace rumbo::render::helm
