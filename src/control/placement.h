// Placement: one configured application in one environment, with its settings merged; and how
// selectors choose among them.
//
// Threads: immutable; the Config outlives them.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "control/operations.h"
#include "model/config.h"
#include "model/ids.h"

namespace rumbo::control {

struct Placement {
  const Application* application = nullptr;
  const Deployment* deployment = nullptr;
  const Environment* environment = nullptr;
  Scope scope;
  SourceSpec source;  ///< the application's, with the deployment's path and ref or version
  std::optional<GitSpec> values;  ///< its second repository, with the deployment's valuesRef
};

/// Every placement, in the order of the configuration. `targets` maps environments.
std::vector<Placement> placements_of(const Config& config,
                                     const std::map<std::string, TargetId>& targets);

/// The selected ones among the configured; names that match nothing are Code::not_found with the
/// nearest name. Aliases count as names.
Result<std::vector<Placement>> select(const std::vector<Placement>& all, const Selector& selector);
/// The same for scopes that need not be configured any more.
Result<std::vector<Scope>> select_scopes(const std::vector<Placement>& all,
                                         const std::vector<Scope>& known, const Selector& selector);

/// What is deployed in one transaction: a group in one environment, a single placement, or, with
/// `together`, all.
std::vector<std::vector<Placement>> batches_of(std::vector<Placement> selected, bool together);

}  // namespace rumbo::control
