// Base64 (RFC 4648), standard and URL-safe alphabets.
//
// Threads: every function may be called from any thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace rumbo::codec {

/// Standard alphabet, with padding.
std::string base64_encode(std::span<const std::uint8_t> bytes);
std::string base64_encode(std::string_view bytes);
/// URL-safe alphabet (`-`, `_`), without padding, as JWT uses it.
std::string base64url_encode(std::span<const std::uint8_t> bytes);
std::string base64url_encode(std::string_view bytes);

/// Strict: padding is needed, line ends and any other byte are errors, unused bits must be zero.
/// The result is raw bytes. Errors: Code::invalid; they never show the input, which may be secret.
Result<std::string> base64_decode(std::string_view text);
/// Strict; padding is allowed to be absent.
Result<std::string> base64url_decode(std::string_view text);

}  // namespace rumbo::codec
