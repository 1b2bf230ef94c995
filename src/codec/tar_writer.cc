#include <fmt/format.h>

#include "codec/tar.h"

namespace rumbo::codec {
namespace {

constexpr std::size_t kBlock = 512;
constexpr std::size_t kMostName = 100;
constexpr std::uint64_t kMostBytes = (std::uint64_t{1} << 33) - 1;  // eleven octal digits

/// The fields of a ustar header (POSIX.1-1988): offset and text.
std::string header_of(const TarEntry& entry) {
  std::string header(kBlock, '\0');
  const auto put = [&header](std::size_t at, std::string_view text) {
    header.replace(at, text.size(), text);
  };
  put(0, entry.name);
  put(100, "0000600");
  put(108, "0000000");
  put(116, "0000000");
  put(124, fmt::format("{:011o}", entry.data.size()));
  put(136, "00000000000");
  put(148, "        ");
  put(156, "0");
  put(257, std::string_view("ustar\00000", 8));
  unsigned sum = 0;
  for (const char c : header) sum += static_cast<unsigned char>(c);
  put(148, fmt::format("{:06o}", sum) + std::string("\0 ", 2));
  return header;
}

}  // namespace

Result<std::string> write_tar(const std::vector<TarEntry>& entries) {
  std::size_t total = 2 * kBlock;
  for (const TarEntry& entry : entries) total += kBlock + entry.data.size() + kBlock;
  std::string out;
  out.reserve(total);
  for (const TarEntry& entry : entries) {
    if (entry.name.empty() || entry.name.size() > kMostName) {
      return fail(Code::invalid, "`" + entry.name + "` cannot be a name in a tar archive");
    }
    if (entry.data.size() > kMostBytes) {
      return fail(Code::too_large, entry.name + " is too large for a tar archive");
    }
    out += header_of(entry);
    out += entry.data;
    out.resize((out.size() + kBlock - 1) / kBlock * kBlock);
  }
  out.append(2 * kBlock, '\0');
  return out;
}

}  // namespace rumbo::codec
