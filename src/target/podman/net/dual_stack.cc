#include "target/podman/net/dual_stack.h"

#include <fmt/core.h>

#include "base/strings.h"
#include "crypto/digest.h"

namespace rumbo::target::podman {
namespace {

constexpr int kRange = 48, kNetwork = 64;

/// `base` with a subnet's number behind the /48, and with the last 32 bits.
Ipv6 address_in(Ipv6 base, std::uint16_t subnet, std::uint32_t end) {
  base[6] = static_cast<std::uint8_t>(base[6] | subnet >> 8);
  base[7] = static_cast<std::uint8_t>(base[7] | (subnet & 255));
  for (std::size_t i = 0; i < 4; ++i) {
    base[12 + i] = static_cast<std::uint8_t>(end >> (24 - 8 * i));
  }
  return base;
}

std::string with_end(const std::string& range, std::string_view address4) {
  const auto network = parse_cidr6(range);
  const auto end = parse_ipv4(address4);
  return network && end ? format_ipv6(address_in(network->base, 0, *end)) : "";
}

}  // namespace

Result<Cidr6> range6_from(std::string_view text) {
  const auto range = parse_cidr6(text);
  if (range && range->prefix == kRange) return *range;
  return fail(Error(Code::invalid,
                    fmt::format("`{}` is not an IPv6 range of /{}", printable(text, 80), kRange))
                  .with_hint("as fd12:3456:789a::/48: fd and ten random digits (RFC 4193)"));
}

std::string default_range6(std::string_view install) {
  const std::string hex = crypto::sha256("ipv6 of " + std::string(install)).substr(7, 10);
  return fmt::format("fd{}:{}:{}::/{}", hex.substr(0, 2), hex.substr(2, 4), hex.substr(6, 4),
                     kRange);
}

Result<> choose_range6(AddressState& state, const std::string& range,
                       const std::vector<TakenRange6>& taken) {
  const Cidr6 wanted = TRY(range6_from(range));
  if (!state.networks6.empty() || state.range6 == wanted.to_string()) return {};
  for (const TakenRange6& other : taken) {
    if (!other.range.overlaps(wanted)) continue;
    return fail(
        Error(Code::conflict, fmt::format("the range of IPv6 addresses {} overlaps {} ({})",
                                          wanted.to_string(), other.range.to_string(), other.owner))
            .with_hint("choose another with `ipv6Range` in the environment's target"));
  }
  state.range6 = wanted.to_string();
  return {};
}

Result<std::string> add_range6(AddressState& state, const std::string& network) {
  if (const auto known = state.networks6.find(network); known != state.networks6.end()) {
    return known->second;
  }
  const auto range = TRY(range6_from(state.range6));
  const auto home = state.networks.find(network);
  const auto four = home == state.networks.end() ? std::nullopt : parse_cidr(home->second);
  if (!four) return fail(Code::internal, fmt::format("network {} has no range", network));
  // A network of /24 is numbered by the two octets in the middle; 0 is the virtual addresses.
  const auto subnet = static_cast<std::uint16_t>(four->base >> 8);
  const auto text = Cidr6{address_in(range.base, subnet, 0), kNetwork}.to_string();
  for (const auto& [other, taken] : state.networks6) {
    if (subnet != 0 && taken != text) continue;
    return fail(Code::conflict, fmt::format("no IPv6 range of its own is left for network {} ({})",
                                            network, home->second));
  }
  return state.networks6[network] = text;
}

Result<std::string> gateway6_of(const std::string& network_range) {
  const auto range = parse_cidr6(network_range);
  if (!range) return fail(Code::invalid, "`" + printable(network_range, 80) + "` is no IPv6 range");
  return format_ipv6(address_in(range->base, 0, 1));
}

std::string virtual_range6(const AddressState& state) {
  const auto range = parse_cidr6(state.range6);
  return range ? Cidr6{range->base, kNetwork}.to_string() : "";
}

std::string virtual6(const AddressState& state, std::string_view virtual4) {
  return with_end(state.range6, virtual4);
}

Result<std::string> virtual4(const AddressState& state, std::string_view virtual6_text) {
  const auto six = parse_ipv6(virtual6_text);
  std::uint32_t end = 0;
  for (std::size_t i = 12; six && i < 16; ++i) end = end << 8 | (*six)[i];
  std::string four = format_ipv4(end);
  if (six && virtual6(state, four) == format_ipv6(*six)) return four;
  return fail(Code::invalid,
              fmt::format("virtual address `{}` is not in {} with the last 32 bits of an IPv4 one",
                          printable(virtual6_text, 80),
                          state.range6.empty() ? "a range of this host" : virtual_range6(state)));
}

std::string pod6(const AddressState& state, const std::string& network, std::string_view pod4) {
  const auto range = state.networks6.find(network);
  return range == state.networks6.end() ? "" : with_end(range->second, pod4);
}

}  // namespace rumbo::target::podman
