// Dual stack: the IPv6 addresses beside the IPv4 ones.
//
// One range of /48 holds all: subnet 0 the virtual addresses, and a /64 for every network of pods.
// An IPv6 address ends in the IPv4 address of the same pod or Service. So who has an IPv4 address
// has the IPv6 one as well, for exactly as long: nothing is allocated, kept or freed twice.
// Threads: pure functions on a state that the caller stores durably before it uses it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "target/podman/net/addresses.h"
#include "target/podman/net/ipv6.h"

namespace rumbo::target::podman {

/// An IPv6 range somebody on this machine uses already.
struct TakenRange6 {
  Cidr6 range;
  std::string owner;  ///< as TakenRange::owner
};

/// Code::invalid if the text is no range of /48.
Result<Cidr6> range6_from(std::string_view text);
/// The installation's own unique local range: fd and 40 bits that its id decides (RFC 4193).
std::string default_range6(std::string_view install);

/// Fixes the range if none was yet, or if no network has addresses of the one that was.
/// Code::conflict names who is in the way.
Result<> choose_range6(AddressState& state, const std::string& range,
                       const std::vector<TakenRange6>& taken);
/// Gives a network that has an IPv4 range an IPv6 one; the same again for one that has it.
Result<std::string> add_range6(AddressState& state, const std::string& network);
/// First address of a network's IPv6 range, which the bridge gets.
Result<std::string> gateway6_of(const std::string& network_range);

/// The range all virtual addresses lie in; empty without a range.
std::string virtual_range6(const AddressState& state);
/// The IPv6 address beside a virtual IPv4 one; empty without a range.
std::string virtual6(const AddressState& state, std::string_view virtual4);
/// The virtual IPv4 address beside this IPv6 one; Code::invalid if there can be none.
Result<std::string> virtual4(const AddressState& state, std::string_view virtual6_text);
/// The IPv6 address beside a pod's IPv4 one; empty if the network has IPv4 alone.
std::string pod6(const AddressState& state, const std::string& network, std::string_view pod4);

}  // namespace rumbo::target::podman
