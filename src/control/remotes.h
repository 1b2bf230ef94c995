// Remotes: the remote bases, files and charts that are named in a tree, fetched before a build and
// pinned to the content they stood for, so that the build itself is pure and can be repeated.
//
// Threads: any.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/guarded.h"
#include "base/result.h"
#include "model/object.h"
#include "model/renderer.h"
#include "model/source.h"
#include "source/http_files.h"

namespace rumbo::control {

/// What may be fetched, and with what.
struct RemotePolicy {
  /// Locations must begin with one of these; without a list any may be named.
  std::optional<std::vector<std::string>> allowed;
  /// Repositories on this machine (`file://`): only for the command line.
  bool local_repositories = false;
  /// The application's own source: its credentials go along to the same host if `allowed` names it.
  GitSpec own;
};

/// What was fetched: inputs of a rendering, and its pins sorted by location.
struct Fetched {
  std::map<std::string, std::shared_ptr<const Snapshot>> snapshots;
  std::vector<Pin> pins;
};

class Remotes {
 public:
  static constexpr std::size_t kMostLocations = 256;
  static constexpr int kMostRounds = 64;

  /// What is missing, given what is here.
  using Missing = std::function<Result<std::vector<std::string>>(
      const std::map<std::string, std::shared_ptr<const Snapshot>>& here)>;

  /// Without `files` no files by URL. Both outlive it.
  Remotes(Source& source, source::HttpFiles* files) : source_(source), files_(files) {}

  /// Fetches until nothing is missing; what comes from elsewhere may name more. Locations among
  /// `known` mean what they meant then.
  Result<Fetched> fetch_all(const Missing& missing, const std::vector<Pin>& known,
                            const RemotePolicy& policy, const Cancel& cancel);

  /// Charts of Helm repositories and registries, into the inputs and their pins, which stay sorted.
  /// Those among `known` mean what they meant then.
  Result<> fetch_charts(const std::vector<ChartSpec>& wanted, const std::vector<Pin>& known,
                        const RemotePolicy& policy, RenderInputs& inputs, std::vector<Pin>& pins,
                        const Cancel& cancel);

 private:
  using Tree = std::shared_ptr<const Snapshot>;
  Result<Tree> fetch(const std::string& location, const Pin* known, const RemotePolicy& policy,
                     const Cancel& cancel);
  Result<Tree> look_up(const std::string& location, const RemotePolicy& policy,
                       const Cancel& cancel);
  Result<Tree> look_up_repository(const std::string& location, const RemotePolicy& policy,
                                  const Cancel& cancel);
  Result<Tree> look_up_file(const std::string& location, const Cancel& cancel);
  Result<Revision> resolve_chart(const ChartSpec& spec, const Cancel& cancel);

  Source& source_;
  source::HttpFiles* const files_;
  Guarded<std::map<ChartSpec, Revision>> charts_;  ///< of exact versions: looked up once
};

}  // namespace rumbo::control
