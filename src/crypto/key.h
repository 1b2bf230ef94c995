// Key: 256 secret bytes that are wiped from memory when no longer needed and cannot be printed.
//
// Threads: a Key may be read from any thread.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace rumbo::crypto {

/// Fills bytes unpredictably: randomness is an argument here, never taken from the system.
using FillBytes = std::function<void(std::span<std::uint8_t>)>;

class Key {
 public:
  static constexpr std::size_t kSize = 32;

  /// A new random key.
  static Key make(const FillBytes& fill);
  /// nullopt unless exactly kSize bytes.
  static std::optional<Key> from(std::span<const std::uint8_t> bytes);

  ~Key();
  Key(Key&& other) noexcept;
  Key& operator=(Key&& other) noexcept;
  Key(const Key&) = delete;
  Key& operator=(const Key&) = delete;

  /// The bare bytes; every call is a place to review.
  std::span<const std::uint8_t, kSize> reveal() const { return bytes_; }

 private:
  Key() = default;
  std::array<std::uint8_t, kSize> bytes_{};
};

/// Overwrites bytes so that the compiler cannot leave it out.
void wipe(std::span<std::uint8_t> bytes);
void wipe(std::string& text);

/// Equality whose time depends on the lengths only: for MACs and tokens.
bool equal_constant_time(std::string_view a, std::string_view b);

}  // namespace rumbo::crypto
