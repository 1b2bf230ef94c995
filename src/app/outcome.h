// Outcome: how a transaction ended, as the last lines of a sync and as an exit status.
//
// Threads: pure functions.
#pragma once

#include <string>

#include "app/streams.h"
#include "base/value.h"

namespace rumbo::app {

/// One element of Operations::sync().transactions: outcome, cause, evidence, and the next command.
std::string describe_outcome(const Value& transaction, const Paint& paint);
/// 0 committed or nothing to do, 3 restored, 4 needs an operator, else 2.
int exit_of(const Value& transaction);
/// The worst of several: 4 > 3 > 2 > 0.
int worst_exit(const Value& transactions);

}  // namespace rumbo::app
