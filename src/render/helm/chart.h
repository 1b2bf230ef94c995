// Chart: a chart and its subcharts as they were loaded.
//
// Threads: as any value; nothing is shared but the immutable text of files.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/value.h"
#include "render/helm/metadata.h"

namespace rumbo::render::helm {

struct ChartFile {
  std::string name;  ///< relative to the chart, '/'-separated
  Value data;        ///< a string, so that templates can share it
};

struct Chart {
  Metadata metadata;
  Value values = Value::object();
  std::optional<std::string> schema;
  std::vector<ChartFile> templates, files;
  std::vector<Chart> dependencies;
  /// How the path of the templates below begins: "parent/charts/name".
  std::string path;
  /// How subcharts call this one in their paths, if not by its name.
  std::string name_for_subcharts;

  const std::string& name() const { return metadata.name; }
};

/// Sets `path` of the chart and, below it, of all its subcharts.
void set_paths(Chart& chart, const std::string& parent);

}  // namespace rumbo::render::helm
