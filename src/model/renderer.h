// Renderer: a pure function from a file tree and its inputs to a Manifest. No network, process,
// clock or randomness: what it needs from outside is named by inputs_needed() and passed in.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "base/value.h"
#include "model/object.h"
#include "model/source.h"

namespace rumbo {

struct RenderSpec {
  std::string path;              ///< directory in the snapshot
  std::string ns;                ///< namespace for objects that name none
  Value options;                 ///< the application's `helm:` or `kustomize:` section
  std::string values_path = {};  ///< directory in the second repository
};

/// What must be fetched or read before rendering.
struct InputsNeeded {
  std::vector<std::string> snapshots;  ///< remote locations to fetch; keys of the inputs'
  std::vector<ChartSpec> charts;       ///< charts to fetch, each at the newest version it allows
  std::vector<ObjectKey> live_reads;   ///< objects of the target whose content decides
  std::vector<std::string> warnings;   ///< "dependency db: no Chart.lock fixes its version"
};

/// A chart that came from a repository: its archive, and what it is.
struct FetchedChart {
  Revision revision;
  std::string archive;  ///< the bytes of a .tgz
};

/// RenderInputs::snapshots has the application's second repository under this name.
inline constexpr std::string_view kValuesSource = "$values";

struct RenderInputs {
  std::map<std::string, std::shared_ptr<const Snapshot>> snapshots;
  std::map<ChartSpec, FetchedChart> charts;
  /// Objects of the target; null: there is none. A key without a name: a `List` of all.
  std::map<ObjectKey, Value> live;
  std::string kube_version;               ///< of the target, "v1.33.2"; empty: not known
  std::vector<std::string> api_versions;  ///< what it serves: "apps/v1", "apps/v1/Deployment"
  Value recorded;                         ///< results of random functions from earlier renders
  WallTime now;                           ///< what `now` means to a template
  std::string seed;                       ///< where random functions take new results from; secret
  bool trace = false;  ///< objects tell what made their fields, as exactly as can be
  std::function<std::string()> stopped = {};  ///< why rendering must end ("takes longer than 60 s")
};

struct Rendered {
  Manifest manifest;
  Value to_record;                    ///< all results of random functions that were used
  std::vector<std::string> warnings;  ///< "ignored file x: not YAML"
  std::vector<ObjectKey> live_reads;  ///< asked for but not among the inputs: read, render again
  bool used_capabilities = false;     ///< it may depend on what the target serves
};

class Renderer {
 public:
  virtual ~Renderer() = default;
  /// What rendering needs beyond the inputs that are here. What comes from elsewhere may name more:
  /// ask again until nothing is missing.
  virtual Result<InputsNeeded> inputs_needed(const Snapshot& snapshot, const RenderSpec& spec,
                                             const RenderInputs& inputs) const = 0;
  virtual Result<Rendered> render(const Snapshot& snapshot, const RenderSpec& spec,
                                  const RenderInputs& inputs) const = 0;
};

}  // namespace rumbo
