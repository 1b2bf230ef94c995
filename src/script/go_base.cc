#include "script/go_base.h"

#include <cstdint>

namespace rumbo::script {
namespace {

constexpr std::string_view kBase32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

bool is_line_end(char c) {
  return c == '\n' || c == '\r';
}

int base64_digit(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  return c == '+' ? 62 : c == '/' ? 63 : -1;
}

tl::unexpected<Failure> corrupt(std::string_view kind, std::size_t at) {
  return failed("illegal " + std::string(kind) + " data at input byte " + std::to_string(at));
}

}  // namespace

Outcome<std::string> decode_base64(std::string_view text) {
  std::string out;
  std::size_t at = 0;
  const auto skip_line_ends = [&] {
    while (at < text.size() && is_line_end(text[at])) ++at;
  };
  while (at < text.size()) {
    std::uint32_t bits = 0;
    int count = 0;
    while (count < 4) {
      if (at == text.size()) {
        if (count == 0) return out;
        return corrupt("base64", at - static_cast<std::size_t>(count));
      }
      const char c = text[at++];
      if (is_line_end(c)) continue;
      if (const int digit = base64_digit(c); digit >= 0) {
        bits = bits << 6 | static_cast<std::uint32_t>(digit);
        ++count;
        continue;
      }
      if (c != '=' || count < 2) return corrupt("base64", at - 1);
      if (count == 2) {
        skip_line_ends();
        if (at == text.size()) return corrupt("base64", at);
        if (text[at] != '=') return corrupt("base64", at - 1);
        ++at;
      }
      skip_line_ends();
      if (at < text.size()) return corrupt("base64", at);
      break;
    }
    bits <<= 6 * (4 - count);
    for (int i = 0; i + 1 < count; ++i) out += static_cast<char>(bits >> (16 - 8 * i) & 255);
  }
  return out;
}

Outcome<std::string> decode_base32(std::string_view raw) {
  std::string text;
  for (const char c : raw) {
    if (!is_line_end(c)) text += c;
  }
  std::string out;
  std::size_t at = 0;
  bool end = false;
  while (at < text.size() && !end) {
    std::uint64_t bits = 0;
    std::size_t count = 0;
    while (count < 8) {
      if (at == text.size()) return corrupt("base32", at - count);
      const char c = text[at++];
      const std::size_t left = text.size() - at;
      if (c == '=' && count >= 2 && left < 8) {
        if (left + count < 7) return corrupt("base32", text.size());
        for (std::size_t k = 0; k < 7 - count; ++k) {
          if (left > k && text[at + k] != '=') return corrupt("base32", at + k - 1);
        }
        end = true;
        if (count == 3 || count == 6) return corrupt("base32", at - 1);
        break;
      }
      const std::size_t digit = kBase32.find(c);
      if (digit == kBase32.npos) return corrupt("base32", at - 1);
      bits = bits << 5 | digit;
      ++count;
    }
    bits <<= 5 * (8 - count);
    const std::size_t bytes = count * 5 / 8;
    for (std::size_t i = 0; i < bytes; ++i) out += static_cast<char>(bits >> (32 - 8 * i) & 255);
  }
  return out;
}

std::string encode_base32(std::string_view bytes) {
  std::string out;
  for (std::size_t at = 0; at < bytes.size(); at += 5) {
    const std::string_view part = bytes.substr(at, 5);
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < 5; ++i) {
      bits = bits << 8 | (i < part.size() ? static_cast<unsigned char>(part[i]) : 0u);
    }
    const std::size_t digits = (part.size() * 8 + 4) / 5;
    for (std::size_t i = 0; i < 8; ++i) {
      out += i < digits ? kBase32[bits >> (35 - 5 * i) & 31] : '=';
    }
  }
  return out;
}

}  // namespace rumbo::script
