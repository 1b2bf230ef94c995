#include "crypto/digest.h"

#include <cstdio>
#include <cstdlib>
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "base/strings.h"

namespace rumbo::crypto {
namespace {

/// Digests fail only when memory is gone or OpenSSL is broken: nothing to go on with.
void must(bool ok, const char* what) {
  if (ok) return;
  std::fprintf(stderr, "fatal: %s failed in libcrypto\n", what);
  std::abort();
}

/// Fetched once: an implicit fetch per call costs more than hashing a short record. The machine's
/// openssl.cnf is not read, since its modules belong to another build of OpenSSL.
const EVP_MD* algorithm() {
  static const EVP_MD* const md = [] {
    OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr);
    const EVP_MD* fetched = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    must(fetched != nullptr, "fetch of SHA-256");
    return fetched;
  }();
  return md;
}

}  // namespace

struct Sha256::State {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  State() {
    must(context != nullptr, "EVP_MD_CTX_new");
    start();
  }
  ~State() { EVP_MD_CTX_free(context); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  void start() { must(EVP_DigestInit_ex2(context, algorithm(), nullptr) == 1, "SHA-256 init"); }
};

Sha256::Sha256() : state_(std::make_unique<State>()) {}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(std::span<const std::uint8_t> bytes) {
  must(EVP_DigestUpdate(state_->context, bytes.data(), bytes.size()) == 1, "SHA-256 update");
}

void Sha256::update(std::string_view bytes) {
  update(as_bytes(bytes));
}

Sha256Bytes Sha256::finish_raw() {
  Sha256Bytes out{};
  unsigned int size = 0;
  must(EVP_DigestFinal_ex(state_->context, out.data(), &size) == 1 && size == out.size(),
       "SHA-256 final");
  state_->start();
  return out;
}

std::string Sha256::finish() {
  return "sha256:" + to_hex(finish_raw());
}

Sha256Bytes sha256_raw(std::span<const std::uint8_t> bytes) {
  Sha256Bytes out{};
  unsigned int size = 0;
  must(EVP_Digest(bytes.data(), bytes.size(), out.data(), &size, algorithm(), nullptr) == 1,
       "SHA-256");
  return out;
}

std::string sha256(std::string_view bytes) {
  return "sha256:" + to_hex(sha256_raw(as_bytes(bytes)));
}

}  // namespace rumbo::crypto
