// Table: everything the nftables table `ip rumbo_<installation>` says, as plain data, and its text.
// On a host with dual stack there is a second one, `ip6 rumbo_<installation>`, of the same shape.
//
// A client of ::1 is not served: the kernel has no route_localnet for IPv6.
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "target/podman/net/ipv6.h"

namespace rumbo::target::podman {

enum class Protocol { tcp, udp };
std::string_view to_string(Protocol protocol);  ///< "tcp", "udp"
/// From a Service's or container's port: "TCP", "UDP", "" (TCP). SCTP is Code::unsupported.
Result<Protocol> protocol_from(std::string_view word);

struct Backend {
  std::string address;
  std::uint16_t port = 0;
  friend auto operator<=>(const Backend&, const Backend&) = default;
};

/// A port of the host that leads to a route: nodePort, LoadBalancer port, hostPort.
struct HostPort {
  std::string address;  ///< one address of the host; empty: all of them, 127.0.0.1 included
  std::uint16_t port = 0;
  friend auto operator<=>(const HostPort&, const HostPort&) = default;
};

/// One port of one Service (or one hostPort of a pod, which has no virtual address).
struct ServiceRoute {
  std::string name;     ///< "ns/svc:port", unique within `routes`, and within one Stage
  std::string address;  ///< the virtual address; empty: reached by host ports only
  Protocol protocol = Protocol::tcp;
  std::uint16_t port = 0;
  std::vector<HostPort> host_ports;
  std::vector<Backend> backends;  ///< none: clients are refused at once
  bool sticky = false;            ///< ClientIP: the same source goes to the same backend
  friend bool operator==(const ServiceRoute&, const ServiceRoute&) = default;
};

/// What a running transaction already sees: its own pods resolve these routes, before the switch.
/// Names that are not here lead where everybody's do. Host ports are ignored.
struct Stage {
  std::string txn;
  std::vector<std::string> sources;  ///< pod addresses
  std::vector<ServiceRoute> routes;
  friend bool operator==(const Stage&, const Stage&) = default;
};

/// A network of pods: its bridge on the host and its range.
struct Subnet {
  std::string bridge;
  std::string cidr;
  friend auto operator<=>(const Subnet&, const Subnet&) = default;
};

/// Who wrote the table last, and from which record; stored in the table itself.
struct Marker {
  std::string install;
  std::string txn;
  std::uint64_t generation = 0, epoch = 0, seq = 0;
  friend bool operator==(const Marker&, const Marker&) = default;
};

/// Every address and range in it is of its family.
struct Table {
  Marker marker;
  std::string virtual_range;  ///< all virtual addresses lie in it: "10.88.0.0/16"
  std::vector<Subnet> subnets;
  std::vector<ServiceRoute> routes;
  std::vector<Stage> stages;
  Family family = Family::ipv4;
  friend bool operator==(const Table&, const Table&) = default;
};

/// "rumbo_<install>".
std::string table_name(std::string_view install);
/// The family in nft's words: "ip", "ip6".
std::string_view nft_family(Family family);
/// The names of the chains that render() writes, sorted.
std::vector<std::string> chain_names(const Table& table);

/// One batch for `nft -f`, which the kernel takes as one transaction: right from any earlier state
/// of the table, also from none. The same Table gives the same bytes, whatever its vectors' order.
/// `stale_chains` are chains of the live table that this one no longer has.
///
/// Code::invalid if an address, range or name cannot be one, or two routes claim the same (address,
/// protocol, port) or host port.
Result<std::string> render(const Table& table, std::span<const std::string> stale_chains = {});

}  // namespace rumbo::target::podman
