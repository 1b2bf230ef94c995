#include "crypto/aes_cbc.h"

#include <memory>
#include <openssl/evp.h>

#include "crypto/libcrypto.h"

namespace rumbo::crypto {
namespace {

RUMBO_LIBCRYPTO(EVP_CIPHER_CTX_free)
RUMBO_LIBCRYPTO(EVP_CIPHER_CTX_new)
RUMBO_LIBCRYPTO(EVP_CIPHER_CTX_set_padding)
RUMBO_LIBCRYPTO(EVP_CipherInit_ex)
RUMBO_LIBCRYPTO(EVP_CipherUpdate)
RUMBO_LIBCRYPTO(EVP_aes_256_cbc)

struct FreeContext {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, FreeContext>;

std::string run(std::span<const std::uint8_t, 32> key, std::span<const std::uint8_t, 16> iv,
                std::string_view text, int encrypt) {
  const Context context(EVP_CIPHER_CTX_new());
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
