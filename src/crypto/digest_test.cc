// Vectors: FIPS 180-4 / NIST CAVP for SHA-256, RFC 4231 for HMAC.
#include "crypto/digest.h"

#include <gtest/gtest.h>
#include <string>
#include <thread>
#include <vector>

#include "base/strings.h"
#include "crypto/hmac.h"
#include "crypto/key.h"

namespace rumbo::crypto {
namespace {

TEST(Sha256, KnownAnswers) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
      {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
      {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
       "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
      {std::string(1'000'000, 'a'),
       "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"},
  };
  for (const auto& [text, hex] : cases) {
    EXPECT_EQ(sha256(text), "sha256:" + hex);
    EXPECT_EQ(to_hex(sha256_raw(as_bytes(text))), hex);
  }
}

TEST(Sha256, PiecesGiveTheSameAsTheWholeAndItStartsAnew) {
  const std::string text(1000, 'x');
  Sha256 hasher;
  for (int round = 0; round < 2; ++round) {
    for (std::size_t at = 0; at < text.size(); at += 7) {
      hasher.update(std::string_view(text).substr(at, 7));
    }
    EXPECT_EQ(hasher.finish(), sha256(text));
  }
}

TEST(Sha256, WorksFromManyThreadsAtOnce) {
  std::vector<std::thread> threads;
  std::vector<std::string> results(4);
  for (std::size_t i = 0; i < results.size(); ++i) {
    threads.emplace_back([&results, i] { results[i] = sha256("abc"); });
  }
  for (auto& thread : threads) thread.join();
  for (const auto& result : results) EXPECT_EQ(result, sha256("abc"));
}

TEST(Hmac, Rfc4231) {
  struct Case {
    std::vector<std::uint8_t> key;
    std::string data;
    std::string hex;
  };
  const std::vector<Case> cases = {
      {std::vector<std::uint8_t>(20, 0x0b), "Hi There",
       "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
      {{'J', 'e', 'f', 'e'},
       "what do ya want for nothing?",
       "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
      {std::vector<std::uint8_t>(20, 0xaa), std::string(50, '\xdd'),
       "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
      {std::vector<std::uint8_t>(131, 0xaa),
       "Test Using Larger Than Block-Size Key - Hash Key First",
       "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
  };
  for (const auto& test : cases) {
    EXPECT_EQ(hmac_sha256(test.key, test.data), "hmac-sha256:" + test.hex);
  }
}

TEST(Key, WipesAndCompares) {
  std::string text = "secret";
  wipe(text);
  EXPECT_TRUE(text.empty());
  EXPECT_TRUE(equal_constant_time("same", "same"));
  EXPECT_FALSE(equal_constant_time("same", "sane"));
  EXPECT_FALSE(equal_constant_time("same", "sam"));

  const std::vector<std::uint8_t> bytes(Key::kSize, 7);
  auto key = Key::from(bytes);
  ASSERT_TRUE(key);
  const Key moved = std::move(*key);
  EXPECT_EQ(moved.reveal()[31], 7);
  EXPECT_EQ(key->reveal()[31], 0) << "the moved-from key keeps no copy";  // NOLINT
  EXPECT_FALSE(Key::from(std::span(bytes).first(31)));
}

}  // namespace
}  // namespace rumbo::crypto
