#include "crypto/rsa_key.h"

#include <array>
#include <memory>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <utility>

#include "crypto/libcrypto.h"

namespace rumbo::crypto {
namespace {

RUMBO_LIBCRYPTO(BN_CTX_free)
RUMBO_LIBCRYPTO(BN_CTX_secure_new)
RUMBO_LIBCRYPTO(BN_clear_free)
RUMBO_LIBCRYPTO(BN_cmp)
RUMBO_LIBCRYPTO(BN_copy)
RUMBO_LIBCRYPTO(BN_generate_prime_ex)
RUMBO_LIBCRYPTO(BN_mod_inverse)
RUMBO_LIBCRYPTO(BN_mod_word)
RUMBO_LIBCRYPTO(BN_mul)
RUMBO_LIBCRYPTO(BN_div)
RUMBO_LIBCRYPTO(BN_gcd)
RUMBO_LIBCRYPTO(BN_num_bits)
RUMBO_LIBCRYPTO(BN_secure_new)
RUMBO_LIBCRYPTO(BN_set_flags)
RUMBO_LIBCRYPTO(BN_set_word)
RUMBO_LIBCRYPTO(BN_sub)
RUMBO_LIBCRYPTO(BN_sub_word)
RUMBO_LIBCRYPTO(EVP_PKEY_CTX_free)
RUMBO_LIBCRYPTO(EVP_PKEY_CTX_new_from_name)
RUMBO_LIBCRYPTO(EVP_PKEY_fromdata)
RUMBO_LIBCRYPTO(EVP_PKEY_fromdata_init)
RUMBO_LIBCRYPTO(OSSL_PARAM_BLD_free)
RUMBO_LIBCRYPTO(OSSL_PARAM_BLD_new)
RUMBO_LIBCRYPTO(OSSL_PARAM_BLD_push_BN)
RUMBO_LIBCRYPTO(OSSL_PARAM_BLD_to_param)
RUMBO_LIBCRYPTO(OSSL_PARAM_free)

constexpr BN_ULONG kExponent = 65'537;

using Arithmetic = std::unique_ptr<BN_CTX, FreedBy<BN_CTX_free>>;
using Parameters = std::unique_ptr<OSSL_PARAM, FreedBy<OSSL_PARAM_free>>;
using ParameterList = std::unique_ptr<OSSL_PARAM_BLD, FreedBy<OSSL_PARAM_BLD_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, FreedBy<EVP_PKEY_CTX_free>>;

/// A number that is cleared when it goes, and computed with in constant time.
struct Number : std::unique_ptr<BIGNUM, FreedBy<BN_clear_free>> {
  Number() : unique_ptr(BN_secure_new()) {
    if (get() != nullptr) BN_set_flags(get(), BN_FLG_CONSTTIME);
  }
};

/// A prime whose predecessor shares no factor with the exponent, itself a prime.
bool find_prime(BIGNUM* prime, int bits) {
  do {
    if (BN_generate_prime_ex(prime, bits, 0, nullptr, nullptr, nullptr) != 1) return false;
  } while (BN_mod_word(prime, kExponent) == 1);
  return true;
}

struct RsaNumbers {
  Number n, e, d, p, q, dp, dq, inverse_of_q;
};

bool complete(RsaNumbers& key) {
  const Arithmetic context(BN_CTX_secure_new());
  BN_CTX* const ctx = context.get();
  Number p1, q1, product, common, least;
  BIGNUM* const n = key.n.get();
  return ctx != nullptr && BN_copy(p1.get(), key.p.get()) != nullptr &&
         BN_copy(q1.get(), key.q.get()) != nullptr &&
         BN_mul(n, key.p.get(), key.q.get(), ctx) == 1 && BN_sub_word(p1.get(), 1) == 1 &&
         BN_sub_word(q1.get(), 1) == 1 && BN_set_word(key.e.get(), kExponent) == 1 &&
         BN_mul(product.get(), p1.get(), q1.get(), ctx) == 1 &&
         BN_gcd(common.get(), p1.get(), q1.get(), ctx) == 1 &&
         BN_div(least.get(), nullptr, product.get(), common.get(), ctx) == 1 &&
         BN_mod_inverse(key.d.get(), key.e.get(), least.get(), ctx) != nullptr &&
         BN_div(nullptr, key.dp.get(), key.d.get(), p1.get(), ctx) == 1 &&
         BN_div(nullptr, key.dq.get(), key.d.get(), q1.get(), ctx) == 1 &&
         BN_mod_inverse(key.inverse_of_q.get(), key.q.get(), key.p.get(), ctx) != nullptr;
}

/// As far apart as FIPS 186-5 wants them, the larger first.
bool far_apart(RsaNumbers& key, int bits) {
  if (BN_cmp(key.p.get(), key.q.get()) < 0) std::swap(key.p, key.q);
  const Number difference;
  return BN_sub(difference.get(), key.p.get(), key.q.get()) == 1 &&
         BN_num_bits(difference.get()) > bits - 100;
}

evp_pkey_st* key_of(const RsaNumbers& key) {
  const ParameterList list(OSSL_PARAM_BLD_new());
  const std::array<std::pair<const char*, const BIGNUM*>, 8> numbers = {{
      {OSSL_PKEY_PARAM_RSA_N, key.n.get()},
      {OSSL_PKEY_PARAM_RSA_E, key.e.get()},
      {OSSL_PKEY_PARAM_RSA_D, key.d.get()},
      {OSSL_PKEY_PARAM_RSA_FACTOR1, key.p.get()},
      {OSSL_PKEY_PARAM_RSA_FACTOR2, key.q.get()},
      {OSSL_PKEY_PARAM_RSA_EXPONENT1, key.dp.get()},
      {OSSL_PKEY_PARAM_RSA_EXPONENT2, key.dq.get()},
      {OSSL_PKEY_PARAM_RSA_COEFFICIENT1, key.inverse_of_q.get()},
  }};
  for (const auto& [name, number] : numbers) {
    if (list == nullptr || OSSL_PARAM_BLD_push_BN(list.get(), name, number) != 1) return nullptr;
  }
  const Parameters parameters(OSSL_PARAM_BLD_to_param(list.get()));
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
  EVP_PKEY* made = nullptr;
  if (parameters == nullptr || context == nullptr || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_KEYPAIR, parameters.get()) != 1) {
    return nullptr;
  }
  return made;
}

}  // namespace

evp_pkey_st* make_rsa_key(int bits) {
  RsaNumbers key;
  for (const Number* number :
       {&key.n, &key.e, &key.d, &key.p, &key.q, &key.dp, &key.dq, &key.inverse_of_q}) {
    if (*number == nullptr) return nullptr;
  }
  do {
    if (!find_prime(key.p.get(), bits / 2) || !find_prime(key.q.get(), bits / 2)) return nullptr;
  } while (!far_apart(key, bits / 2));
  return complete(key) ? key_of(key) : nullptr;
}

}  // namespace rumbo::crypto
