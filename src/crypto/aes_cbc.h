// AES-256-CBC without padding or authentication (NIST SP 800-38A): for Sprig's encryptAES and
// decryptAES only. Rumbo's own secrets are sealed (seal.h).
//
// Threads: any.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace rumbo::crypto {

/// `text` is a multiple of 16 bytes; the result has its size.
std::string aes_cbc_encrypt(std::span<const std::uint8_t, 32> key,
                            std::span<const std::uint8_t, 16> iv, std::string_view text);
std::string aes_cbc_decrypt(std::span<const std::uint8_t, 32> key,
                            std::span<const std::uint8_t, 16> iv, std::string_view text);

}  // namespace rumbo::crypto
