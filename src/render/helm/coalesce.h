// Coalescing: how the values of a chart, of its subcharts and of the user become one tree.
//
// Threads: pure functions.
#pragma once

#include <optional>
#include <string_view>

#include "base/result.h"
#include "base/value.h"
#include "render/helm/chart.h"
#include "render/helm/warnings.h"

namespace rumbo::render::helm {

enum class Nulls {
  remove,  ///< coalescing: a null of the user's takes the chart's own value away
  keep,    ///< merging: nulls stay for a later coalescing
};

/// `values` over the defaults of the chart and of all of its subcharts, with `global` spread down.
/// Fails if a subchart's values are no map.
Result<Value> coalesce_values(const Chart& chart, const Value& values, Nulls nulls,
                              Warnings& warnings);

/// `over` wins over `under`; maps merge.
Value coalesce_tables(const Value& over, const Value& under, Nulls nulls, Warnings& warnings);

/// The map at a path of names joined by dots; nullptr, and `missing` names it, if there is none.
const Value* find_table(const Value& values, std::string_view path, std::string& missing);
/// What is there at a path, if it is anything but a map.
const Value* find_scalar(const Value& values, std::string_view path);

}  // namespace rumbo::render::helm
