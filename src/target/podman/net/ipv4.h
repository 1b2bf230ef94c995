// IPv4 addresses and ranges as numbers.
//
// Threads: pure functions.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rumbo::target::podman {

/// Dotted decimal, exactly four parts, no leading zeros; nullopt if it is none.
std::optional<std::uint32_t> parse_ipv4(std::string_view text);
std::string format_ipv4(std::uint32_t address);

/// A range "10.1.2.0/24"; `base` has no bits below the prefix.
struct Cidr {
  std::uint32_t base = 0;
  int prefix = 32;

  std::uint32_t mask() const { return prefix == 0 ? 0 : ~std::uint32_t{0} << (32 - prefix); }
  std::uint64_t size() const { return std::uint64_t{1} << (32 - prefix); }
  bool contains(std::uint32_t address) const { return (address & mask()) == base; }
  bool overlaps(const Cidr& other) const { return contains(other.base) || other.contains(base); }
  std::string to_string() const { return format_ipv4(base) + "/" + std::to_string(prefix); }
  friend auto operator<=>(const Cidr&, const Cidr&) = default;
};

/// Reads "a.b.c.d/n" or "a.b.c.d" (a /32); bits below the prefix are cleared.
std::optional<Cidr> parse_cidr(std::string_view text);

}  // namespace rumbo::target::podman
