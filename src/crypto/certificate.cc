#include "crypto/certificate.h"

#include <array>
#include <ctime>
#include <memory>
#include <openssl/bio.h>
#include <openssl/dsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "crypto/libcrypto.h"
#include "crypto/rsa_key.h"

namespace rumbo::crypto {
namespace {

RUMBO_LIBCRYPTO(ASN1_IA5STRING_new)
RUMBO_LIBCRYPTO(ASN1_OCTET_STRING_free)
RUMBO_LIBCRYPTO(ASN1_OCTET_STRING_new)
RUMBO_LIBCRYPTO(ASN1_STRING_get0_data)
RUMBO_LIBCRYPTO(ASN1_STRING_length)
RUMBO_LIBCRYPTO(ASN1_STRING_set)
RUMBO_LIBCRYPTO(ASN1_TIME_adj)
RUMBO_LIBCRYPTO(ASN1_TIME_to_tm)
RUMBO_LIBCRYPTO(BIO_ctrl)
RUMBO_LIBCRYPTO(BIO_free_all)
RUMBO_LIBCRYPTO(BIO_new)
RUMBO_LIBCRYPTO(BIO_new_mem_buf)
RUMBO_LIBCRYPTO(BIO_s_mem)
RUMBO_LIBCRYPTO(BN_bin2bn)
RUMBO_LIBCRYPTO(BN_free)
RUMBO_LIBCRYPTO(BN_to_ASN1_INTEGER)
RUMBO_LIBCRYPTO(CRYPTO_free)
RUMBO_LIBCRYPTO(EVP_PKEY_CTX_free)
RUMBO_LIBCRYPTO(EVP_PKEY_CTX_new_from_name)
RUMBO_LIBCRYPTO(EVP_PKEY_CTX_new_from_pkey)
RUMBO_LIBCRYPTO(EVP_PKEY_CTX_set_dsa_paramgen_bits)
RUMBO_LIBCRYPTO(EVP_PKEY_CTX_set_dsa_paramgen_q_bits)
RUMBO_LIBCRYPTO(EVP_PKEY_Q_keygen)
RUMBO_LIBCRYPTO(EVP_PKEY_free)
RUMBO_LIBCRYPTO(EVP_PKEY_get_base_id)
RUMBO_LIBCRYPTO(EVP_PKEY_keygen)
RUMBO_LIBCRYPTO(EVP_PKEY_keygen_init)
RUMBO_LIBCRYPTO(EVP_PKEY_paramgen)
RUMBO_LIBCRYPTO(EVP_PKEY_paramgen_init)
RUMBO_LIBCRYPTO(EVP_sha256)
RUMBO_LIBCRYPTO(GENERAL_NAMES_free)
RUMBO_LIBCRYPTO(GENERAL_NAME_new)
RUMBO_LIBCRYPTO(GENERAL_NAME_set0_value)
RUMBO_LIBCRYPTO(OPENSSL_sk_new_null)
RUMBO_LIBCRYPTO(OPENSSL_sk_push)
RUMBO_LIBCRYPTO(PEM_read_bio)
RUMBO_LIBCRYPTO(PEM_read_bio_PrivateKey)
RUMBO_LIBCRYPTO(PEM_read_bio_X509)
RUMBO_LIBCRYPTO(PEM_write_bio_PKCS8PrivateKey)
RUMBO_LIBCRYPTO(PEM_write_bio_PrivateKey_traditional)
RUMBO_LIBCRYPTO(PEM_write_bio_X509)
RUMBO_LIBCRYPTO(X509V3_EXT_conf_nid)
RUMBO_LIBCRYPTO(X509V3_set_ctx)
RUMBO_LIBCRYPTO(X509_EXTENSION_free)
RUMBO_LIBCRYPTO(X509_NAME_add_entry_by_NID)
RUMBO_LIBCRYPTO(X509_NAME_get_text_by_NID)
RUMBO_LIBCRYPTO(X509_add1_ext_i2d)
RUMBO_LIBCRYPTO(X509_add_ext)
RUMBO_LIBCRYPTO(X509_free)
RUMBO_LIBCRYPTO(X509_get0_notAfter)
RUMBO_LIBCRYPTO(X509_get0_notBefore)
RUMBO_LIBCRYPTO(X509_get0_subject_key_id)
RUMBO_LIBCRYPTO(X509_get_serialNumber)
RUMBO_LIBCRYPTO(X509_get_subject_name)
RUMBO_LIBCRYPTO(X509_getm_notAfter)
RUMBO_LIBCRYPTO(X509_getm_notBefore)
RUMBO_LIBCRYPTO(X509_new)
RUMBO_LIBCRYPTO(X509_set_issuer_name)
RUMBO_LIBCRYPTO(X509_set_pubkey)
RUMBO_LIBCRYPTO(X509_set_version)
RUMBO_LIBCRYPTO(X509_sign)
RUMBO_LIBCRYPTO(a2i_IPADDRESS)

using Key = std::unique_ptr<EVP_PKEY, FreedBy<EVP_PKEY_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, FreedBy<EVP_PKEY_CTX_free>>;
using Bio = std::unique_ptr<BIO, FreedBy<BIO_free_all>>;
using Certificate = std::unique_ptr<X509, FreedBy<X509_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, FreedBy<X509_EXTENSION_free>>;

Bio reader(std::string_view text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

std::string text_of(const Bio& bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

Result<std::string> key_text(EVP_PKEY* key) {
  const Bio out(BIO_new(BIO_s_mem()));
  const int kind = EVP_PKEY_get_base_id(key);
  const int done =
      kind == EVP_PKEY_ED25519
          ? PEM_write_bio_PKCS8PrivateKey(out.get(), key, nullptr, nullptr, 0, nullptr, nullptr)
          : PEM_write_bio_PrivateKey_traditional(out.get(), key, nullptr, nullptr, 0, nullptr,
                                                 nullptr);
  if (done != 1) return fail(Code::internal, "private key cannot be written");
  return text_of(out);
}

Key make_dsa() {
  const KeyContext parameters(EVP_PKEY_CTX_new_from_name(nullptr, "DSA", nullptr));
  EVP_PKEY* raw = nullptr;
  EVP_PKEY_paramgen_init(parameters.get());
  EVP_PKEY_CTX_set_dsa_paramgen_bits(parameters.get(), 2048);
  EVP_PKEY_CTX_set_dsa_paramgen_q_bits(parameters.get(), 256);
  if (EVP_PKEY_paramgen(parameters.get(), &raw) != 1) return {};
  const Key holder(raw);
  const KeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, holder.get(), nullptr));
  EVP_PKEY* key = nullptr;
  EVP_PKEY_keygen_init(context.get());
  EVP_PKEY_keygen(context.get(), &key);
  return Key(key);
}

Key generate(KeyKind kind) {
  switch (kind) {
    case KeyKind::rsa_2048:
      return Key(make_rsa_key(2048));
    case KeyKind::rsa_4096:
      return Key(make_rsa_key(4096));
    case KeyKind::ecdsa_p256:
      return Key(EVP_EC_gen("P-256"));
    case KeyKind::ed25519:
      return Key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
    case KeyKind::dsa_2048:
      return make_dsa();
  }
  return {};
}

/// "RSA PRIVATE KEY" of the first PEM block; empty without one.
std::string block_kind(std::string_view pem) {
  char* name = nullptr;
  char* header = nullptr;
  unsigned char* data = nullptr;
  long size = 0;
  if (PEM_read_bio(reader(pem).get(), &name, &header, &data, &size) != 1) return {};
  const std::string out(name);
  OPENSSL_free(name);
  OPENSSL_free(header);
  OPENSSL_free(data);
  return out;
}

Result<Key> read_key(std::string_view pem) {
  const std::string kind = block_kind(pem);
  if (kind.empty()) return fail(Code::invalid, "no PEM data in input");
  if (!kind.ends_with("PRIVATE KEY")) {
    return fail(Code::invalid, "no private key data in PEM block of type " + kind);
  }
  const std::string family = kind == "PRIVATE KEY" ? "" : kind.substr(0, kind.size() - 12);
  if (!family.empty() && family != "RSA" && family != "EC" && family != "DSA") {
    return fail(Code::invalid, "invalid private key type " + family);
  }
  Key key(PEM_read_bio_PrivateKey(reader(pem).get(), nullptr, nullptr, nullptr));
  if (key != nullptr) return key;
  const std::string what =
      family.empty() ? "decoding PEM as PKCS#8" : "parsing " + family + " private key from PEM";
  return fail(Code::invalid, what + ": malformed key");
}

Certificate read_certificate(std::string_view pem) {
  return Certificate(PEM_read_bio_X509(reader(pem).get(), nullptr, nullptr, nullptr));
}

void set_time(ASN1_TIME* target, std::int64_t seconds) {
  ASN1_TIME_adj(target, 0, static_cast<int>(seconds / 86400), seconds % 86400);
}

bool add_extension(X509* certificate, X509* issuer, int id, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, id, value));
  return extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool add_alternative_names(X509* certificate, const CertificateRequest& request) {
  if (request.dns_names.empty() && request.ips.empty()) return true;
  const std::unique_ptr<GENERAL_NAMES, FreedBy<GENERAL_NAMES_free>> names(
      sk_GENERAL_NAME_new_null());
  const auto add = [&](int kind, const std::string& bytes) {
    GENERAL_NAME* name = GENERAL_NAME_new();
    ASN1_STRING* text = kind == GEN_DNS ? ASN1_IA5STRING_new() : ASN1_OCTET_STRING_new();
    ASN1_STRING_set(text, bytes.data(), static_cast<int>(bytes.size()));
    GENERAL_NAME_set0_value(name, kind, text);
    sk_GENERAL_NAME_push(names.get(), name);
  };
  for (const std::string& dns : request.dns_names) add(GEN_DNS, dns);
  for (const std::string& ip : request.ips) add(GEN_IPADD, ip);
  return X509_add1_ext_i2d(certificate, NID_subject_alt_name, names.get(), 0, 0) == 1;
}

bool add_extensions(X509* certificate, X509* issuer, const CertificateRequest& request,
                    bool self_signed) {
  const char* usage = request.authority ? "critical,digitalSignature,keyEncipherment,keyCertSign"
                                        : "critical,digitalSignature,keyEncipherment";
  bool good = add_extension(certificate, issuer, NID_key_usage, usage) &&
              add_extension(certificate, issuer, NID_ext_key_usage, "serverAuth,clientAuth") &&
              add_extension(certificate, issuer, NID_basic_constraints,
                            request.authority ? "critical,CA:TRUE" : "critical,CA:FALSE");
  if (request.authority) {
    good = good && add_extension(certificate, issuer, NID_subject_key_identifier, "hash");
  }
  const bool named = X509_get0_subject_key_id(issuer) != nullptr;
  if (!self_signed && named) {
    good = good && add_extension(certificate, issuer, NID_authority_key_identifier, "keyid");
  }
  return good && add_alternative_names(certificate, request);
}

}  // namespace

