// Keyring: the installation key and what is derived from it: names of secret blobs, and their seal.
//
// Threads: safe from any once loaded.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "crypto/key.h"
#include "io/filesystem.h"
#include "io/random.h"
#include "model/ids.h"

namespace rumbo::store {

class Keyring {
 public:
  /// Reads a key of 32 bytes, bare or as 64 hex digits. Code::not_found if there is no file.
  static Result<Keyring> read(io::FileSystem& files, const std::string& path, io::Random& random);
  /// Makes a new key and stores it, mode 0600, durable on return.
  static Result<Keyring> make(io::FileSystem& files, const std::string& path, io::Random& random);

  /// "hmac-sha256:…" of the bytes: equal secrets have equal names, and nothing else is told.
  Digest name(std::string_view bytes) const;
  /// Encrypts under a data key of its own; `name` is bound to the result.
  std::string seal(std::string_view bytes, const Digest& name) const;
  Result<std::string> open(std::string_view sealed, const Digest& name) const;
  /// Tells keys apart without telling the key.
  std::string fingerprint() const;

 private:
  Keyring(const crypto::Key& installation, io::Random& random);
  crypto::Key naming_;
  crypto::Key wrapping_;
  std::string fingerprint_;
  io::Random* random_;
};

}  // namespace rumbo::store
