// Host checks: can this machine run pods and switch Services, and if not, what to type.
//
// Threads: blocking; from any thread. prepare_host() changes the machine and says what.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "io/env.h"
#include "target/podman/net/ipv6.h"

namespace rumbo::target::podman {

struct HostCheck {
  enum class Level { ok, warning, failure };
  std::string name;
  Level level = Level::ok;
  std::string message;
  std::string cure;  ///< the command to run; empty if there is nothing to do
};
std::string_view to_string(HostCheck::Level level);

/// Never fails itself: what cannot be found out is a warning.
/// `ipv6`: the configuration wants it.
std::vector<HostCheck> check_host(const io::Env& env, bool ipv6 = false);

/// Whether traffic to pods may pass the rules in this `iptables -S` (or `ip6tables -S`) output.
HostCheck judge_forwarding(std::string_view iptables_rules, Family family = Family::ipv4);

/// One thing prepare_host() changed.
struct HostChange {
  enum class Kind { sysctl, route };
  Kind kind = Kind::sysctl;
  std::string name;    ///< "net/ipv4/ip_forward"; the range of a route
  std::string before;  ///< the old value; empty for a route that was not there
  std::string after;
  friend bool operator==(const HostChange&, const HostChange&) = default;
};

/// Makes the machine fit to serve: forwarding on, the virtual range local to this machine (so that
/// the host itself reaches it), route_localnet on these bridges only, which keep their hardware
/// addresses from then on. Safe to repeat; returns only what it changed now. Call again after every
/// start of a pod: its bridge may be new, and its port must let the pod reach itself through a
/// Service (hairpin; only where bridge-nf-call-iptables=1).
Result<std::vector<HostChange>> prepare_host(const io::Env& env, const std::string& virtual_range,
                                             const std::set<std::string>& bridges,
                                             const std::vector<std::string>& prefix = {});
/// The same for IPv6: forwarding on, the virtual range local to this machine. A machine that
/// learned its own route from its router keeps it: with forwarding on, the kernel would listen to
/// no router any more (accept_ra 1 becomes 2 first). Call before a pod starts, too: netavark turns
/// forwarding on.
Result<std::vector<HostChange>> prepare_host6(const io::Env& env, const std::string& virtual_range,
                                              const std::set<std::string>& bridges,
                                              const std::vector<std::string>& prefix = {});
/// Takes changes back, last first; a sysctl that somebody changed meanwhile is left alone.
Result<> undo_host(const io::Env& env, const std::vector<HostChange>& changes,
                   const std::vector<std::string>& prefix = {});

}  // namespace rumbo::target::podman