Result<std::string> make_private_key(KeyKind kind) {
  const Key key = generate(kind);
  if (key == nullptr) return fail(Code::internal, "private key cannot be made");
  return key_text(key.get());
}

Result<std::string> normalize_private_key(std::string_view pem) {
  const Key key = TRY(read_key(pem));
  return key_text(key.get());
}

Result<> check_certificate(std::string_view pem) {
  if (block_kind(pem).empty()) return fail(Code::invalid, "unable to decode certificate");
  if (read_certificate(pem) == nullptr) return fail(Code::invalid, "malformed certificate");
  return {};
}

Result<std::string> make_certificate(const CertificateRequest& request, std::string_view key,
                                     const Signer& signer) {
  const Key subject_key = TRY(read_key(key));
  const bool self_signed = signer.certificate.empty();
  const Certificate certificate(X509_new());
  X509_set_version(certificate.get(), 2);
  const std::unique_ptr<BIGNUM, FreedBy<BN_free>> serial(
      BN_bin2bn(reinterpret_cast<const unsigned char*>(request.serial.data()),
                static_cast<int>(request.serial.size()), nullptr));
  BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(certificate.get()));
  set_time(X509_getm_notBefore(certificate.get()), request.not_before);
  set_time(X509_getm_notAfter(certificate.get()), request.not_after);
  X509_NAME_add_entry_by_NID(X509_get_subject_name(certificate.get()), NID_commonName,
                             MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(request.common_name.data()),
                             static_cast<int>(request.common_name.size()), -1, 0);
  X509_set_pubkey(certificate.get(), subject_key.get());
  Certificate issuer;
  Key signing_key;
  if (!self_signed) {
    TRY(check_certificate(signer.certificate));
    issuer = read_certificate(signer.certificate);
    signing_key = TRY(read_key(signer.key));
  }
  X509* const by = self_signed ? certificate.get() : issuer.get();
  EVP_PKEY* const with = self_signed ? subject_key.get() : signing_key.get();
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(by));
  if (!add_extensions(certificate.get(), by, request, self_signed)) {
    return fail(Code::invalid, "certificate's names cannot be written");
  }
  const EVP_MD* digest = EVP_PKEY_get_base_id(with) == EVP_PKEY_ED25519 ? nullptr : EVP_sha256();
  if (X509_sign(certificate.get(), with, digest) == 0) {
    return fail(Code::invalid, "x509: certificate cannot be signed with this key");
  }
  const Bio out(BIO_new(BIO_s_mem()));
  if (PEM_write_bio_X509(out.get(), certificate.get()) != 1) {
    return fail(Code::internal, "certificate cannot be written");
  }
  return text_of(out);
}

