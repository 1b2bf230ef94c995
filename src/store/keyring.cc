#include "store/keyring.h"

#include "base/strings.h"
#include "crypto/hmac.h"
#include "crypto/seal.h"

namespace rumbo::store {
namespace {

/// One key, one use: each purpose has its own, derived by HMAC.
crypto::Key derive(const crypto::Key& from, std::string_view purpose) {
  auto bytes = crypto::hmac_sha256_raw(from.reveal(), purpose);
  crypto::Key key = *crypto::Key::from(bytes);
  crypto::wipe(bytes);
  return key;
}

}  // namespace

Keyring::Keyring(const crypto::Key& installation, io::Random& random)
    : naming_(derive(installation, "rumbo v1 names of secret blobs")),
      wrapping_(derive(installation, "rumbo v1 wrapping of data keys")),
      fingerprint_(crypto::hmac_sha256(installation.reveal(), "rumbo v1 fingerprint")),
      random_(&random) {}

Result<Keyring> Keyring::read(io::FileSystem& files, const std::string& path, io::Random& random) {
  std::string text = TRY(files.read_all(path, 4096));
  auto key = crypto::Key::from(as_bytes(text));
  if (!key) {
    if (auto bytes = from_hex(trim(text))) {
      key = crypto::Key::from(*bytes);
      crypto::wipe(*bytes);
    }
  }
  crypto::wipe(text);
  if (!key) {
    return fail(Code::invalid, "`" + path + "` holds no key: want 32 bytes or 64 hex digits");
  }
  return Keyring(*key, random);
}

Result<Keyring> Keyring::make(io::FileSystem& files, const std::string& path, io::Random& random) {
  const crypto::Key key =
      crypto::Key::make([&](std::span<std::uint8_t> bytes) { random.fill(bytes); });
  std::string text = to_hex(key.reveal()) + "\n";
  const auto written = files.write_atomic(path, text, 0600);
  crypto::wipe(text);
  if (!written) return fail(written.error());
  return Keyring(key, random);
}

Digest Keyring::name(std::string_view bytes) const {
  return crypto::hmac_sha256(naming_.reveal(), bytes);
}

std::string Keyring::seal(std::string_view bytes, const Digest& name) const {
  return crypto::seal_envelope(
      wrapping_, [this](std::span<std::uint8_t> out) { random_->fill(out); }, bytes, name);
}

Result<std::string> Keyring::open(std::string_view sealed, const Digest& name) const {
  return crypto::open_envelope(wrapping_, sealed, name);
}

std::string Keyring::fingerprint() const {
  return fingerprint_;
}

}  // namespace rumbo::store
