// The tables behind unicode.h.
//
// Threads: constants.
#pragma once

#include <cstdint>
#include <span>

namespace rumbo::script::tables {

struct Range {
  std::uint32_t first, last;
};
/// first, first + step, … last all map to themselves plus `distance`.
struct Shift {
  std::uint32_t first, last;
  std::uint32_t step;
  std::int32_t distance;
};

extern const std::span<const Range> print, upper, lower, number;
extern const std::span<const Shift> to_upper, to_lower, to_title;

}  // namespace rumbo::script::tables
