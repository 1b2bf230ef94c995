#include "crypto/legacy_hash.h"

#define OPENSSL_SUPPRESS_DEPRECATED  // for the reason that stands in digest.cc
#include <array>
#include <openssl/sha.h>

#include "base/strings.h"

namespace rumbo::crypto {

std::string sha1_hex(std::string_view bytes) {
  std::array<std::uint8_t, SHA_DIGEST_LENGTH> out{};
  SHA_CTX context;
  SHA1_Init(&context);
  SHA1_Update(&context, bytes.data(), bytes.size());
  SHA1_Final(out.data(), &context);
  return to_hex(out);
}

std::string sha512_hex(std::string_view bytes) {
  std::array<std::uint8_t, SHA512_DIGEST_LENGTH> out{};
  SHA512_CTX context;
  SHA512_Init(&context);
  SHA512_Update(&context, bytes.data(), bytes.size());
  SHA512_Final(out.data(), &context);
  return to_hex(out);
}

}  // namespace rumbo::crypto
