// Shell patterns in the way of Flux's envsubst: `*`, `?`, `[a-z]`, `[^a]`; `*` also matches `/`.
//
// Threads: pure functions.
#pragma once

#include <optional>
#include <string_view>

namespace rumbo::render {

/// True if the pattern matches the whole text; nullopt if the pattern is malformed where it was
/// looked at.
std::optional<bool> match_shell_pattern(std::string_view pattern, std::string_view text);

}  // namespace rumbo::render
