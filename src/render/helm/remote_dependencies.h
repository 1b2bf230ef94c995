// Dependencies that Chart.yaml names and charts/ does not hold: out of other folders of the tree
// (file://), Helm repositories and OCI registries. Chart.lock fixes their versions.
//
// Threads: pure functions.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/renderer.h"
#include "render/helm/chart_files.h"
#include "render/helm/helm_section.h"

namespace rumbo::render::helm {

/// One that charts/ lacks.
struct MissingDependency {
  std::string name;
  std::string folder;  ///< of the tree, if it comes from there
  ChartSpec chart;     ///< else: where it comes from
  bool locked = true;  ///< false: only a range says which version
};

/// What the chart in a folder of the tree lacks, itself and the charts that it takes from other
/// folders. A dependency without a repository is left to the check of the chart.
Result<std::vector<MissingDependency>> missing_dependencies(const Snapshot& snapshot,
                                                            const std::string& folder,
                                                            const HelmSection& section);

/// Adds them to the chart's files as charts/NAME-VERSION.tgz or charts/NAME/…; `charts` holds what
/// was fetched. Names of files of the tree are appended to `read`.
Result<> add_dependencies(const Snapshot& snapshot, const std::string& folder,
                          const HelmSection& section,
                          const std::map<ChartSpec, FetchedChart>& charts,
                          std::vector<ChartFile>& files, std::vector<std::string>& read);

/// What a chart declares, and what its lock file fixes.
struct DeclaredDependencies {
  std::vector<Dependency> declared;
  /// By name and repository; empty without a lock file.
  std::map<std::pair<std::string, std::string>, std::string> locked;
};
/// Fails if the lock file does not fit to what is declared.
Result<DeclaredDependencies> declared_dependencies(const Snapshot& snapshot,
                                                   const std::string& folder, Profile profile);
/// True if charts/ of the folder holds the dependency, as a folder or an archive.
bool has_dependency(const std::vector<SnapshotFile>& files, const std::string& folder,
                    const std::string& name);

}  // namespace rumbo::render::helm
