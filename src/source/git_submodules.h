// Submodules: where `.gitmodules` says they are. Pure.
//
// Threads: any.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.h"
#include "source/git_url.h"

namespace rumbo::source {

/// URLs by path, from `git config --null --list` of a `.gitmodules`. A path or URL that is not
/// safe is left out.
std::map<std::string, std::string> parse_submodules(std::string_view listed);

/// The URL of a submodule of `parent`: "../lib.git" counts from the parent's. A submodule on this
/// machine's disk is Code::denied unless its parent is one, too.
Result<GitUrl> submodule_url(const GitUrl& parent, std::string_view url);

/// True if what opens the one may be shown to the other: the same scheme, host and port.
bool same_server(const GitUrl& a, const GitUrl& b);

}  // namespace rumbo::source
