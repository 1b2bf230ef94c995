// Sealing: AES-256-GCM (NIST SP 800-38D), and envelopes whose own data key is wrapped by another.
//
// Randomness is passed in. Plain data keys are wiped. Threads: any.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "crypto/key.h"

namespace rumbo::crypto {

constexpr std::size_t kNonceSize = 12;
constexpr std::size_t kTagSize = 16;

/// Ciphertext followed by the 16-byte tag. A nonce (1 to 64 bytes; 12 is the usual size) must never
/// repeat under one key. `context` is authenticated and not stored.
std::string seal(const Key& key, std::span<const std::uint8_t> nonce, std::string_view plain,
                 std::string_view context);

/// The inverse; Code::corrupt if key, nonce, bytes or context are not those of seal().
Result<std::string> open(const Key& key, std::span<const std::uint8_t> nonce,
                         std::string_view sealed, std::string_view context);

/// Seals under a fresh data key, itself sealed under `wrapping`: changing the wrapping key later
/// rewrites the first 61 bytes only. Layout: version 1 ‖ nonce ‖ sealed data key ‖ nonce ‖ sealed.
std::string seal_envelope(const Key& wrapping, const FillBytes& fill, std::string_view plain,
                          std::string_view context);

/// The inverse; Code::corrupt for a wrong key, changed bytes or another context.
Result<std::string> open_envelope(const Key& wrapping, std::string_view envelope,
                                  std::string_view context);

}  // namespace rumbo::crypto
