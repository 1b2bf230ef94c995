// Doing many calls side by side on threads of their own.
#pragma once

#include <cstddef>
#include <functional>

namespace rumbo::target::kubernetes {

/// Calls work(0) … work(count-1), at most `most` at once, and returns when all are done.
void side_by_side(std::size_t count, std::size_t most,
                  const std::function<void(std::size_t)>& work);

}  // namespace rumbo::target::kubernetes
