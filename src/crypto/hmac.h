// HMAC-SHA-256 (RFC 2104): names secret content without telling what it is.
//
// Threads: any.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace rumbo::crypto {

/// "hmac-sha256:<64 hex digits>" of the bytes under a key of any length.
std::string hmac_sha256(std::span<const std::uint8_t> key, std::string_view bytes);
/// The same, as the bare 32 bytes.
std::array<std::uint8_t, 32> hmac_sha256_raw(std::span<const std::uint8_t> key,
                                             std::string_view bytes);

}  // namespace rumbo::crypto
