// ChartLocation: where a chart's repository lives, read from its URL.
//
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "model/source.h"

namespace rumbo::source {

struct ChartLocation {
  bool oci = false;
  std::string origin;  ///< "https://host:port": whom credentials are for
  /// A repository: the URL of its folder, ending in '/'. OCI: the repository's name with the chart
  /// at the end ("team/charts/web").
  std::string base;
};

/// Refuses other schemes, credentials, control characters, and names that cannot be in a path.
Result<ChartLocation> chart_location(const ChartSpec& spec);

/// "https://host:port" of a URL, in lower case; empty if it is no http or https URL.
std::string url_origin(std::string_view url);

/// RFC 3986 for what indexes hold: an absolute URL stays, a path is joined to the folder `base`
/// (with `..` worked out), one that begins with '/' to its host.
std::string resolve_url(std::string_view base, std::string_view reference);

}  // namespace rumbo::source
