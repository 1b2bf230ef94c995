// prepare_host() and its undo: sysctls and the route of the virtual addresses.
#include <algorithm>
#include <arpa/inet.h>
#include <fmt/core.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/strings.h"
#include "target/podman/net/host_checks.h"
#include "target/podman/net/host_network.h"
#include "target/podman/net/ipv4.h"
#include "target/podman/net/ipv6.h"

namespace rumbo::target::podman {
namespace {

constexpr Duration kTimeout{5'000'000'000};

/// Names here have `/` between their parts: an interface's own name may hold a `.`.
std::string path_of(const std::string& sysctl) {
  return "/proc/sys/" + sysctl;
}

const char* family_flag(const std::string& range) {
  return range.find(':') == std::string::npos ? "-4" : "-6";
}

class Machine {
 public:
  Machine(const io::Env& env, const std::vector<std::string>& prefix)
      : env_(env), prefix_(prefix) {}

  Result<std::string> run(std::vector<std::string> argv, std::string input = {}) {
    io::Command command;
    command.argv = prefix_;
    command.argv.insert(command.argv.end(), argv.begin(), argv.end());
    command.env = io::minimal_environment();
    command.input = std::move(input);
    command.max_output = 4u << 20;
    const auto exit =
        TRY(env_.process.run(command, Cancel().with_deadline(env_.clock.mono() + kTimeout)));
    if (exit.status == 0) return exit.out;
    return fail(Code::unavailable,
                fmt::format("{}: {}", join(command.argv, " "), printable(trim(exit.err), 300)),
                Retry::later);
  }

  // Through programs where a namespace is asked for: its /proc and /sys are seen only from inside.
  Result<std::string> read(const std::string& path) {
    auto text = prefix_.empty() ? env_.files.read_all(path, 4096) : run({"cat", path});
    if (!text) return fail(std::move(text).error());
    return std::string(trim(*text));
  }
  Result<> write(const std::string& path, const std::string& value) {
    if (prefix_.empty()) {
      const auto file = TRY(env_.files.open(path, {.write = true}));
      return file->write_at(0, as_bytes(value));
    }
    TRY(run({"tee", path}, value));
    return {};
  }
  Result<std::vector<std::string>> list(const std::string& directory) {
    if (prefix_.empty()) return env_.files.list(directory);
    const auto text = TRY(run({"ls", directory}));
    std::vector<std::string> names;
    for (const auto line : split(text, '\n')) {
      if (!line.empty()) names.emplace_back(line);
    }
    return names;
  }
  /// True if this machine takes packets to the range for its own. Asked of the kernel by a socket
  /// that sends nothing: to a local address it would send from that address itself.
  Result<bool> is_local(const Cidr& range) {
    const auto text = range.to_string();
    if (!prefix_.empty()) return has_route(text);
    const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return has_route(text);
    sockaddr_in there{}, here{};
    there.sin_family = AF_INET;
    there.sin_port = htons(9);  // discard
    there.sin_addr.s_addr = htonl(range.base + 1);
    socklen_t size = sizeof here;
    const bool connected = ::connect(fd, reinterpret_cast<sockaddr*>(&there), sizeof there) == 0 &&
                           ::getsockname(fd, reinterpret_cast<sockaddr*>(&here), &size) == 0;
    ::close(fd);
    return connected && here.sin_addr.s_addr == there.sin_addr.s_addr;
  }
  Result<bool> has_route(const std::string& range) {
    return !trim(TRY(run({"ip", family_flag(range), "route", "show", "table", "local", "exact",
                          range})))
                .empty();
  }
  /// The same for IPv6, where a socket does not tell: from the kernel's list, a line for each route
  /// "<to> <bits> <from> <bits> <via> <metric> <count> <count> <flags> <link>" in hexadecimal.
  Result<bool> is_local(const Cidr6& range) {
    constexpr const char* kList = "/proc/net/ipv6_route";
    constexpr std::uint64_t kMost = 16u << 20;
    const auto list = prefix_.empty() ? env_.files.read_all(kList, kMost) : run({"cat", kList});
    if (!list) return has_route(range.to_string());
    std::string wanted;
    for (const auto byte : range.base) wanted += fmt::format("{:02x}", byte);
    wanted += fmt::format(" {:02x} ", range.prefix);
    for (const auto line : split(*list, '\n')) {
      if (line.starts_with(wanted) && trim(line).ends_with(" lo")) return true;
    }
    return false;
  }
  /// The range is this machine's own from now on, and no longer.
  Result<> change_route(const char* verb, const std::string& range) {
    TRY(run({"ip", family_flag(range), "route", verb, "local", range, "dev", "lo", "proto",
             std::string(kRouteProtocol)}));
    return {};
  }

 private:
  const io::Env& env_;
  const std::vector<std::string> prefix_;
};

/// A pod that calls its own Service: where bridged packets pass through NAT, the answer leaves by
/// the port it came in, which a bridge does not do by itself. Ports go with their pods, so there is
/// nothing to undo. A port that vanishes meanwhile is no error.
Result<> reflect(Machine& machine, const std::string& bridge, const std::string& setting) {
  if (machine.read("/proc/sys/net/bridge/" + setting).value_or("0") != "1") return {};
  for (const auto& port : TRY(machine.list("/sys/class/net/" + bridge + "/brif"))) {
    const auto path = "/sys/class/net/" + port + "/brport/hairpin_mode";
    if (machine.read(path).value_or("1") == "1") continue;
    auto written = machine.write(path, "1");
    if (!written && machine.read(path)) return written;
  }
  return {};
}

/// A bridge takes the lowest hardware address of its ports, and so changes its own as pods come and
/// go. Pods that knew the old one then send into the void until they ask again: measured, an answer
/// of 5 s arrived after 8.3 s when the port went whose address the bridge had, and more in IPv6.
/// One that was set stays. It goes with the bridge, so there is nothing to undo.
Result<> keep_address(Machine& machine, const std::string& bridge) {
  const auto link = "/sys/class/net/" + bridge;
  constexpr std::string_view kSet = "3";  // NET_ADDR_SET
  if (TRY(machine.read(link + "/addr_assign_type")) == kSet) return {};
  const auto address = TRY(machine.read(link + "/address"));
  TRY(machine.run({"ip", "link", "set", "dev", bridge, "address", address}));
  return {};
}

}  // namespace

Result<std::vector<HostChange>> prepare_host(const io::Env& env, const std::string& virtual_range,
                                             const std::set<std::string>& bridges,
                                             const std::vector<std::string>& prefix) {
  const auto range = parse_cidr(virtual_range);
  if (!range) return fail(Code::invalid, "virtual range `" + virtual_range + "` is none");
  Machine machine(env, prefix);
  std::vector<HostChange> changes;
  struct Setting {
    std::string name, bridge;
  };
  std::vector<Setting> wanted = {{"net/ipv4/ip_forward", ""}};
  for (const auto& bridge : bridges) {
    if (bridge.empty() || bridge.find('/') != std::string::npos || bridge.starts_with('.')) {
      return fail(Code::invalid, "bridge `" + printable(bridge, 40) + "` is no interface");
    }
    wanted.push_back({"net/ipv4/conf/" + bridge + "/route_localnet", bridge});
  }
  // A bridge that went meanwhile (its last pod ended) needs nothing.
  const auto gone = [&](const std::string& bridge) {
    return !bridge.empty() && !machine.list("/proc/sys/net/ipv4/conf/" + bridge);
  };
  for (const auto& [name, bridge] : wanted) {
    auto before = machine.read(path_of(name));
    if (!before && gone(bridge)) continue;
    if (!before) return fail(std::move(before).error());
    if (*before == "1") continue;
    const auto written = machine.write(path_of(name), "1");
    if (!written && gone(bridge)) continue;
    TRY(written);
    changes.push_back({HostChange::Kind::sysctl, name, std::move(*before), "1"});
  }
  for (const auto& bridge : bridges) {
    for (const auto& done :
         {keep_address(machine, bridge), reflect(machine, bridge, "bridge-nf-call-iptables")}) {
      if (!done && !gone(bridge)) return fail(done.error());
    }
  }
  const auto text = range->to_string();
  if (!TRY(machine.is_local(*range)) && !TRY(machine.has_route(text))) {
    TRY(machine.change_route("add", text));
    changes.push_back({HostChange::Kind::route, text, "", "local"});
  }
  return changes;
}

Result<std::vector<HostChange>> prepare_host6(const io::Env& env, const std::string& virtual_range,
                                              const std::set<std::string>& bridges,
                                              const std::vector<std::string>& prefix) {
  const auto range = parse_cidr6(virtual_range);
  if (!range) return fail(Code::invalid, "virtual range `" + virtual_range + "` is none");
  Machine machine(env, prefix);
  std::vector<HostChange> changes;
  const auto set = [&](const std::string& name, const std::string& value) -> Result<> {
    auto before = TRY(machine.read(path_of(name)));
    if (before == value) return {};
    TRY(machine.write(path_of(name), value));
    changes.push_back({HostChange::Kind::sysctl, name, std::move(before), value});
    return {};
  };
  const std::string forwarding = "net/ipv6/conf/all/forwarding";
  if (TRY(machine.read(path_of(forwarding))) != "1") {
    for (const auto& link : TRY(machine.list("/proc/sys/net/ipv6/conf"))) {
      const std::string accepts = "net/ipv6/conf/" + link + "/accept_ra";
      const bool hears = link != "all" && link != "default" && link != "lo" &&
                         machine.read(path_of(accepts)).value_or("") == "1";
      // One that goes meanwhile hears nobody.
      if (auto kept = hears ? set(accepts, "2") : Result<>(); !kept) {
        if (machine.read(path_of(accepts))) return fail(std::move(kept).error());
      }
    }
  }
  TRY(set(forwarding, "1"));
  for (const auto& bridge : bridges) {
    const auto reflected = reflect(machine, bridge, "bridge-nf-call-ip6tables");
    // One that goes meanwhile needs nothing.
    if (!reflected && machine.read("/sys/class/net/" + bridge + "/address")) {
      return fail(reflected.error());
    }
  }
  const auto text = range->to_string();
  if (!TRY(machine.is_local(*range))) {
    TRY(machine.change_route("add", text));
    changes.push_back({HostChange::Kind::route, text, "", "local"});
  }
  return changes;
}

Result<> undo_host(const io::Env& env, const std::vector<HostChange>& changes,
                   const std::vector<std::string>& prefix) {
  Machine machine(env, prefix);
  Result<> outcome;
  for (auto change = changes.rbegin(); change != changes.rend(); ++change) {
    if (change->kind == HostChange::Kind::route) {
      if (!machine.has_route(change->name).value_or(false)) continue;
      const auto removed = machine.change_route("del", change->name);
      if (!removed) outcome = fail(removed.error());
      continue;
    }
    // Gone with its interface, or set by somebody else: not ours to put back.
    if (machine.read(path_of(change->name)).value_or("") != change->after) continue;
    const auto set = machine.write(path_of(change->name), change->before);
    if (!set) outcome = fail(set.error());
  }
  return outcome;
}

}  // namespace rumbo::target::podman
