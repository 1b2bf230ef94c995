// Objects on standard output, for the verbs that render.
//
// Threads: one.
#pragma once

#include <vector>

#include "app/session.h"
#include "base/value.h"

namespace rumbo::app {

/// With -o name a name a line, else one v1 List as -o says. Values of Secrets are masked unless
/// --show-secrets was given.
void print_objects(const Session& session, const std::vector<Value>& objects);

}  // namespace rumbo::app
