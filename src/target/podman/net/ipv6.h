// IPv6 addresses and ranges; and which family an address is of.
//
// Threads: pure functions.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rumbo::target::podman {

enum class Family { ipv4, ipv6 };
std::string_view to_string(Family family);  ///< "IPv4", "IPv6": as Kubernetes writes them

/// In the order of the wire.
using Ipv6 = std::array<std::uint8_t, 16>;

/// Any text form of RFC 4291 but with a zone ("%eth0"); nullopt if it is none.
std::optional<Ipv6> parse_ipv6(std::string_view text);
/// The canonical form of RFC 5952.
std::string format_ipv6(const Ipv6& address);

/// A range "fd12:3456:789a::/48"; `base` has no bits below the prefix.
struct Cidr6 {
  Ipv6 base{};
  int prefix = 128;

  bool contains(const Ipv6& address) const;
  bool overlaps(const Cidr6& other) const;
  std::string to_string() const { return format_ipv6(base) + "/" + std::to_string(prefix); }
  friend auto operator<=>(const Cidr6&, const Cidr6&) = default;
};

/// Reads "a::b/n" or "a::b" (a /128); bits below the prefix are cleared.
std::optional<Cidr6> parse_cidr6(std::string_view text);

/// nullopt for what is no address.
std::optional<Family> family_of(std::string_view address);
/// "10.0.0.1:80" and "[fd00::1]:80".
std::string with_port(std::string_view address, std::uint16_t port);

}  // namespace rumbo::target::podman
