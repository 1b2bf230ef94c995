// ChartFiles: the files of one chart, from a folder or an archive, before anything is made of them.
//
// Threads: pure functions.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/source.h"
#include "render/helm/chart.h"

namespace rumbo::render::helm {

/// Bounds on a chart; the first two are Helm's own.
struct ChartLimits {
  std::size_t max_file_bytes = std::size_t{5} << 20;
  std::size_t max_bytes = std::size_t{100} << 20;
  std::size_t max_files = 20'000;
  int max_depth = 10;  ///< charts within charts
};

/// The files of a folder of the snapshot without those that `.helmignore` names, sorted as Helm
/// walks them. Links lead nowhere outside of the snapshot.
Result<std::vector<ChartFile>> read_chart_folder(const Snapshot& snapshot, std::string_view folder,
                                                 const ChartLimits& limits = {});

/// The files of a `.tgz`. Names that lead out of the chart, links, duplicates and too much data are
/// errors.
Result<std::vector<ChartFile>> read_chart_archive(std::string_view bytes,
                                                  const ChartLimits& limits = {});

/// True if a chart may ask what the target serves. Charts packed inside a chart are not unpacked
/// for it: they may.
bool may_ask_capabilities(const std::vector<ChartFile>& files);

}  // namespace rumbo::render::helm
