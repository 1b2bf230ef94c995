#include "target/kubernetes/pause.h"

#include <algorithm>

namespace rumbo::target::kubernetes {

Result<> pause(Clock& clock, const std::function<void(Duration)>& sleep, Duration duration,
               const Cancel& cancel) {
  constexpr Duration kSlice = 200ms;
  const MonoTime end = clock.mono() + duration;
  for (;;) {
    const MonoTime now = clock.mono();
    TRY(cancel.check(now));
    if (now >= end) return {};
    sleep(std::min(kSlice, end - now));
  }
}

}  // namespace rumbo::target::kubernetes
