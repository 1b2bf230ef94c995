// IPv4 text forms.
#include "target/podman/net/ipv4.h"

#include <fmt/core.h>

#include "base/strings.h"

namespace rumbo::target::podman {

std::optional<std::uint32_t> parse_ipv4(std::string_view text) {
  if (text.size() > 15) return std::nullopt;
  const auto parts = split(text, '.');
  if (parts.size() != 4) return std::nullopt;
  std::uint32_t address = 0;
  for (const auto part : parts) {
    if (part.empty() || part.size() > 3 || (part.size() > 1 && part[0] == '0')) return std::nullopt;
    std::uint32_t number = 0;
    for (const char c : part) {
      if (c < '0' || c > '9') return std::nullopt;
      number = number * 10 + static_cast<std::uint32_t>(c - '0');
    }
    if (number > 255) return std::nullopt;
    address = address << 8 | number;
  }
  return address;
}

std::string format_ipv4(std::uint32_t address) {
  return fmt::format("{}.{}.{}.{}", address >> 24, address >> 16 & 255, address >> 8 & 255,
                     address & 255);
}

std::optional<Cidr> parse_cidr(std::string_view text) {
  const auto slash = text.find('/');
  const auto base = parse_ipv4(text.substr(0, slash));
  if (!base) return std::nullopt;
  Cidr range{*base, 32};
  if (slash != std::string_view::npos) {
    const auto prefix = parse_int(text.substr(slash + 1));
    if (!prefix || *prefix < 0 || *prefix > 32) return std::nullopt;
    range.prefix = static_cast<int>(*prefix);
    range.base &= range.mask();
  }
  return range;
}

}  // namespace rumbo::target::podman
