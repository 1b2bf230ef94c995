// Resolve: the IPv4 addresses of a name, as this machine's own resolver knows them (nsswitch.conf).
//
// Threads: any; blocks until the resolver answers or the call is cancelled.
#pragma once

#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/result.h"
#include "io/process.h"

namespace rumbo::io {

/// Sorted, without doubles, at most 16. A name that cannot be resolved now is Code::not_found,
/// Retry::later. `getent` asks, in a process of its own: the C library's function can neither be
/// cancelled nor bounded.
Result<std::vector<std::string>> resolve_ipv4(Process& process, const std::string& name,
                                              const Cancel& cancel);

}  // namespace rumbo::io
