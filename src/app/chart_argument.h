// A chart as it is named on a command line: a folder, a .tgz, `oci://…`, the URL of an archive, or
// a name with --repo.
//
// Threads: one at a time.
#pragma once

#include <string>
#include <vector>

#include "app/session.h"
#include "base/result.h"
#include "render/helm/chart_files.h"

namespace rumbo::app {

/// True if the chart has to be fetched.
bool is_remote_chart(const Invocation& asked, const std::string& chart);

/// The chart's files, from where --repo, --version, --credentials-file, --ca-file, --keyring and
/// --plain-http say. Archives are kept in the state directory.
Result<std::vector<render::helm::ChartFile>> read_chart_argument(
    Session& session, const std::string& chart, const render::helm::ChartLimits& limits);

/// The archive of a chart that has to be fetched, and its revision.
struct FetchedArchive {
  std::string bytes, revision;
};
Result<FetchedArchive> fetch_chart(Session& session, const ChartSpec& spec);

}  // namespace rumbo::app
