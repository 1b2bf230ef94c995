// Digests: SHA-256 as the content address of blobs, plans and journal records.
//
// Threads: the functions may be called from any thread, a Sha256 from one at a time.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace rumbo::crypto {

using Sha256Bytes = std::array<std::uint8_t, 32>;

/// "sha256:<64 hex digits>" of the bytes, as Rumbo and OCI write digests (FIPS 180-4).
std::string sha256(std::string_view bytes);
/// The same, as the bare 32 bytes.
Sha256Bytes sha256_raw(std::span<const std::uint8_t> bytes);

/// SHA-256 of bytes that come in pieces. After finish() it starts anew.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  void update(std::string_view bytes);
  void update(std::span<const std::uint8_t> bytes);
  Sha256Bytes finish_raw();
  /// "sha256:<hex>".
  std::string finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace rumbo::crypto
