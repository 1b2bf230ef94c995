// ChartSource: charts of Helm repositories and OCI registries, with a cache by digest.
//
// A revision's id is the digest of the archive ("sha256:…"): what a transaction deployed can be
// told from any later archive of the same version.
//
// Threads: any number.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>

#include "base/guarded.h"
#include "io/env.h"
#include "model/source.h"
#include "source/chart_cache.h"

namespace rumbo::source {

class ChartSource {
 public:
  /// The cache lives in `directory`, made when first needed.
  ChartSource(std::string directory, io::Env& env)
      : env_(env), cache_(std::move(directory), env.files) {}

  /// As Source's. `version` may also be the digest of an archive.
  Result<Revision> resolve(const ChartSpec& spec, const Cancel& cancel);
  Result<std::shared_ptr<const Snapshot>> fetch(const ChartSpec& spec, const Revision& revision,
                                                const SourceBounds& bounds, const Cancel& cancel);

 private:
  struct Download;
  Result<Revision> resolve_in_repository(const ChartSpec& spec, const Cancel& cancel);
  Result<Revision> resolve_in_registry(const ChartSpec& spec, const Cancel& cancel);
  Result<std::string> index_text(const ChartSpec& spec, const Cancel& cancel);
  Result<std::string> download(const ChartSpec& spec, const Revision& revision,
                               const SourceBounds& bounds, const Cancel& cancel);
  Result<std::string> provenance(const ChartSpec& spec, const Revision& revision,
                                 const Cancel& cancel);
  Result<> verify(const ChartSpec& spec, const Revision& revision, const Cancel& cancel);

  io::Env& env_;
  const ChartCache cache_;
  Guarded<std::set<std::string>> verified_;  ///< digest and keyring, in this process
};

}  // namespace rumbo::source
