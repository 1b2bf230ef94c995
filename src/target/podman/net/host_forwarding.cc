// Reads a foreign firewall's rules for what they do to traffic of pods.
#include <fmt/core.h>

#include "base/strings.h"
#include "target/podman/net/host_checks.h"

namespace rumbo::target::podman {

HostCheck judge_forwarding(std::string_view iptables_rules, Family family) {
  const bool six = family == Family::ipv6;
  const std::string name = six ? "forward6" : "forward";
  bool drops = false, docker = false, ufw = false, excepted = false;
  for (const auto line : split(iptables_rules, '\n')) {
    drops = drops || line == "-P FORWARD DROP" || line == "-P FORWARD REJECT";
    docker = docker || line == "-N DOCKER-USER";
    ufw = ufw || line.starts_with("-N ufw-");
    const bool ours =
        line.starts_with("-A FORWARD ") || (docker && line.starts_with("-A DOCKER-USER "));
    excepted = excepted || (ours && line.find("--ctstate DNAT") != std::string_view::npos &&
                            line.ends_with("-j ACCEPT"));
  }
  if (!drops) return {name, HostCheck::Level::ok, "forwarded traffic is accepted", ""};
  if (excepted)
    return {name, HostCheck::Level::ok, "policy DROP, with the exception for Services", ""};
  const auto who = docker ? "Docker" : ufw ? "ufw" : "the firewall";
  return {name, HostCheck::Level::failure,
          fmt::format("{} drops forwarded traffic: other machines cannot reach Services", who),
          fmt::format("{} -I {} -m conntrack --ctstate DNAT -j ACCEPT",
                      six ? "ip6tables" : "iptables", docker ? "DOCKER-USER" : "FORWARD")};
}

}  // namespace rumbo::target::podman
