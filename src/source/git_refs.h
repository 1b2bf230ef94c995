// Which commit a GitRef means among a remote's references. Pure.
//
// Threads: any.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "model/source.h"
#include "source/git_parse.h"

namespace rumbo::source {

/// Refuses a reference with none or several members set meaninglessly, or malformed names; no
/// member at all means HEAD.
Result<> check_ref(const GitRef& ref);

/// True if the remote answered and has no such reference; false where there is no repository.
bool is_missing_reference(const Error& error);

/// What to ask `git ls-remote` for.
std::vector<std::string> remote_patterns(const GitRef& ref);

/// The commit and its short human name ("main@1a2b3c4"); Code::not_found if there is none.
Result<Revision> choose(const GitRef& ref, const std::vector<RemoteRef>& refs);

/// Refspecs that bring the revision without asking for it by id.
std::vector<std::string> refspecs(const GitRef& ref, const Revision& revision);

}  // namespace rumbo::source
