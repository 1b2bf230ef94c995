#include "crypto/password.h"

#include <array>
#include <fmt/core.h>
#include <memory>
#include <openssl/bn.h>
#include <openssl/evp.h>
#include <vector>

#include "crypto/libcrypto.h"

namespace rumbo::crypto {
namespace {

RUMBO_LIBCRYPTO(BN_add)
RUMBO_LIBCRYPTO(BN_bn2binpad)
RUMBO_LIBCRYPTO(BN_copy)
RUMBO_LIBCRYPTO(BN_div_word)
RUMBO_LIBCRYPTO(BN_free)
RUMBO_LIBCRYPTO(BN_is_zero)
RUMBO_LIBCRYPTO(BN_lshift)
RUMBO_LIBCRYPTO(BN_mask_bits)
RUMBO_LIBCRYPTO(BN_new)
RUMBO_LIBCRYPTO(BN_rshift)
RUMBO_LIBCRYPTO(BN_set_word)
RUMBO_LIBCRYPTO(BN_sub)
RUMBO_LIBCRYPTO(EVP_PBE_scrypt)

using Words = std::vector<std::uint32_t>;
constexpr std::size_t kRoundKeys = 18, kBoxWords = 1024;

struct FreeNumber {
  void operator()(BIGNUM* number) const { BN_free(number); }
};
using Number = std::unique_ptr<BIGNUM, FreeNumber>;

/// arctan(1/x) · 2^bits, by its series.
Number arctan_inverse(BN_ULONG x, int bits) {
  Number sum(BN_new()), power(BN_new()), term(BN_new());
  BN_one(power.get());
  BN_lshift(power.get(), power.get(), bits);
  BN_div_word(power.get(), x);
  BN_copy(sum.get(), power.get());
  for (BN_ULONG n = 3; !BN_is_zero(power.get()); n += 2) {
    BN_div_word(power.get(), x * x);
    BN_copy(term.get(), power.get());
    BN_div_word(term.get(), n);
    if (n % 4 == 3) {
      BN_sub(sum.get(), sum.get(), term.get());
    } else {
      BN_add(sum.get(), sum.get(), term.get());
    }
  }
  return sum;
}

/// Blowfish starts from the fraction of pi, 32 bits a word: π = 16 arctan 1/5 - 4 arctan 1/239.
Words pi_words() {
  constexpr int kGuard = 64;
  constexpr int kBits = static_cast<int>((kRoundKeys + kBoxWords) * 32);
  Number pi = arctan_inverse(5, kBits + kGuard);
  Number small = arctan_inverse(239, kBits + kGuard);
  BN_lshift(pi.get(), pi.get(), 4);
  BN_lshift(small.get(), small.get(), 2);
  BN_sub(pi.get(), pi.get(), small.get());
  BN_rshift(pi.get(), pi.get(), kGuard);
  BN_mask_bits(pi.get(), kBits);
  std::vector<std::uint8_t> bytes(kBits / 8);
  BN_bn2binpad(pi.get(), bytes.data(), static_cast<int>(bytes.size()));
  Words out;
  for (std::size_t i = 0; i < bytes.size(); i += 4) {
    out.push_back(static_cast<std::uint32_t>(bytes[i]) << 24 |
                  static_cast<std::uint32_t>(bytes[i + 1]) << 16 |
                  static_cast<std::uint32_t>(bytes[i + 2]) << 8 | bytes[i + 3]);
  }
  return out;
}

class Blowfish {
 public:
  Blowfish() {
    static const Words kStart = pi_words();
    std::copy_n(kStart.begin(), kRoundKeys, keys_.begin());
    std::copy_n(kStart.begin() + kRoundKeys, kBoxWords, boxes_.begin());
  }

  void encrypt(std::uint32_t& left, std::uint32_t& right) const {
    std::uint32_t l = left, r = right;
    for (std::size_t i = 0; i < 16; i += 2) {
      l ^= keys_[i];
      r ^= mix(l);
      r ^= keys_[i + 1];
      l ^= mix(r);
    }
    left = r ^ keys_[17];
    right = l ^ keys_[16];
  }

