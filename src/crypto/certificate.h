// Private keys and X.509 certificates for templates (Sprig's genCA and its kin), as PEM text.
//
// Keys are random (rsa_key.h; the other kinds come from OpenSSL's generator); everything else is an
// argument. Threads: any.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace rumbo::crypto {

enum class KeyKind { rsa_2048, rsa_4096, dsa_2048, ecdsa_p256, ed25519 };

/// "-----BEGIN RSA PRIVATE KEY-----…": PKCS 1, SEC 1 or the DSA form; Ed25519 as PKCS 8.
Result<std::string> make_private_key(KeyKind kind);

struct CertificateRequest {
  std::string common_name;
  std::vector<std::string> ips;  ///< 4 or 16 raw bytes each
  std::vector<std::string> dns_names;
  std::int64_t not_before = 0, not_after = 0;  ///< seconds since 1970
  std::string serial;                          ///< 16 bytes, most significant first
  bool authority = false;                      ///< may sign others
};

/// Who signs; both empty for a certificate that signs itself.
struct Signer {
  std::string certificate, key;
};

/// PEM of a certificate over the key (PEM). Errors: what is wrong with the PEM inputs.
Result<std::string> make_certificate(const CertificateRequest& request, std::string_view key,
                                     const Signer& signer);

/// The key as make_private_key writes it; the error says in Go's words why it is none.
Result<std::string> normalize_private_key(std::string_view pem);
/// An error if the text holds no certificate.
Result<> check_certificate(std::string_view pem);

struct CertificateLife {
  std::int64_t not_before = 0, not_after = 0;  ///< seconds since 1970
  std::string subject;                         ///< its common name
};
/// When the certificate (PEM) is valid; nullopt if the text holds none.
std::optional<CertificateLife> certificate_life(std::string_view pem);

/// 4 or 16 raw bytes; empty if the text is no address.
std::string parse_ip(std::string_view text);

}  // namespace rumbo::crypto
