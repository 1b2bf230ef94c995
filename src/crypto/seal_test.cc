// Vectors: the AES-256 cases 13, 14 and 16 of the GCM submission to NIST.
#include "crypto/seal.h"

#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "base/strings.h"

namespace rumbo::crypto {
namespace {

std::string bytes(std::string_view hex) {
  const auto parsed = from_hex(hex);
  EXPECT_TRUE(parsed) << hex;
  return std::string(as_text(*parsed));
}

Key key(std::string_view hex) {
  auto made = Key::from(as_bytes(bytes(hex)));
  EXPECT_TRUE(made);
  return std::move(*made);
}

/// Counts up, so that no two fills are equal.
FillBytes counter() {
  return [next = std::uint8_t{0}](std::span<std::uint8_t> out) mutable {
    for (auto& byte : out) byte = next++;
  };
}

struct Vector {
  std::string key, nonce, plain, context, sealed;
};

TEST(Seal, NistVectors) {
  const std::string zeros(64, '0');
  const std::vector<Vector> vectors = {
      {zeros, "000000000000000000000000", "", "", "530f8afbc74536b9a963b4f1c4cb738b"},
      {zeros, "000000000000000000000000", "00000000000000000000000000000000", "",
       "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"},
      {"feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
       "cafebabefacedbaddecaf888",
       "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449"
       "a6b525b16aedf5aa0de657ba637b39",
       "feedfacedeadbeeffeedfacedeadbeefabaddad2",
       "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056"
       "828838c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b"},
  };
  for (const Vector& v : vectors) {
    const std::string nonce = bytes(v.nonce);
    const std::string sealed = seal(key(v.key), as_bytes(nonce), bytes(v.plain), bytes(v.context));
    EXPECT_EQ(to_hex(as_bytes(sealed)), v.sealed);
    const auto opened = open(key(v.key), as_bytes(nonce), sealed, bytes(v.context));
    ASSERT_TRUE(opened);
    EXPECT_EQ(to_hex(as_bytes(*opened)), v.plain);
  }
}

TEST(Seal, LongNoncesWork) {
  const std::string nonce(32, 'n');
  const Key k = key(std::string(64, '1'));
  const auto opened = open(k, as_bytes(nonce), seal(k, as_bytes(nonce), "text", ""), "");
  ASSERT_TRUE(opened);
  EXPECT_EQ(*opened, "text");
}

TEST(Envelope, RoundTripsAndHidesThePlainText) {
  const Key k = key(std::string(64, '1'));
  for (const std::size_t size : {0u, 1u, 15u, 16u, 17u, 100'000u}) {
    const std::string plain(size, 'p');
    const std::string envelope = seal_envelope(k, counter(), plain, "name");
    if (size >= 15) {
      EXPECT_EQ(envelope.find(plain), std::string::npos);
    }
    const auto opened = open_envelope(k, envelope, "name");
    ASSERT_TRUE(opened) << size;
    EXPECT_EQ(*opened, plain);
  }
}

TEST(Envelope, EveryChangedByteIsNoticed) {
  const Key k = key(std::string(64, '1'));
  const std::string envelope = seal_envelope(k, counter(), "the secret", "name");
  for (std::size_t i = 0; i < envelope.size(); ++i) {
    std::string changed = envelope;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(open_envelope(k, changed, "name")) << "byte " << i;
    EXPECT_FALSE(open_envelope(k, std::string_view(envelope).substr(0, i), "name"));
  }
}

TEST(Envelope, AnotherKeyOrContextDoesNotOpenIt) {
  const Key k = key(std::string(64, '1'));
  const std::string envelope = seal_envelope(k, counter(), "the secret", "name");
  const auto other_key = open_envelope(key(std::string(64, '2')), envelope, "name");
  ASSERT_FALSE(other_key);
  EXPECT_EQ(other_key.error().code(), Code::corrupt);
  EXPECT_FALSE(open_envelope(k, envelope, "other"));
}

}  // namespace
}  // namespace rumbo::crypto
