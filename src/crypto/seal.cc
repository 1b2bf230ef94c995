#include "crypto/seal.h"

#include <array>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "base/strings.h"
#include "crypto/libcrypto.h"

namespace rumbo::crypto {
namespace {

RUMBO_LIBCRYPTO(EVP_CIPHER_CTX_ctrl)
RUMBO_LIBCRYPTO(EVP_CIPHER_CTX_free)
RUMBO_LIBCRYPTO(EVP_CIPHER_CTX_new)
RUMBO_LIBCRYPTO(EVP_CIPHER_fetch)
RUMBO_LIBCRYPTO(EVP_CipherFinal_ex)
RUMBO_LIBCRYPTO(EVP_CipherInit_ex2)
RUMBO_LIBCRYPTO(EVP_CipherUpdate)
RUMBO_LIBCRYPTO(OPENSSL_init_crypto)

constexpr std::uint8_t kEnvelopeVersion = 1;
constexpr std::size_t kWrappedKeySize = Key::kSize + kTagSize;

struct FreeContext {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, FreeContext>;

/// Fetched once and without the machine's openssl.cnf, as in digest.cc.
const EVP_CIPHER* algorithm() {
  static const EVP_CIPHER* const cipher = [] {
    OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr);
    return EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  }();
  return cipher;
}

/// A context keyed for one direction; null if the nonce's size is out of range.
Context start(const Key& key, std::span<const std::uint8_t> nonce, bool encrypt) {
  Context context(EVP_CIPHER_CTX_new());
  const int direction = encrypt ? 1 : 0;
  const bool ok =
      context && !nonce.empty() && nonce.size() <= 64 &&
      EVP_CipherInit_ex2(context.get(), algorithm(), nullptr, nullptr, direction, nullptr) == 1 &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_IVLEN, static_cast<int>(nonce.size()),
                          nullptr) == 1 &&
      EVP_CipherInit_ex2(context.get(), nullptr, key.reveal().data(), nonce.data(), direction,
                         nullptr) == 1;
  return ok ? std::move(context) : nullptr;
}

/// Feeds bytes in pieces that fit OpenSSL's int sizes. `out` null: authenticated only.
bool feed(EVP_CIPHER_CTX* context, std::string_view in, unsigned char* out) {
  constexpr std::size_t kPiece = std::size_t{1} << 30;
  while (!in.empty()) {
    const std::string_view piece = in.substr(0, kPiece);
    int size = 0;
    if (EVP_CipherUpdate(context, out, &size, as_bytes(piece).data(),
                         static_cast<int>(piece.size())) != 1) {
      return false;
    }
    if (out != nullptr) out += size;
    in.remove_prefix(piece.size());
  }
  return true;
}

tl::unexpected<Error> broken() {
  return fail(Code::corrupt, "sealed bytes do not open: wrong key or changed content");
}

unsigned char* writable(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}

}  // namespace

std::string seal(const Key& key, std::span<const std::uint8_t> nonce, std::string_view plain,
                 std::string_view context) {
  std::string out(plain.size() + kTagSize, '\0');
  const Context cipher = start(key, nonce, true);
  int size = 0;
  if (!cipher || !feed(cipher.get(), context, nullptr) ||
      !feed(cipher.get(), plain, writable(out)) ||
      EVP_CipherFinal_ex(cipher.get(), writable(out) + plain.size(), &size) != 1 ||
      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_AEAD_GET_TAG, kTagSize,
                          writable(out) + plain.size()) != 1) {
    // Only a bad nonce size or a broken libcrypto gets here; going on would leave a secret open.
    std::fputs("fatal: AES-256-GCM failed in libcrypto\n", stderr);
    std::abort();
  }
  return out;
}

Result<std::string> open(const Key& key, std::span<const std::uint8_t> nonce,
                         std::string_view sealed, std::string_view context) {
  if (sealed.size() < kTagSize) return broken();
  const std::string_view body = sealed.substr(0, sealed.size() - kTagSize);
  std::string tag(sealed.substr(body.size()));
  std::string out(body.size() + kTagSize, '\0');
  const Context cipher = start(key, nonce, false);
  int size = 0;
  const bool ok =
      cipher && feed(cipher.get(), context, nullptr) && feed(cipher.get(), body, writable(out)) &&
      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_AEAD_SET_TAG, kTagSize, tag.data()) == 1 &&
      EVP_CipherFinal_ex(cipher.get(), writable(out) + body.size(), &size) == 1;
  if (!ok) {
    wipe(out);  // unauthenticated plain text must not linger
    return broken();
  }
  out.resize(body.size());
  return out;
}

std::string seal_envelope(const Key& wrapping, const FillBytes& fill, std::string_view plain,
                          std::string_view context) {
  const Key data_key = Key::make(fill);
  std::array<std::uint8_t, kNonceSize> key_nonce{};
  std::array<std::uint8_t, kNonceSize> body_nonce{};
  fill(key_nonce);
  fill(body_nonce);
  std::string out(1, static_cast<char>(kEnvelopeVersion));
  out += as_text(key_nonce);
  out += seal(wrapping, key_nonce, as_text(data_key.reveal()), context);
  out += as_text(body_nonce);
  out += seal(data_key, body_nonce, plain, context);
  return out;
}

Result<std::string> open_envelope(const Key& wrapping, std::string_view envelope,
                                  std::string_view context) {
  constexpr std::size_t kHeader = 1 + kNonceSize + kWrappedKeySize + kNonceSize;
  if (envelope.size() < kHeader + kTagSize) return broken();
  if (static_cast<std::uint8_t>(envelope[0]) != kEnvelopeVersion) {
    return fail(Code::unsupported, "sealed bytes of an unknown version; use a newer rumbo");
  }
  std::string key_bytes = TRY(open(wrapping, as_bytes(envelope.substr(1, kNonceSize)),
                                   envelope.substr(1 + kNonceSize, kWrappedKeySize), context));
  const auto data_key = Key::from(as_bytes(key_bytes));
  wipe(key_bytes);
  if (!data_key) return broken();
  return open(*data_key, as_bytes(envelope.substr(kHeader - kNonceSize, kNonceSize)),
              envelope.substr(kHeader), context);
}

}  // namespace rumbo::crypto
