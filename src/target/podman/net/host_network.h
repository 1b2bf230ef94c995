// HostNetwork: what this machine's network already uses: ranges, listeners. And HeldPorts: sockets
// that keep the host ports we serve from being taken by others.
//
// Threads: HeldPorts from one thread at a time; the functions from any.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "io/env.h"
#include "target/podman/net/addresses.h"
#include "target/podman/net/dual_stack.h"
#include "target/podman/net/table.h"

namespace rumbo::target::podman {

/// Routes that prepare_host() makes carry this protocol number, so that they count as our own.
inline constexpr std::string_view kRouteProtocol = "114";

/// Ranges in `ip -j route` / `ip -j addr` output (default routes left out).
Result<std::vector<TakenRange>> taken_from_routes(std::string_view json);
Result<std::vector<TakenRange>> taken_from_addresses(std::string_view json);
/// Ranges in `podman network inspect` output, which is also the API's.
Result<std::vector<TakenRange>> taken_from_networks(std::string_view json);
/// Routes and addresses of this machine, of links other than `own_bridges`,
/// and Podman's default network.
Result<std::vector<TakenRange>> taken_ranges(const io::Env& env,
                                             const std::set<std::string>& own_bridges);

/// The same of IPv6; Podman's own networks are the caller's to add.
Result<std::vector<TakenRange6>> taken_ranges6(const io::Env& env,
                                               const std::set<std::string>& own_bridges);

/// Why this machine has no IPv6 (now, in this network namespace): "net.ipv6.conf.all.disable_ipv6
/// is 1"; nullopt if it has.
std::optional<std::string> no_ipv6_because(io::FileSystem& files);

struct Listener {
  Protocol protocol = Protocol::tcp;
  std::string address;  ///< "0.0.0.0" and "::" are every address
  std::uint16_t port = 0;
  std::uint64_t inode = 0;
  std::string owner = {};  ///< "process 812 (nginx)", when known
};
/// Listening (tcp) or bound (udp) sockets in the text of /proc/net/{tcp,tcp6,udp,udp6}.
std::vector<Listener> listeners_in(std::string_view proc_net, Protocol protocol);
/// All of this machine, with owners. Sockets of this process are left out.
Result<std::vector<Listener>> listeners(const io::Env& env);

struct HeldPort {
  Protocol protocol = Protocol::tcp;
  HostPort port;
  Family family = Family::ipv4;  ///< an empty address means every address of this family
  friend auto operator<=>(const HeldPort&, const HeldPort&) = default;
};
/// The host ports of the table's routes.
std::set<HeldPort> host_ports_of(const Table& table);

/// Code::conflict, with who, if one of the listeners is where `port` would be.
Result<> check_free(const std::vector<Listener>& listeners, const HeldPort& port);

struct PortConflict {
  HeldPort port;
  Error error;  ///< names who listens, or the permission that is missing
};

class HeldPorts {
 public:
  /// `allow_privileged`: ports below 1024 may be held.
  explicit HeldPorts(bool allow_privileged = false) : allow_privileged_(allow_privileged) {}
  ~HeldPorts();
  HeldPorts(const HeldPorts&) = delete;
  HeldPorts& operator=(const HeldPorts&) = delete;

  /// Binds what is wanted and not held, frees what is held and not wanted. Every conflict is
  /// reported; the rest is held all the same. Call before SWITCH with old and new together, and
  /// after COMMIT with what is served.
  std::vector<PortConflict> hold(const io::Env& env, const std::set<HeldPort>& wanted);
  std::set<HeldPort> held() const;

 private:
  Result<int> bind_one(const HeldPort& port) const;
  const bool allow_privileged_;
  std::map<HeldPort, int> sockets_;
};

}  // namespace rumbo::target::podman
