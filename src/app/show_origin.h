// `rumbo render --show-origin`: the manifest with the place that made each line beside it.
//
// Threads: one.
#pragma once

#include <string>

#include "app/session.h"
#include "base/result.h"

namespace rumbo::app {

/// Prints lines as `git blame` does; with -o json or yaml a list of objects with the places of
/// their fields by JSON pointer.
Result<int> run_show_origin(Session& session, const std::string& path);

}  // namespace rumbo::app
