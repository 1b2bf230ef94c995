// SeededRandom: the same seed gives the same bytes (SplitMix64), so a failing test can be repeated.
//
// Threads: any; the order of concurrent calls decides who gets which bytes.
#pragma once

#include <cstdint>

#include "base/guarded.h"
#include "io/random.h"

namespace rumbo::io::fake {

class SeededRandom : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}

  void fill(std::span<std::uint8_t> bytes) override {
    for (std::size_t i = 0; i < bytes.size(); i += 8) {
      std::uint64_t word = next();
      for (std::size_t j = i; j < bytes.size() && j < i + 8; ++j, word >>= 8) {
        bytes[j] = static_cast<std::uint8_t>(word);
      }
    }
  }

  std::uint64_t next() {
    return state_.with([](std::uint64_t& state) {
      state += 0x9e3779b97f4a7c15u;
      std::uint64_t mixed = state;
      mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9u;
      mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebu;
      return mixed ^ (mixed >> 31);
    });
  }
  /// A number in [0, limit); limit > 0.
  std::uint64_t below(std::uint64_t limit) { return next() % limit; }
  bool coin() { return (next() & 1) != 0; }

 private:
  Guarded<std::uint64_t> state_;
};

}  // namespace rumbo::io::fake
