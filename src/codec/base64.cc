#include "codec/base64.h"

#include <array>

#include "base/strings.h"

namespace rumbo::codec {
namespace {

constexpr std::string_view kStandard =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kUrl =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

using Table = std::array<std::int8_t, 256>;

constexpr Table inverse(std::string_view alphabet) {
  Table table{};
  for (auto& entry : table) entry = -1;
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    table[static_cast<unsigned char>(alphabet[i])] = static_cast<std::int8_t>(i);
  }
  return table;
}

constexpr Table kFromStandard = inverse(kStandard);
constexpr Table kFromUrl = inverse(kUrl);

std::string encode(std::span<const std::uint8_t> bytes, std::string_view alphabet, bool pad) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - at);
    std::uint32_t group = std::uint32_t{bytes[at]} << 16;
    if (count > 1) group |= std::uint32_t{bytes[at + 1]} << 8;
    if (count > 2) group |= bytes[at + 2];
    for (std::size_t i = 0; i <= count; ++i) out += alphabet[(group >> (18 - 6 * i)) & 63];
    if (pad) out.append(3 - count, '=');
  }
  return out;
}

/// `text` without padding; fails on any foreign byte, an impossible length or stray bits.
Result<std::string> decode(std::string_view text, const Table& table) {
  if (text.size() % 4 == 1) return fail(Code::invalid, "base64 text has an impossible length");
  std::string out;
  out.reserve(text.size() / 4 * 3 + 2);
  std::uint32_t bits = 0;
  int have = 0;
  for (const char c : text) {
    const std::int8_t digit = table[static_cast<unsigned char>(c)];
    if (digit < 0) return fail(Code::invalid, "text holds a character that base64 does not use");
    bits = (bits << 6) | static_cast<std::uint32_t>(digit);
    have += 6;
    if (have >= 8) {
      have -= 8;
      out += static_cast<char>((bits >> have) & 0xff);
    }
  }
  if ((bits & ((1U << have) - 1)) != 0) {
    return fail(Code::invalid, "base64 text ends in unused bits that are not zero");
  }
  return out;
}

}  // namespace

std::string base64_encode(std::span<const std::uint8_t> bytes) {
  return encode(bytes, kStandard, true);
}
std::string base64_encode(std::string_view bytes) {
  return base64_encode(as_bytes(bytes));
}
std::string base64url_encode(std::span<const std::uint8_t> bytes) {
  return encode(bytes, kUrl, false);
}
std::string base64url_encode(std::string_view bytes) {
  return base64url_encode(as_bytes(bytes));
}

Result<std::string> base64_decode(std::string_view text) {
  if (text.size() % 4 != 0) {
    return fail(Code::invalid, "base64 text is not padded to a multiple of four");
  }
  if (text.ends_with("==")) return decode(text.substr(0, text.size() - 2), kFromStandard);
  if (text.ends_with("=")) return decode(text.substr(0, text.size() - 1), kFromStandard);
  return decode(text, kFromStandard);
}

Result<std::string> base64url_decode(std::string_view text) {
  if (text.size() % 4 == 0) {
    if (text.ends_with("==")) return decode(text.substr(0, text.size() - 2), kFromUrl);
    if (text.ends_with("=")) return decode(text.substr(0, text.size() - 1), kFromUrl);
  }
  return decode(text, kFromUrl);
}

}  // namespace rumbo::codec
