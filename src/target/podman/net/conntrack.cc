#include "target/podman/net/conntrack.h"

#include <fmt/core.h>
#include <map>
#include <set>

#include "base/strings.h"

namespace rumbo::target::podman {
namespace {

constexpr Duration kTimeout{5'000'000'000};

Result<io::Exit> run(const io::Env& env, const std::vector<std::string>& prefix,
                     std::vector<std::string> argv) {
  io::Command command;
  command.argv = prefix;
  command.argv.insert(command.argv.end(), argv.begin(), argv.end());
  command.env = io::minimal_environment();
  command.max_output = 4u << 20;
  return env.process.run(command, Cancel().with_deadline(env.clock.mono() + kTimeout));
}

}  // namespace

std::vector<Backend> udp_backends_gone(const std::vector<ServiceRoute>& before,
                                       const std::vector<ServiceRoute>& after) {
  std::map<std::string, std::set<Backend>> kept;
  for (const auto& route : after) {
    if (route.protocol == Protocol::udp) {
      kept[route.name].insert(route.backends.begin(), route.backends.end());
    }
  }
  std::set<Backend> gone;
  for (const auto& route : before) {
    if (route.protocol != Protocol::udp) continue;
    for (const auto& backend : route.backends) {
      if (!kept[route.name].contains(backend)) gone.insert(backend);
    }
  }
  return {gone.begin(), gone.end()};
}

Result<> forget_udp_flows(const io::Env& env, const std::vector<Backend>& backends,
                          const std::vector<std::string>& prefix) {
  for (const auto& backend : backends) {
    const bool six = family_of(backend.address) == Family::ipv6;
    const auto exit = run(env, prefix,
                          {"conntrack", "-D", "-f", six ? "ipv6" : "ipv4", "-p", "udp", "--dst-nat",
                           backend.address, "--reply-port-src", std::to_string(backend.port)});
    if (!exit && exit.error().code() == Code::not_found) {
      return fail(Error(Code::unsupported,
                        "the conntrack program is missing: UDP clients stay on "
                        "old pods after a switch")
                      .with_hint("apt-get install conntrack"));
    }
    if (!exit) return fail(exit.error());
    // "0 flow entries have been deleted" comes with exit status 1.
    if (exit->status != 0 && exit->err.find("0 flow entries") == std::string::npos) {
      return fail(
          Code::unavailable,
          fmt::format("conntrack cannot forget the flows to {}: {}",
                      with_port(backend.address, backend.port), printable(trim(exit->err), 300)),
          Retry::later);
    }
  }
  return {};
}

}  // namespace rumbo::target::podman
