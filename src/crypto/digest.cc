#include "crypto/digest.h"

// The functions below are the plain ones of OpenSSL 1. Those of OpenSSL 3 look the algorithm up by
// name first, for which the library sets up all it has: an eighth of the time of a short command.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

#include "base/strings.h"

namespace rumbo::crypto {

struct Sha256::State {
  SHA256_CTX context{};
  State() { start(); }
  void start() { SHA256_Init(&context); }
};

Sha256::Sha256() : state_(std::make_unique<State>()) {}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(std::span<const std::uint8_t> bytes) {
  SHA256_Update(&state_->context, bytes.data(), bytes.size());
}

void Sha256::update(std::string_view bytes) {
  update(as_bytes(bytes));
}

Sha256Bytes Sha256::finish_raw() {
  Sha256Bytes out{};
  SHA256_Final(out.data(), &state_->context);
  state_->start();
  return out;
}

std::string Sha256::finish() {
  return "sha256:" + to_hex(finish_raw());
}

Sha256Bytes sha256_raw(std::span<const std::uint8_t> bytes) {
  Sha256 hash;
  hash.update(bytes);
  return hash.finish_raw();
}

std::string sha256(std::string_view bytes) {
  return "sha256:" + to_hex(sha256_raw(as_bytes(bytes)));
}

}  // namespace rumbo::crypto
