#include "crypto/aes_cbc.h"

#include <memory>
#include <openssl/evp.h>

namespace rumbo::crypto {
namespace {

std::string run(std::span<const std::uint8_t, 32> key, std::span<const std::uint8_t, 16> iv,
                std::string_view text, int encrypt) {
  const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> context(
      EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  EVP_CipherInit_ex(context.get(), EVP_aes_256_cbc(), nullptr, key.data(), iv.data(), encrypt);
  EVP_CIPHER_CTX_set_padding(context.get(), 0);
  std::string out(text.size() + 16, '\0');
  int size = 0;
  EVP_CipherUpdate(context.get(), reinterpret_cast<std::uint8_t*>(out.data()), &size,
                   reinterpret_cast<const std::uint8_t*>(text.data()),
                   static_cast<int>(text.size()));
  out.resize(static_cast<std::size_t>(size));
  return out;
}

}  // namespace

std::string aes_cbc_encrypt(std::span<const std::uint8_t, 32> key,
                            std::span<const std::uint8_t, 16> iv, std::string_view text) {
  return run(key, iv, text, 1);
}
std::string aes_cbc_decrypt(std::span<const std::uint8_t, 32> key,
                            std::span<const std::uint8_t, 16> iv, std::string_view text) {
  return run(key, iv, text, 0);
}

}  // namespace rumbo::crypto
