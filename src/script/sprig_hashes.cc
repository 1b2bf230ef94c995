// Sprig's hashes, encodings and what else of its cryptography gives the same for the same input.
#include <array>
#include <cstring>

#include "base/strings.h"
#include "codec/base64.h"
#include "crypto/aes_cbc.h"
#include "crypto/digest.h"
#include "crypto/hmac.h"
#include "crypto/legacy_hash.h"
#include "crypto/password.h"
#include "script/go_base.h"
#include "script/session.h"
#include "script/sprig.h"

namespace rumbo::script {
namespace {

Body of_text(std::string (*change)(std::string_view)) {
  return [change](Call& call) -> Outcome<Any> {
    const std::string_view text = call[0].text();
    TRY(call.session.room_for_text(text.size() * 2));
    return Any(change(text));
  };
}

std::string sha256_hex(std::string_view text) {
  return crypto::sha256(text).substr(std::string_view("sha256:").size());
}

std::string adler32(std::string_view text) {
  constexpr std::uint32_t kPrime = 65521;
  std::uint32_t a = 1, b = 0;
  for (const char c : text) {
    a = (a + static_cast<unsigned char>(c)) % kPrime;
    b = (b + a) % kPrime;
  }
  return std::to_string(b << 16 | a);
}

/// A decoding error becomes the result, as in Sprig.
std::string text_or_error(Outcome<std::string> decoded) {
  return decoded ? std::move(*decoded) : decoded.error().text();
}

// The "master password" scheme.

struct PasswordKind {
  std::string_view name;
  std::vector<std::string_view> templates;
};

const std::vector<PasswordKind>& password_kinds() {
  static const std::vector<PasswordKind> kKinds = {
      {"maximum", {"anoxxxxxxxxxxxxxxxxx", "axxxxxxxxxxxxxxxxxno"}},
      {"long",
       {"CvcvnoCvcvCvcv", "CvcvCvcvnoCvcv", "CvcvCvcvCvcvno", "CvccnoCvcvCvcv", "CvccCvcvnoCvcv",
        "CvccCvcvCvcvno", "CvcvnoCvccCvcv", "CvcvCvccnoCvcv", "CvcvCvccCvcvno", "CvcvnoCvcvCvcc",
        "CvcvCvcvnoCvcc", "CvcvCvcvCvccno", "CvccnoCvccCvcv", "CvccCvccnoCvcv", "CvccCvccCvcvno",
        "CvcvnoCvccCvcc", "CvcvCvccnoCvcc", "CvcvCvccCvccno", "CvccnoCvcvCvcc", "CvccCvcvnoCvcc",
        "CvccCvcvCvccno"}},
      {"medium", {"CvcnoCvc", "CvcCvcno"}},
      {"short", {"Cvcn"}},
      {"basic", {"aaanaaan", "aannaaan", "aaannaaa"}},
      {"pin", {"nnnn"}},
  };
  return kKinds;
}

std::string_view characters(char kind) {
  switch (kind) {
    case 'V':
      return "AEIOU";
    case 'C':
      return "BCDFGHJKLMNPQRSTVWXYZ";
    case 'v':
      return "aeiou";
    case 'c':
      return "bcdfghjklmnpqrstvwxyz";
    case 'a':
      return "AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz";
    case 'n':
      return "0123456789";
    case 'o':
      return "@&%?,=[]_:-+*$#!'^~;()/.";
    default:
      return "AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz0123456789!@#$%^&*()";
  }
}

std::string big_endian(std::uint32_t number) {
  std::string out;
  for (const int shift : {24, 16, 8, 0}) out += static_cast<char>(number >> shift & 255);
  return out;
}

std::string sized(std::string_view text) {
  return big_endian(static_cast<std::uint32_t>(text.size())) + std::string(text);
}

Outcome<Any> derive_password(Call& call) {
  const PasswordKind* kind = nullptr;
  for (const PasswordKind& each : password_kinds()) {
    if (each.name == call[1].text()) kind = &each;
  }
  if (kind == nullptr) {
    return Any("cannot find password template " + std::string(call[1].text()));
  }
  TRY(call.session.charge_key());
  const std::string seed = "com.lyndir.masterpassword";
  const std::string key =
      crypto::scrypt(call[2].text(), seed + sized(call[3].text()), 32768, 8, 2, 64);
  const std::string message =
      seed + sized(call[4].text()) + big_endian(static_cast<std::uint32_t>(call[0].as_uint()));
  const auto mac = crypto::hmac_sha256_raw(as_bytes(key), message);
  const std::string_view pattern = kind->templates[mac[0] % kind->templates.size()];
  std::string out;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const std::string_view choice = characters(pattern[i]);
    out += choice[mac[i + 1] % choice.size()];
  }
  return Any(out);
}

Outcome<Any> decrypt_aes(Call& call) {
  if (call[1].text().empty()) return Any("");
  TRY(call.session.room_for_text(call[1].text().size()));
  const std::string bytes = TRY(decode_base64(call[1].text()));
  constexpr std::size_t kBlock = 16;
  if (bytes.size() < kBlock) {
    const std::size_t capacity = call[1].text().size() / 4 * 3;
    return failed("runtime error: slice bounds out of range [:16] with capacity " +
                  std::to_string(capacity));
  }
  if (bytes.size() % kBlock != 0) return failed("crypto/cipher: input not full blocks");
  std::array<std::uint8_t, 32> key{};
  std::memcpy(key.data(), call[0].text().data(), std::min<std::size_t>(32, call[0].text().size()));
  std::array<std::uint8_t, kBlock> iv{};
  std::memcpy(iv.data(), bytes.data(), kBlock);
  std::string out = crypto::aes_cbc_decrypt(key, iv, std::string_view(bytes).substr(kBlock));
  if (out.empty()) return failed("runtime error: index out of range [-1]");
  const auto padding = static_cast<unsigned char>(out.back());
  if (padding > out.size()) {
    return failed("runtime error: slice bounds out of range [:" +
                  std::to_string(static_cast<int>(out.size()) - padding) + "]");
  }
  return Any(std::string_view(out).substr(0, out.size() - padding));
}

}  // namespace

void add_sprig_hashes(FunctionTable& table) {
  table.add("sha1sum", "string", of_text(crypto::sha1_hex));
  table.add("sha256sum", "string", of_text(sha256_hex));
  table.add("sha512sum", "string", of_text(crypto::sha512_hex));
  table.add("adler32sum", "string", of_text(adler32));
  table.add("b64enc", "string",
            of_text([](std::string_view text) { return codec::base64_encode(text); }));
  table.add("b64dec", "string",
            of_text([](std::string_view text) { return text_or_error(decode_base64(text)); }));
  table.add("b32enc", "string", of_text(encode_base32));
  table.add("b32dec", "string",
            of_text([](std::string_view text) { return text_or_error(decode_base32(text)); }));
  const Type* const counter[] = {&types::uint32};
  table.add(Function::make("derivePassword", "uint32, string, string, string, string",
                           derive_password, counter));
  table.add("decryptAES", "string, string", decrypt_aes);
}

}  // namespace rumbo::script
