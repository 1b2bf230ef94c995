#include "codec/tar.h"

#include <algorithm>
#include <cstdint>
#include <fmt/format.h>
#include <optional>

#include "base/strings.h"

namespace rumbo::codec {
namespace {

constexpr std::size_t kBlock = 512;

std::string_view text_field(std::string_view header, std::size_t at, std::size_t size) {
  const std::string_view field = header.substr(at, size);
  return field.substr(0, field.find('\0'));
}

/// Octal digits, or GNU's binary form with the top bit set.
std::optional<std::uint64_t> number_field(std::string_view header, std::size_t at,
                                          std::size_t size) {
  const std::string_view field = header.substr(at, size);
  std::uint64_t number = 0;
  if ((static_cast<unsigned char>(field[0]) & 0x80) != 0) {
    for (std::size_t i = 0; i < field.size(); ++i) {
      const auto byte = static_cast<unsigned char>(i == 0 ? field[i] & 0x7f : field[i]);
      if (number >> 56 != 0) return std::nullopt;
      number = number << 8 | byte;
    }
    return number;
  }
  for (const char c : trim(text_field(header, at, size))) {
    if (c < '0' || c > '7' || number >> 60 != 0) return std::nullopt;
    number = number << 3 | static_cast<std::uint64_t>(c - '0');
  }
  return number;
}

bool checksum_fits(std::string_view header) {
  const auto written = number_field(header, 148, 8);
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < kBlock; ++i) {
    sum += i >= 148 && i < 156 ? ' ' : static_cast<unsigned char>(header[i]);
  }
  return written && *written == sum;
}

/// What a pax header says about the entry behind it.
struct Pax {
  std::string path;
  std::optional<std::uint64_t> size;
};

Result<Pax> read_pax(std::string_view records) {
  Pax pax;
  while (!records.empty()) {
    const std::size_t blank = records.find(' ');
    const auto length =
        parse_int(records.substr(0, blank == records.npos ? records.size() : blank));
    if (blank == records.npos || !length || *length < static_cast<std::int64_t>(blank) + 3 ||
        static_cast<std::uint64_t>(*length) > records.size()) {
      return fail(Code::corrupt, "an extended tar header is damaged");
    }
    const auto size = static_cast<std::size_t>(*length);
    const std::string_view record = records.substr(blank + 1, size - blank - 2);
    const std::size_t equals = record.find('=');
    if (equals == record.npos) return fail(Code::corrupt, "an extended tar header is damaged");
    const std::string_view key = record.substr(0, equals), value = record.substr(equals + 1);
    if (key == "path") pax.path = value;
    if (key == "size") {
      const auto bytes = parse_int(value);
      if (!bytes || *bytes < 0) return fail(Code::corrupt, "a tar entry has no valid size");
      pax.size = static_cast<std::uint64_t>(*bytes);
    }
    records.remove_prefix(size);
  }
  return pax;
}

std::string header_name(std::string_view header) {
  std::string name(text_field(header, 0, 100));
  if (header.substr(257, 5) == "ustar" && header[262] == '\0') {
    const std::string_view prefix = text_field(header, 345, 155);
    if (!prefix.empty()) name = std::string(prefix) + "/" + name;
  }
  return name;
}

}  // namespace

Result<std::vector<TarEntry>> read_tar(std::string_view bytes, const TarLimits& limits) {
  std::vector<TarEntry> entries;
  std::string long_name;
  Pax pax;
  std::size_t headers = 0;
  for (std::size_t at = 0; at < bytes.size();) {
    if (bytes.size() - at < kBlock) return fail(Code::corrupt, "unexpected EOF");
    const std::string_view header = bytes.substr(at, kBlock);
    if (header.find_first_not_of('\0') == header.npos) break;
    if (!checksum_fits(header)) return fail(Code::corrupt, "archive/tar: invalid tar header");
    if (++headers > 3 * limits.max_entries || entries.size() > limits.max_entries) {
      return fail(Code::too_large, fmt::format("more than {} files", limits.max_entries));
    }
    const char type = header[156];
    const auto declared = number_field(header, 124, 12);
    if (!declared) return fail(Code::corrupt, "a tar entry has no valid size");
    const bool extension = type == 'x' || type == 'g' || type == 'L' || type == 'K';
    const bool link = type == '1' || type == '2';
    std::uint64_t size = !extension && pax.size ? *pax.size : *declared;
    if (link || type == '5') size = 0;
    at += kBlock;
    if (size > bytes.size() - at) return fail(Code::corrupt, "unexpected EOF");
    const std::string_view data = bytes.substr(at, static_cast<std::size_t>(size));
    at += std::min((data.size() + kBlock - 1) / kBlock * kBlock, bytes.size() - at);

    if (type == 'L') {
      long_name = data.substr(0, data.find('\0'));
    } else if (type == 'x') {
      pax = TRY(read_pax(data));
    } else if (!extension) {
      TarEntry entry{.name = header_name(header), .data = data, .link = link, .target = {}};
      if (link) entry.target = text_field(header, 157, 100);
      if (!long_name.empty()) entry.name = std::move(long_name);
      if (!pax.path.empty()) entry.name = std::move(pax.path);
      long_name.clear();
      pax = {};
      if (type == '5' || entry.name.ends_with('/')) continue;
      if (type != '0' && type != '\0' && type != '7' && !link) {
        return fail(Code::invalid, "`" + printable(entry.name, 256) +
                                       "` is neither a file nor a folder but a device");
      }
      entries.push_back(std::move(entry));
    }
  }
  return entries;
}

}  // namespace rumbo::codec
