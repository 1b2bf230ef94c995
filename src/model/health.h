// Health: what can be said of an object or an application.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/value.h"

namespace rumbo {

enum class HealthStatus { ready, progressing, failed, suspended, missing, unknown };

/// A verdict with its reason in words: "container web: image pull failed: not found".
struct Health {
  HealthStatus status = HealthStatus::unknown;
  std::string reason;
  friend bool operator==(const Health&, const Health&) = default;
};

std::string_view to_string(HealthStatus status);  ///< "Ready", "Progressing", …
std::optional<HealthStatus> health_from(std::string_view word);

/// True if `now` is at least as good as `before` (Ready > Suspended > Progressing > Unknown >
/// Failed > Missing): the test of "no less healthy than before".
bool no_less_healthy(HealthStatus now, HealthStatus before);

}  // namespace rumbo
