// Addresses: which network, virtual address, pod address and node port belongs to whom.
//
// Pure functions on a state that the caller stores durably BEFORE it uses what was allocated. What
// is in the state is never given to another; the caller releases a name only when no generation
// that knows it can be undone any more. Freed addresses come back as late as possible.
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/value.h"
#include "target/podman/net/ipv4.h"

namespace rumbo::target::podman {

struct AddressRanges {
  std::string virtuals = "10.231.0.0/16";  ///< the virtual addresses of Services
  std::string pods = "10.232.0.0/14";      ///< cut into /24 networks, one per namespace
  int network_prefix = 24;
  std::uint16_t node_port_first = 30000, node_port_last = 32767;
};

/// A range somebody on this machine uses already.
struct TakenRange {
  Cidr range;
  std::string owner;  ///< for messages: "route of eth0", "podman network web"
};

struct AddressState {
  std::string virtual_range;                        ///< fixed at the first transaction
  std::map<std::string, std::string> networks;      ///< network name → "10.232.3.0/24"
  std::map<std::string, std::string> virtuals;      ///< "ns/svc" → address
  std::map<std::string, std::string> pods;          ///< "network/pod" → address
  std::map<std::string, std::uint16_t> node_ports;  ///< "ns/svc:port/tcp" → port
  std::map<std::string, std::uint32_t> cursors;     ///< range → last address given out
  std::string range6;                               ///< dual stack: see dual_stack.h
  std::map<std::string, std::string> networks6;     ///< network name → "fd12:…:e803::/64"
  friend bool operator==(const AddressState&, const AddressState&) = default;
};

Value to_value(const AddressState& state);
Result<AddressState> address_state_from(const Value& value);

/// The network's range; the same again for a name that has one. Code::exhausted names who is in
/// the way when every candidate overlaps something taken.
Result<std::string> allocate_network(AddressState& state, const AddressRanges& ranges,
                                     const std::string& network,
                                     const std::vector<TakenRange>& taken);
/// First address of a network's range, which the bridge gets.
Result<std::string> gateway_of(const std::string& network_range);
/// Fixes the range of virtual addresses, which every table names, if none was yet.
Result<> choose_virtual_range(AddressState& state, const AddressRanges& ranges,
                              const std::vector<TakenRange>& taken);
/// A Service's virtual address. `wanted` (clusterIP of the manifest; empty: any) must lie in the
/// range and be free.
Result<std::string> allocate_virtual(AddressState& state, const AddressRanges& ranges,
                                     const std::string& service, const std::string& wanted,
                                     const std::vector<TakenRange>& taken);
Result<std::string> allocate_pod(AddressState& state, const std::string& network,
                                 const std::string& pod);
/// `route` is "ns/svc:port/tcp"; `wanted` 0: any. `listening` are ports that somebody else holds,
/// with who: see listening_ports().
Result<std::uint16_t> allocate_node_port(AddressState& state, const AddressRanges& ranges,
                                         const std::string& route, std::uint16_t wanted,
                                         const std::map<std::uint16_t, std::string>& listening);

void release_network(AddressState& state, const std::string& network);  ///< and its pods
void release_virtual(AddressState& state, const std::string& service);
void release_pod(AddressState& state, const std::string& network, const std::string& pod);
void release_node_port(AddressState& state, const std::string& route);

}  // namespace rumbo::target::podman
