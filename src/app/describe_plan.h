// Plans as people read them: one line a change, with its reason, and the fields below it.
//
// Threads: pure functions.
#pragma once

#include <string>

#include "app/streams.h"
#include "base/value.h"

namespace rumbo::app {

struct PlanStyle {
  bool detailed = false;  ///< the fields that change
  bool wide = false;      ///< unchanged objects, waves and origins too
  Paint paint;
};

/// One element of Operations::plan().plans.
std::string describe_plan(const Value& entry, const PlanStyle& style);

}  // namespace rumbo::app
