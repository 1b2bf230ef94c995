// Password hashing that templates ask for: bcrypt (htpasswd files) and scrypt (RFC 7914).
//
// Threads: any. Both are slow on purpose.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace rumbo::crypto {

/// "$2a$10$…": 60 characters. Passwords are at most 72 bytes; cost is 4 to 31.
std::string bcrypt(std::string_view password, int cost, std::span<const std::uint8_t, 16> salt);

/// Raw bytes.
std::string scrypt(std::string_view password, std::string_view salt, std::uint64_t n,
                   std::uint64_t r, std::uint64_t p, std::size_t size);

}  // namespace rumbo::crypto
