#include "crypto/password.h"

#include <gtest/gtest.h>

#include "base/strings.h"

namespace rumbo::crypto {
namespace {

TEST(Password, BcryptOfAKnownSalt) {
  // The salt "CCCCCCCCCCCCCCCCCCCCC." of the classic test vector, decoded.
  std::array<std::uint8_t, 16> salt;
  for (std::size_t i = 0; i < 16; ++i) {
    constexpr std::uint8_t kPattern[] = {0x10, 0x41, 0x04};
    salt[i] = kPattern[i % 3];
  }
  EXPECT_EQ(bcrypt("U*U", 5, salt), "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW");
}

TEST(Password, ScryptOfTheStandardVector) {
  EXPECT_EQ(
      to_hex(as_bytes(scrypt("password", "NaCl", 1024, 8, 16, 64))),
      "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b3731622eaf30d92e22a3886ff109279d9"
      "830dac727afb94a83ee6d8360cbdfa2cc0640");
}

TEST(Password, Argon2idOfAKnownAnswer) {
  // From the reference implementation's own tests.
  const auto key = argon2id("password", as_bytes("somesalt"), {64 << 10, 2, 1});
  ASSERT_TRUE(key);
  EXPECT_EQ(to_hex(key->reveal()),
            "09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7");
  EXPECT_FALSE(argon2id("password", as_bytes("salt"), {1, 0, 0}));
}

}  // namespace
}  // namespace rumbo::crypto
