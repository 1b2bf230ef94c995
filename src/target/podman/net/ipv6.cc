// IPv6 text forms.
#include "target/podman/net/ipv6.h"

#include <arpa/inet.h>
#include <fmt/core.h>

#include "base/strings.h"
#include "target/podman/net/ipv4.h"

namespace rumbo::target::podman {
namespace {

Ipv6 masked(const Ipv6& address, int prefix) {
  Ipv6 out = address;
  for (int i = 0; i < 16; ++i) {
    const int bits = std::min(8, std::max(0, prefix - 8 * i));
    out[static_cast<std::size_t>(i)] &= static_cast<std::uint8_t>(0xff00 >> bits);
  }
  return out;
}

}  // namespace

std::string_view to_string(Family family) {
  return family == Family::ipv6 ? "IPv6" : "IPv4";
}

std::optional<Ipv6> parse_ipv6(std::string_view text) {
  if (text.size() >= INET6_ADDRSTRLEN) return std::nullopt;
  Ipv6 out{};
  if (inet_pton(AF_INET6, std::string(text).c_str(), out.data()) != 1) return std::nullopt;
  return out;
}

std::string format_ipv6(const Ipv6& address) {
  char text[INET6_ADDRSTRLEN];
  return inet_ntop(AF_INET6, address.data(), text, sizeof text) == nullptr ? "" : text;
}

bool Cidr6::contains(const Ipv6& address) const {
  return masked(address, prefix) == base;
}

bool Cidr6::overlaps(const Cidr6& other) const {
  return contains(other.base) || other.contains(base);
}

std::optional<Cidr6> parse_cidr6(std::string_view text) {
  const auto slash = text.find('/');
  const auto base = parse_ipv6(text.substr(0, slash));
  if (!base) return std::nullopt;
  Cidr6 range{*base, 128};
  if (slash != std::string_view::npos) {
    const auto prefix = parse_int(text.substr(slash + 1));
    if (!prefix || *prefix < 0 || *prefix > 128) return std::nullopt;
    range.prefix = static_cast<int>(*prefix);
    range.base = masked(*base, range.prefix);
  }
  return range;
}

std::optional<Family> family_of(std::string_view address) {
  if (parse_ipv4(address)) return Family::ipv4;
  if (parse_ipv6(address)) return Family::ipv6;
  return std::nullopt;
}

std::string with_port(std::string_view address, std::uint16_t port) {
  const bool six = address.find(':') != std::string_view::npos;
  return six ? fmt::format("[{}]:{}", address, port) : fmt::format("{}:{}", address, port);
}

}  // namespace rumbo::target::podman