std::optional<CertificateLife> certificate_life(std::string_view pem) {
  const Bio bio = reader(pem);
  const Certificate read(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  if (!read) return std::nullopt;
  const auto seconds = [](const ASN1_TIME* time) -> std::int64_t {
    std::tm broken{};
    if (ASN1_TIME_to_tm(time, &broken) != 1) return 0;
    return ::timegm(&broken);
  };
  CertificateLife life{seconds(X509_get0_notBefore(read.get())),
                       seconds(X509_get0_notAfter(read.get())), ""};
  std::array<char, 256> name{};
  const int size = X509_NAME_get_text_by_NID(X509_get_subject_name(read.get()), NID_commonName,
                                             name.data(), static_cast<int>(name.size()));
  if (size > 0) life.subject.assign(name.data(), static_cast<std::size_t>(size));
  return life;
}

std::string parse_ip(std::string_view text) {
  const std::string copy(text);
  const std::unique_ptr<ASN1_OCTET_STRING, FreedBy<ASN1_OCTET_STRING_free>> bytes(
      a2i_IPADDRESS(copy.c_str()));
  if (bytes == nullptr) return {};
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(bytes.get())),
          static_cast<std::size_t>(ASN1_STRING_length(bytes.get()))};
}

}  // namespace rumbo::crypto
