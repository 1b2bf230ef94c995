// Dependencies: which applications another one waits for (spec.dependsOn), in its environment.
//
// Threads: pure functions.
#pragma once

#include <cstddef>
#include <vector>

#include "control/placement.h"

namespace rumbo::control {

/// What this batch depends on, outside of itself.
std::vector<Scope> dependencies_of(const std::vector<Placement>& batch,
                                   const std::vector<Placement>& all);

/// Batches in the order of their dependencies: those of one layer do not wait for each other.
std::vector<std::vector<std::size_t>> layers_of(const std::vector<std::vector<Placement>>& batches,
                                                const std::vector<Placement>& all);

}  // namespace rumbo::control
