// Password hashing: bcrypt (htpasswd files) and scrypt (RFC 7914), which templates ask for, and
// Argon2id (RFC 9106), which makes keys of passphrases.
//
// Threads: any. All are slow on purpose.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "crypto/key.h"

namespace rumbo::crypto {

/// "$2a$10$…": 60 characters. Passwords are at most 72 bytes; cost is 4 to 31.
std::string bcrypt(std::string_view password, int cost, std::span<const std::uint8_t, 16> salt);

/// Raw bytes.
std::string scrypt(std::string_view password, std::string_view salt, std::uint64_t n,
                   std::uint64_t r, std::uint64_t p, std::size_t size);

/// Costs of Argon2id; the defaults are the second choice that RFC 9106 recommends.
struct Argon2Cost {
  std::uint32_t memory_kib = 64 << 10;
  std::uint32_t passes = 3;
  std::uint32_t lanes = 4;
};

/// nullopt if the costs are out of what Argon2 allows, or there is not so much memory.
std::optional<Key> argon2id(std::string_view passphrase, std::span<const std::uint8_t> salt,
                            const Argon2Cost& cost);

}  // namespace rumbo::crypto
