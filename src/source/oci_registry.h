// OciRegistry: reads charts of an OCI registry (distribution specification 1.1): tags, manifests,
// blobs by digest, tokens.
//
// Threads: one at a time.
#pragma once

#include <string>
#include <vector>

#include "base/secret.h"
#include "source/chart_http.h"

namespace rumbo::source {

/// A `WWW-Authenticate: Bearer …` header.
struct BearerChallenge {
  std::string realm, service, scope;
  /// Empty realm: the header asks for something else.
  static BearerChallenge parse(std::string_view header);
};

/// The layers of a chart's manifest.
struct OciChart {
  std::string digest;      ///< of the archive
  std::string provenance;  ///< digest of the .prov file; empty without one
  std::string app_version;
};

class OciRegistry {
 public:
  OciRegistry(ChartHttp http, ChartLocation location)
      : http_(std::move(http)), location_(std::move(location)) {}

  /// All tags, page by page.
  Result<std::vector<std::string>> tags(const Cancel& cancel);
  /// The chart behind a tag or a manifest's digest.
  Result<OciChart> chart(const std::string& reference, const Cancel& cancel);
  /// The bytes of a blob; Code::corrupt if they have another digest.
  Result<std::string> blob(const std::string& digest, std::uint64_t most, const Cancel& cancel);

 private:
  Result<io::HttpResponse> get(const std::string& path, const std::string& accept,
                               std::uint64_t most, const Cancel& cancel);
  Result<> log_in(const BearerChallenge& challenge, const Cancel& cancel);

  ChartHttp http_;
  ChartLocation location_;
  Secret<std::string> token_;
};

/// Helm's tag of a version: '+' cannot be in one.
std::string tag_of(std::string_view version);
std::string version_of(std::string_view tag);

}  // namespace rumbo::source
