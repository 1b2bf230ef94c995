// prepare_host() and its undo: sysctls and the route of the virtual addresses.
#include <algorithm>
#include <fmt/core.h>

#include "base/strings.h"
#include "target/podman/net/host_checks.h"
#include "target/podman/net/host_network.h"
#include "target/podman/net/ipv4.h"

namespace rumbo::target::podman {
namespace {

constexpr Duration kTimeout{5'000'000'000};

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

  // Through programs, since /proc of another network namespace is seen only from inside.
  Result<std::string> sysctl(const std::string& name) {
    return std::string(trim(TRY(run({"cat", path_of(name)}))));
  }
  Result<> set_sysctl(const std::string& name, const std::string& value) {
    TRY(run({"tee", path_of(name)}, value + "\n"));
    return {};
  }
  Result<bool> has_route(const std::string& range) {
    return !trim(TRY(run({"ip", "-4", "route", "show", "table", "local", "exact", range}))).empty();
  }

 private:
  /// Names here have `/` between their parts: an interface's own name may hold a `.`.
  static std::string path_of(const std::string& name) { return "/proc/sys/" + name; }

  const io::Env& env_;
  const std::vector<std::string> prefix_;
};

}  // namespace

Result<std::vector<HostChange>> prepare_host(const io::Env& env, const std::string& virtual_range,
                                             const std::set<std::string>& bridges,
                                             const std::vector<std::string>& prefix) {
  const auto range = parse_cidr(virtual_range);
  if (!range) return fail(Code::invalid, "virtual range `" + virtual_range + "` is none");
  Machine machine(env, prefix);
  std::vector<HostChange> changes;
  std::vector<std::string> wanted = {"net/ipv4/ip_forward"};
  for (const auto& bridge : bridges) {
    if (bridge.empty() || bridge.find('/') != std::string::npos || bridge.starts_with('.')) {
      return fail(Code::invalid, "bridge `" + printable(bridge, 40) + "` is no interface");
    }
    wanted.push_back("net/ipv4/conf/" + bridge + "/route_localnet");
  }
  for (const auto& name : wanted) {
    auto before = TRY(machine.sysctl(name));
    if (before == "1") continue;
    TRY(machine.set_sysctl(name, "1"));
    changes.push_back({HostChange::Kind::sysctl, name, std::move(before), "1"});
  }
  const auto text = range->to_string();
  if (!TRY(machine.has_route(text))) {
    TRY(machine.run({"ip", "-4", "route", "add", "local", text, "dev", "lo", "proto",
                     std::string(kRouteProtocol)}));
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
      const auto removed = machine.run({"ip", "-4", "route", "del", "local", change->name, "dev",
                                        "lo", "proto", std::string(kRouteProtocol)});
      if (!removed) outcome = fail(removed.error());
      continue;
    }
    // Gone with its interface, or set by somebody else: not ours to put back.
    if (machine.sysctl(change->name).value_or("") != change->after) continue;
    const auto set = machine.set_sysctl(change->name, change->before);
    if (!set) outcome = fail(set.error());
  }
  return outcome;
}

}  // namespace rumbo::target::podman
