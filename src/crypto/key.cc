#include "crypto/key.h"

#include <algorithm>
#include <openssl/crypto.h>

namespace rumbo::crypto {

Key Key::make(const FillBytes& fill) {
  Key key;
  fill(key.bytes_);
  return key;
}

std::optional<Key> Key::from(std::span<const std::uint8_t> bytes) {
  if (bytes.size() != kSize) return std::nullopt;
  Key key;
  std::copy(bytes.begin(), bytes.end(), key.bytes_.begin());
  return key;
}

Key::~Key() {
  wipe(bytes_);
}

Key::Key(Key&& other) noexcept : bytes_(other.bytes_) {
  wipe(other.bytes_);
}

Key& Key::operator=(Key&& other) noexcept {
  if (this != &other) {
    bytes_ = other.bytes_;
    wipe(other.bytes_);
  }
  return *this;
}

void wipe(std::span<std::uint8_t> bytes) {
  OPENSSL_cleanse(bytes.data(), bytes.size());
}

void wipe(std::string& text) {
  OPENSSL_cleanse(text.data(), text.size());
  text.clear();
}

bool equal_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace rumbo::crypto
