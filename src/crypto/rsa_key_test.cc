#include "crypto/rsa_key.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>

#include "crypto/libcrypto.h"

namespace rumbo::crypto {
namespace {

RUMBO_LIBCRYPTO(EVP_PKEY_CTX_free)
RUMBO_LIBCRYPTO(EVP_PKEY_CTX_new_from_pkey)
RUMBO_LIBCRYPTO(EVP_PKEY_check)
RUMBO_LIBCRYPTO(EVP_PKEY_free)
RUMBO_LIBCRYPTO(EVP_PKEY_get_bits)
RUMBO_LIBCRYPTO(EVP_PKEY_pairwise_check)

TEST(RsaKey, IsWhatOpenSslTakesForAKeyOfThatSize) {
  for (int round = 0; round < 6; ++round) {
    EVP_PKEY* const key = make_rsa_key(2048);
    ASSERT_NE(key, nullptr);
    EXPECT_EQ(EVP_PKEY_get_bits(key), 2048);
    EVP_PKEY_CTX* const context = EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr);
    EXPECT_EQ(EVP_PKEY_check(context), 1);
    EXPECT_EQ(EVP_PKEY_pairwise_check(context), 1);
    EVP_PKEY_CTX_free(context);
    EVP_PKEY_free(key);
  }
}

}  // namespace
}  // namespace rumbo::crypto
