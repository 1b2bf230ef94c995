#include "crypto/hmac.h"

#include <algorithm>

#include "base/strings.h"
#include "crypto/digest.h"
#include "crypto/key.h"

namespace rumbo::crypto {

std::array<std::uint8_t, 32> hmac_sha256_raw(std::span<const std::uint8_t> key,
                                             std::string_view bytes) {
  constexpr std::size_t kBlock = 64;
  std::array<std::uint8_t, kBlock> pad{};
  if (key.size() > kBlock) {
    const Sha256Bytes short_key = sha256_raw(key);
    std::copy(short_key.begin(), short_key.end(), pad.begin());
  } else {
    std::copy(key.begin(), key.end(), pad.begin());
  }
  for (auto& byte : pad) byte ^= 0x36;
  Sha256 hasher;
  hasher.update(pad);
  hasher.update(bytes);
  const Sha256Bytes inner = hasher.finish_raw();
  for (auto& byte : pad) byte ^= 0x36 ^ 0x5c;
  hasher.update(pad);
  hasher.update(inner);
  wipe(pad);
  return hasher.finish_raw();
}

std::string hmac_sha256(std::span<const std::uint8_t> key, std::string_view bytes) {
  return "hmac-sha256:" + to_hex(hmac_sha256_raw(key, bytes));
}

}  // namespace rumbo::crypto
