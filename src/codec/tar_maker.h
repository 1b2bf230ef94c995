// Archives for tests: tar entries as one likes, and gzip without compression.
//
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <fmt/core.h>
#include <string>
#include <string_view>

namespace rumbo::codec {

/// One ustar entry of any type; `size` may lie about the data.
inline std::string tar_entry(std::string_view name, std::string_view data, char type = '0',
                             std::int64_t size = -1) {
  std::string header(512, '\0');
  const auto put = [&header](std::size_t at, std::string_view text) {
    header.replace(at, text.size(), text);
  };
  put(0, name.substr(0, 100));
  put(100, "0000644");
  put(124, fmt::format("{:011o}", size < 0 ? static_cast<std::int64_t>(data.size()) : size));
  put(136, "00000000000");
  put(148, "        ");
  header[156] = type;
  put(257, std::string_view("ustar\00000", 8));
  unsigned sum = 0;
  for (const char c : header) sum += static_cast<unsigned char>(c);
  put(148, fmt::format("{:06o}", sum) + std::string("\0 ", 2));
  std::string out = header + std::string(data);
  out.resize((out.size() + 511) / 512 * 512);
  return out;
}

inline std::string tar_end() {
  return std::string(1024, '\0');
}

/// A gzip stream of stored blocks.
inline std::string stored_gzip(std::string_view data) {
  std::string out("\x1f\x8b\x08\0\0\0\0\0\0\xff", 10);
  const auto number = [&out](std::uint32_t value, int bytes) {
    for (int i = 0; i < bytes; ++i, value >>= 8) out += static_cast<char>(value & 0xff);
  };
  std::string_view rest = data;
  do {
    const std::string_view block = rest.substr(0, 65535);
    rest.remove_prefix(block.size());
    const auto size = static_cast<std::uint32_t>(block.size());
    out += rest.empty() ? '\1' : '\0';
    number(size, 2);
    number(~size, 2);
    out += block;
  } while (!rest.empty());
  std::uint32_t crc = ~std::uint32_t{0};
  for (const char c : data) {
    crc ^= static_cast<unsigned char>(c);
    for (int i = 0; i < 8; ++i) crc = crc >> 1 ^ ((crc & 1) != 0 ? 0xedb88320u : 0u);
  }
  number(~crc, 4);
  number(static_cast<std::uint32_t>(data.size()), 4);
  return out;
}

}  // namespace rumbo::codec
