#include "model/health.h"

#include <array>
#include <utility>

namespace rumbo {
namespace {

struct Row {
  HealthStatus status;
  std::string_view word;
  int rank;  // higher is better
};

constexpr std::array<Row, 6> kRows{{
    {HealthStatus::ready, "Ready", 5},
    {HealthStatus::suspended, "Suspended", 4},
    {HealthStatus::progressing, "Progressing", 3},
    {HealthStatus::unknown, "Unknown", 2},
    {HealthStatus::failed, "Failed", 1},
    {HealthStatus::missing, "Missing", 0},
}};

const Row& row(HealthStatus status) {
  for (const Row& candidate : kRows) {
    if (candidate.status == status) return candidate;
  }
  return kRows[3];
}

}  // namespace

std::string_view to_string(HealthStatus status) {
  return row(status).word;
}

std::optional<HealthStatus> health_from(std::string_view word) {
  for (const Row& candidate : kRows) {
    if (candidate.word == word) return candidate.status;
  }
  return std::nullopt;
}

bool no_less_healthy(HealthStatus now, HealthStatus before) {
  return row(now).rank >= row(before).rank;
}

}  // namespace rumbo
