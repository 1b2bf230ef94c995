// Random: where unpredictable bytes come from; seeded in tests.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace rumbo::io {

class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(std::span<std::uint8_t> bytes) = 0;
};

/// getrandom(2).
Random& real_random();

}  // namespace rumbo::io
