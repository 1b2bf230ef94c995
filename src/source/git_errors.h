// What a failure of git means: kind, whether to try again, and git's own words.
//
// Threads: any.
#pragma once

#include <string_view>

#include "base/result.h"

namespace rumbo::source {

/// From what git wrote to standard error. Remote failures that are nobody's mistake are
/// Retry::later; a missing repository or reference and refused credentials are Retry::never.
Error git_error(std::string_view stderr_text);

/// True if the server will not hand out this commit by its id, but may by a reference.
bool is_refused_by_id(std::string_view stderr_text);

}  // namespace rumbo::source
