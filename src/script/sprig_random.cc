// Sprig's random functions. The host gives the randomness, and may keep results.
#include <array>
#include <cstring>
#include <fmt/core.h>

#include "base/strings.h"
#include "codec/base64.h"
#include "crypto/aes_cbc.h"
#include "crypto/password.h"
#include "script/random_call.h"
#include "script/sprig.h"
#include "script/unicode.h"

namespace rumbo::script {
namespace {

Body characters(std::string set) {
  return [set](Call& call) -> Outcome<Any> {
    const std::int64_t count = call[0].as_int();
    if (count <= 0) return Any("");
    TRY(call.session.room_for_text(static_cast<std::size_t>(count)));
    TRY(call.session.charge(static_cast<std::uint64_t>(count)));
    return Any::from(TRY(recalled(call, [&]() -> Outcome<Value> {
      std::string out;
      for (std::int64_t i = 0; i < count; ++i) {
        out += set[random_below(call.session.host(), set.size())];
      }
      return Value(out);
    })));
  };
}

std::string range(char first, char last) {
  std::string out;
  for (char c = first; c <= last && c > 0; ++c) out += c;
  return out;
}

std::string random_bytes(Call& call, std::size_t count) {
  std::string out(count, '\0');
  call.session.host().random({reinterpret_cast<std::uint8_t*>(out.data()), out.size()});
  return out;
}

Outcome<Any> rand_bytes(Call& call) {
  const std::int64_t count = call[0].as_int();
  if (count < 0) return failed("runtime error: makeslice: len out of range");
  TRY(call.session.room_for_text(static_cast<std::size_t>(count)));
  return Any::from(TRY(recalled(call, [&]() -> Outcome<Value> {
    return Value(codec::base64_encode(random_bytes(call, static_cast<std::size_t>(count))));
  })));
}

Outcome<Any> rand_int(Call& call) {
  const std::int64_t least = call[0].as_int(), past = call[1].as_int();
  std::int64_t width = 0;
  if (__builtin_sub_overflow(past, least, &width) || width <= 0) {
    return failed("invalid argument to Intn");
  }
  const Value number = TRY(recalled(call, [&]() -> Outcome<Value> {
    const std::uint64_t below =
        random_below(call.session.host(), static_cast<std::uint64_t>(width));
    return Value(least + static_cast<std::int64_t>(below));
  }));
  return Any::integer(number.as_int());
}

Outcome<Any> shuffle(Call& call) {
  TRY(call.session.room_for_text(call[0].text().size() * 8));
  return Any::from(TRY(recalled(call, [&]() -> Outcome<Value> {
    auto all = runes(call[0].text());
    for (std::size_t i = all.size(); i > 1; --i) {
      std::swap(all[i - 1], all[random_below(call.session.host(), i)]);
    }
    return Value(from_runes(all));
  })));
}

Outcome<Any> uuid(Call& call) {
  return Any::from(TRY(recalled(call, [&]() -> Outcome<Value> {
    std::string bytes = random_bytes(call, 16);
    bytes[6] = static_cast<char>((bytes[6] & 0x0f) | 0x40);
    bytes[8] = static_cast<char>((bytes[8] & 0x3f) | 0x80);
    std::string out = to_hex(as_bytes(bytes));
    for (const std::size_t at : {20u, 16u, 12u, 8u}) out.insert(at, "-");
    return Value(out);
  })));
}

Outcome<std::string> hashed(Call& call, std::string_view password) {
  constexpr int kCost = 10;
  if (password.size() > 72) {
    return std::string(
        "failed to encrypt string with bcrypt: bcrypt: password length exceeds 72 bytes");
  }
  TRY(call.session.charge_key());
  const Value out = TRY(recalled(call, [&]() -> Outcome<Value> {
    std::array<std::uint8_t, 16> salt;
    call.session.host().random(salt);
    return Value(crypto::bcrypt(password, kCost, salt));
  }));
  return out.str();
}

Outcome<Any> htpasswd(Call& call) {
  const std::string user(call[0].text());
  if (user.find(':') != user.npos) return Any("invalid username: " + user);
  return Any(user + ":" + TRY(hashed(call, call[1].text())));
}

Outcome<Any> encrypt_aes(Call& call) {
  constexpr std::size_t kBlock = 16;
  const std::string_view text = call[1].text();
  if (text.empty()) return Any("");
  TRY(call.session.room_for_text(text.size() * 2));
  return Any::from(TRY(recalled(call, [&]() -> Outcome<Value> {
    std::array<std::uint8_t, 32> key{};
    std::memcpy(key.data(), call[0].text().data(),
                std::min<std::size_t>(key.size(), call[0].text().size()));
    std::array<std::uint8_t, kBlock> iv;
    call.session.host().random(iv);
    const std::size_t padding = kBlock - text.size() % kBlock;
    const std::string plain = std::string(text) + std::string(padding, static_cast<char>(padding));
    const std::string sealed = crypto::aes_cbc_encrypt(key, iv, plain);
    return Value(codec::base64_encode(std::string(iv.begin(), iv.end()) + sealed));
  })));
}

}  // namespace

void add_sprig_random(FunctionTable& table) {
  const std::string letters = range('a', 'z') + range('A', 'Z');
  const std::string digits = range('0', '9');
  add_random(table, "randAlphaNum", "int", characters(letters + digits));
  add_random(table, "randAlpha", "int", characters(letters));
  add_random(table, "randNumeric", "int", characters(digits));
  add_random(table, "randAscii", "int", characters(range(' ', '~')));
  add_random(table, "randBytes", "int", rand_bytes);
  add_random(table, "randInt", "int, int", rand_int);
  add_random(table, "shuffle", "string", shuffle);
  add_random(table, "uuidv4", "", uuid);
  add_random(table, "bcrypt", "string",
             [](Call& call) -> Outcome<Any> { return Any(TRY(hashed(call, call[0].text()))); });
  add_random(table, "htpasswd", "string, string", htpasswd);
  add_random(table, "encryptAES", "string, string", encrypt_aes);
}

}  // namespace rumbo::script
