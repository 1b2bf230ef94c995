// LocalSocket: a listening UNIX domain socket that only its owner can reach.
//
// Threads: one.
#pragma once

#include <string>

#include "base/result.h"

namespace rumbo::api {

/// Binds and listens at the path with mode 0600 and returns the descriptor. A socket that a dead
/// process left is replaced. Code::conflict if a live process listens there, or if something else
/// is in the way.
Result<int> listen_local(const std::string& path);

}  // namespace rumbo::api
