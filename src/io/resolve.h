// Resolve: the IPv4 addresses of a name, as this machine's own resolver knows them.
//
// Threads: any; blocks as long as the resolver does (resolv.conf bounds it, usually at 10 s).
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace rumbo::io {

/// Sorted, without doubles, at most 16. No such name is Code::not_found, a resolver that does not
/// answer Code::unavailable; both Retry::later.
Result<std::vector<std::string>> resolve_ipv4(const std::string& name);

}  // namespace rumbo::io