  /// Mixes a key in, and a salt (of 16 bytes, or none) into what is enciphered.
  void expand(std::string_view key, std::string_view salt) {
    std::size_t at = 0;
    for (std::uint32_t& word : keys_) word ^= take(key, at);
    std::size_t salt_at = 0;
    std::uint32_t left = 0, right = 0;
    const auto step = [&](std::uint32_t& a, std::uint32_t& b) {
      if (!salt.empty()) {
        left ^= take(salt, salt_at);
        right ^= take(salt, salt_at);
      }
      encrypt(left, right);
      a = left;
      b = right;
    };
    for (std::size_t i = 0; i < keys_.size(); i += 2) step(keys_[i], keys_[i + 1]);
    for (std::size_t i = 0; i < boxes_.size(); i += 2) step(boxes_[i], boxes_[i + 1]);
  }

  static std::uint32_t take(std::string_view bytes, std::size_t& at) {
    std::uint32_t out = 0;
    for (int i = 0; i < 4; ++i) {
      out = out << 8 | static_cast<unsigned char>(bytes[at]);
      at = (at + 1) % bytes.size();
    }
    return out;
  }

 private:
  std::uint32_t mix(std::uint32_t x) const {
    return ((boxes_[x >> 24] + boxes_[256 + (x >> 16 & 255)]) ^ boxes_[512 + (x >> 8 & 255)]) +
           boxes_[768 + (x & 255)];
  }

  std::array<std::uint32_t, kRoundKeys> keys_;
  std::array<std::uint32_t, kBoxWords> boxes_;
};

/// bcrypt's own base64, without padding.
std::string encode(std::string_view bytes) {
  constexpr std::string_view kDigits =
      "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  std::string out;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : bytes) {
    bits = bits << 8 | static_cast<unsigned char>(c);
    for (count += 8; count >= 6; count -= 6) out += kDigits[bits >> (count - 6) & 63];
  }
  if (count > 0) out += kDigits[bits << (6 - count) & 63];
  return out;
}

}  // namespace

std::string bcrypt(std::string_view password, int cost, std::span<const std::uint8_t, 16> salt) {
  const std::string key = std::string(password.substr(0, 72)) + '\0';
  const std::string salt_text(salt.begin(), salt.end());
  Blowfish cipher;
  cipher.expand(key, salt_text);
  for (std::uint64_t i = 0; i < std::uint64_t{1} << cost; ++i) {
    cipher.expand(key, {});
    cipher.expand(salt_text, {});
  }
  std::string out;
  constexpr std::string_view kText = "OrpheanBeholderScryDoubt";
  for (std::size_t at = 0; at < kText.size();) {
    std::size_t cursor = at;
    std::uint32_t left = Blowfish::take(kText, cursor), right = Blowfish::take(kText, cursor);
    for (int i = 0; i < 64; ++i) cipher.encrypt(left, right);
    for (const std::uint32_t word : {left, right}) {
      for (const int shift : {24, 16, 8, 0}) out += static_cast<char>(word >> shift & 255);
    }
    at += 8;
  }
  out.pop_back();
  return fmt::format("$2a${:02}${}{}", cost, encode(salt_text), encode(out));
}

std::string scrypt(std::string_view password, std::string_view salt, std::uint64_t n,
                   std::uint64_t r, std::uint64_t p, std::size_t size) {
  std::string out(size, '\0');
  constexpr std::uint64_t kMemory = std::uint64_t{256} << 20;
  EVP_PBE_scrypt(password.data(), password.size(),
                 reinterpret_cast<const std::uint8_t*>(salt.data()), salt.size(), n, r, p, kMemory,
                 reinterpret_cast<std::uint8_t*>(out.data()), out.size());
  return out;
}

}  // namespace rumbo::crypto
