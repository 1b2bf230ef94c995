// Reads a foreign firewall's rules for what they do to traffic of pods.
#include <fmt/core.h>

#include "base/strings.h"
#include "target/podman/net/host_checks.h"

namespace rumbo::target::podman {

HostCheck judge_forwarding(std::string_view iptables_rules) {
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
  if (!drops) return {"forward", HostCheck::Level::ok, "forwarded traffic is accepted", ""};
  if (excepted)
    return {"forward", HostCheck::Level::ok, "policy DROP, with the exception for Services", ""};
  const auto who = docker ? "Docker" : ufw ? "ufw" : "the firewall";
  return {"forward", HostCheck::Level::failure,
          fmt::format("{} drops forwarded traffic: other machines cannot reach Services", who),
          fmt::format("iptables -I {} -m conntrack --ctstate DNAT -j ACCEPT",
                      docker ? "DOCKER-USER" : "FORWARD")};
}

}  // namespace rumbo::target::podman
