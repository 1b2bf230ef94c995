#include <argon2.h>
#include <array>

#include "base/strings.h"
#include "crypto/password.h"

namespace rumbo::crypto {

std::optional<Key> argon2id(std::string_view passphrase, std::span<const std::uint8_t> salt,
                            const Argon2Cost& cost) {
  std::array<std::uint8_t, Key::kSize> bytes{};
  const int done =
      argon2id_hash_raw(cost.passes, cost.memory_kib, cost.lanes, as_bytes(passphrase).data(),
                        passphrase.size(), salt.data(), salt.size(), bytes.data(), bytes.size());
  if (done != ARGON2_OK) return std::nullopt;
  auto key = Key::from(bytes);
  wipe(bytes);
  return key;
}

}  // namespace rumbo::crypto
