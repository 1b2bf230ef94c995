#include "crypto/certificate.h"

#include <gtest/gtest.h>

namespace rumbo::crypto {
namespace {

CertificateRequest request(std::string name, bool authority) {
  CertificateRequest out;
  out.common_name = std::move(name);
  out.dns_names = {"a.example"};
  out.ips = {parse_ip("10.0.0.1"), parse_ip("::1")};
  out.not_before = 1'700'000'000;
  out.not_after = 1'800'000'000;
  out.serial = std::string(16, '\x21');
  out.authority = authority;
  return out;
}

TEST(Certificate, AnAuthoritySignsAnother) {
  const std::string key = make_private_key(KeyKind::ecdsa_p256).value();
  EXPECT_TRUE(key.starts_with("-----BEGIN EC PRIVATE KEY-----"));
  const auto authority = make_certificate(request("ca", true), key, {});
  ASSERT_TRUE(authority) << authority.error().to_string();
  EXPECT_TRUE(check_certificate(*authority));
  const std::string own = make_private_key(KeyKind::ed25519).value();
  const auto leaf = make_certificate(request("leaf", false), own, {*authority, key});
  ASSERT_TRUE(leaf) << leaf.error().to_string();
  EXPECT_TRUE(leaf->starts_with("-----BEGIN CERTIFICATE-----"));
}

TEST(Certificate, AKeyReadsAsItWasWritten) {
  for (const KeyKind kind : {KeyKind::ecdsa_p256, KeyKind::ed25519, KeyKind::rsa_2048}) {
    const std::string key = make_private_key(kind).value();
    EXPECT_EQ(normalize_private_key(key).value(), key);
  }
  EXPECT_EQ(normalize_private_key("bad").error().message(), "no PEM data in input");
}

TEST(Certificate, AddressesAreRawBytes) {
  EXPECT_EQ(parse_ip("1.2.3.4"), "\x01\x02\x03\x04");
  EXPECT_EQ(parse_ip("::1").size(), 16u);
  EXPECT_EQ(parse_ip("bad"), "");
}

}  // namespace
}  // namespace rumbo::crypto
