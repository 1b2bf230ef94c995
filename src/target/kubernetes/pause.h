// A pause that a cancel or deadline cuts short. Internal.
//
// Threads: any; it blocks.
#pragma once

#include <functional>

#include "base/cancel.h"
#include "base/result.h"

namespace rumbo::target::kubernetes {

/// Sleeps in slices of at most 200 ms; the error of `cancel` as soon as it has one.
Result<> pause(Clock& clock, const std::function<void(Duration)>& sleep, Duration duration,
               const Cancel& cancel);

}  // namespace rumbo::target::kubernetes
