// The parts of a configuration that say how something is deployed, from values whose shape is
// checked.
//
// Threads: pure functions.
#pragma once

#include <string>
#include <vector>

#include "base/value.h"
#include "model/config.h"

namespace rumbo::control {

/// The strings of a list.
std::vector<std::string> texts(const Value& list);
/// `policy` with what `sync` sets.
SyncPolicy sync_policy(const Value& sync, SyncPolicy policy);
/// One entry of ignoreDifferences.
IgnoreRule ignore_rule(const Value& value);

}  // namespace rumbo::control
