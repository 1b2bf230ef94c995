// Doing many calls side by side, on threads that are kept for the next ones: a thread for each call
// costs more than many a call.
//
// Threads: any; calls may nest.
#pragma once

#include <cstddef>
#include <functional>

namespace rumbo::io {

/// Calls work(0) … work(count-1), at most `most` at once, one of them always on the caller's
/// thread, and returns when all have ended. However few threads there are, the caller goes on.
void side_by_side(std::size_t count, std::size_t most,
                  const std::function<void(std::size_t)>& work);

}  // namespace rumbo::io
