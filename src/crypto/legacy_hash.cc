#include "crypto/legacy_hash.h"

#include <openssl/evp.h>

#include "base/strings.h"

namespace rumbo::crypto {
namespace {

std::string hex_digest(const EVP_MD* kind, std::string_view bytes) {
  std::uint8_t out[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  EVP_Digest(bytes.data(), bytes.size(), out, &size, kind, nullptr);
  return to_hex({out, size});
}

}  // namespace

std::string sha1_hex(std::string_view bytes) {
  return hex_digest(EVP_sha1(), bytes);
}
std::string sha512_hex(std::string_view bytes) {
  return hex_digest(EVP_sha512(), bytes);
}

}  // namespace rumbo::crypto
