// An environment's own health rules: read from the configuration and its directory, and asked for
// every object that is observed.
//
// Threads: any.
#pragma once

#include <functional>
#include <vector>

#include "base/result.h"
#include "io/filesystem.h"
#include "model/config.h"
#include "model/target.h"

namespace rumbo::app {

/// The environment's scripts and those of its directory: GROUP/KIND/health.lua, where `_` in GROUP
/// or as KIND stands for any, as in Argo CD's resource_customizations.
Result<std::vector<HealthScript>> read_health_scripts(io::FileSystem& files,
                                                      const Environment& environment);

/// Fills in Observation::verdict.
using HealthJudge = std::function<void(std::vector<Observation>& seen)>;

/// Empty without scripts. Scripts may take a second each; of several with one name the first wins.
Result<HealthJudge> make_health_judge(std::vector<HealthScript> scripts, Clock& clock);

}  // namespace rumbo::app
