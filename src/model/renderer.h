// Renderer: a pure function from a file tree and its inputs to a Manifest. No network, process,
// clock or randomness: what it needs from outside is named by inputs_needed() and passed in.
#pragma once

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
  std::string path;  ///< directory in the snapshot
  std::string ns;    ///< namespace for objects that name none
  Value options;     ///< the application's `helm:` or `kustomize:` section
};

/// What must be fetched or read before rendering.
struct InputsNeeded {
  std::vector<std::string> snapshots;   ///< remote locations to fetch; keys of the inputs'
  std::vector<std::string> live_reads;  ///< objects a chart looks up
};

struct RenderInputs {
  std::map<std::string, std::shared_ptr<const Snapshot>> snapshots;
  std::map<std::string, Value> live;
  Value recorded;    ///< results of random functions from earlier renders
  WallTime now;      ///< what `now` means to a template
  std::string seed;  ///< where random functions take new results from; secret
};

struct Rendered {
  Manifest manifest;
  Value to_record;                    ///< all results of random functions that were used
  std::vector<std::string> warnings;  ///< "ignored file x: not YAML"
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
