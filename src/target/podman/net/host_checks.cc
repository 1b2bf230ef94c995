#include "target/podman/net/host_checks.h"

#include <algorithm>
#include <array>
#include <fmt/core.h>
#include <sys/timex.h>

#include "base/strings.h"
#include "target/podman/host_facts.h"
#include "target/podman/net/host_network.h"

namespace rumbo::target::podman {
namespace {

using Level = HostCheck::Level;

constexpr Duration kTimeout{10'000'000'000};

class Checks {
 public:
  Checks(const io::Env& env, bool ipv6) : env_(env), ipv6_(ipv6) {}

  std::vector<HostCheck> run() {
    facts();
    programs();
    kernel();
    forwarding();
    if (ipv6_) ipv6();
    machine();
    return std::move(found_);
  }

 private:
  void add(std::string name, Level level, std::string message, std::string cure = {}) {
    found_.push_back({std::move(name), level, std::move(message), std::move(cure)});
  }

  Result<io::Exit> call(std::vector<std::string> argv) {
    io::Command command;
    command.argv = std::move(argv);
    command.env = io::minimal_environment();
    command.max_output = 4u << 20;
    return env_.process.run(command, Cancel().with_deadline(env_.clock.mono() + kTimeout));
  }
  /// What the program prints, or nullopt if it is missing or fails.
  std::optional<std::string> output(std::vector<std::string> argv) {
    const auto exit = call(std::move(argv));
    if (!exit || exit->status != 0) return std::nullopt;
    return exit->out;
  }
  std::string proc(const std::string& path) {
    return std::string(trim(env_.files.read_all(path, 1u << 20).value_or("")));
  }

  void facts() {
    const auto facts = look_at_host(env_, Cancel());
    if (!facts) {
      add("podman", Level::failure, facts.error().message(),
          "apt-get install podman netavark aardvark-dns nftables");
      return;
    }
    if (facts->root) {
      add("root", Level::ok, "running as root");
    } else {
      add("root", Level::failure,
          "not root: without it there are no virtual addresses and no atomic switch",
          "run rumbo as root");
    }
    podman_version(facts->podman_version);
    runtime(*facts);
    if (facts->sys_resource) {
      add("cap-sys-resource", Level::ok, "limits of containers can be raised");
    } else {
      add("cap-sys-resource", Level::warning,
          "no CAP_SYS_RESOURCE: containers get the limits of this process");
    }
  }

  void podman_version(const std::string& version) {
    const auto parts = split(version, '.');
    const auto major = parts.empty() ? std::nullopt : parse_int(parts[0]);
    const auto minor = parts.size() < 2 ? std::nullopt : parse_int(parts[1]);
    if (!major || !minor) {
      add("podman", Level::warning, "version `" + printable(version, 40) + "` is not understood");
    } else if (std::pair(*major, *minor) < std::pair<std::int64_t, std::int64_t>(4, 3)) {
      add("podman", Level::failure, "version " + version + " is older than 4.3",
          "install podman 4.3 or later");
    } else {
      add("podman", Level::ok, "version " + version);
    }
  }

  void runtime(const HostFacts& facts) {
    const auto layout = std::string(to_string(facts.cgroups));
    if (!facts.crun && !facts.runc) {
      add("runtime", Level::failure, "neither crun nor runc is installed", "apt-get install runc");
    } else if (facts.cgroups == CgroupLayout::hybrid && !facts.runc) {
      add("runtime", Level::failure, "crun fails on a hybrid cgroup hierarchy",
          "apt-get install runc");
    } else {
      add("runtime", Level::ok,
          fmt::format("cgroups {}, {}", layout,
                      facts.cgroups == CgroupLayout::hybrid || !facts.crun ? "runc" : "crun"));
    }
  }

  void programs() {
    const auto nft = call({"nft", "list", "tables"});
    if (!nft && nft.error().code() == Code::not_found) {
      add("nft", Level::failure, "nft is not installed", "apt-get install nftables");
    } else if (!nft || nft->status != 0) {
      add("nft", Level::failure,
          "nft cannot reach the kernel: " +
              (nft ? printable(trim(nft->err), 200) : nft.error().message()),
          "modprobe nf_tables");
    } else {
      add("nft", Level::ok, printable(trim(output({"nft", "--version"}).value_or("")), 80));
    }
    helper("netavark", Level::failure, "no networks for pods");
    helper("aardvark-dns", Level::warning,
           "pods resolve only the Services known when they were created");
    program("iptables", Level::failure, "netavark needs it", "iptables");
    program("conntrack", Level::warning, "UDP clients stay on old pods after a switch",
            "conntrack");
    program("git", Level::failure, "Git sources cannot be read", "git");
    program("ip", Level::failure, "routes cannot be seen", "iproute2");
  }

  void program(const std::string& name, Level missing, const std::string& why,
               const std::string& package) {
    // conntrack and ip know no --version, but both answer -V.
    const auto exit = call({name, name == "ip" || name == "conntrack" ? "-V" : "--version"});
    if (exit) {
      const auto text = exit->out.empty() ? exit->err : exit->out;
      add(name, Level::ok, printable(trim(text.substr(0, text.find('\n'))), 80));
    } else {
      add(name, missing, name + " is not installed: " + why, "apt-get install " + package);
    }
  }

  /// Programs that Podman keeps outside of PATH.
  void helper(const std::string& name, Level missing, const std::string& why) {
    for (const std::string directory : {"/usr/local/libexec/podman/", "/usr/local/lib/podman/",
                                        "/usr/libexec/podman/", "/usr/lib/podman/", "/usr/bin/"}) {
      if (!env_.files.stat(directory + name)) continue;
      add(name, Level::ok, directory + name);
      return;
    }
    add(name, missing, name + " is not installed: " + why, "apt-get install " + name);
  }

  void kernel() {
    if (proc("/proc/sys/net/ipv4/ip_forward") == "1") {
      add("ip-forward", Level::ok, "on");
    } else {
      add("ip-forward", Level::warning, "off: turned on when pods are served");
    }
    const auto bridged = proc("/proc/sys/net/bridge/bridge-nf-call-iptables");
    add("bridge-nf-call-iptables", Level::ok,
        bridged.empty()  ? "br_netfilter is not loaded"
        : bridged == "1" ? "1"
                         : "0");
  }

  /// An accept in a table of ours does not override a drop in another.
  void forwarding() {
    const auto rules = output({"iptables", "-S"});
    if (!rules) {
      add("forward", Level::warning, "iptables -S failed: foreign firewalls cannot be seen");
      return;
    }
    auto check = judge_forwarding(*rules);
    if (check.level == Level::ok) {
      const auto tables = output({"nft", "list", "tables"}).value_or("");
      if (tables.find("table inet firewalld") != std::string::npos) {
        check = {"forward", Level::warning, "firewalld may drop traffic to pods",
                 "firewall-cmd --permanent --zone=trusted --add-source=10.232.0.0/14 && "
                 "firewall-cmd --reload"};
      }
    }
    found_.push_back(std::move(check));
  }

  void ipv6() {
    if (const auto why = no_ipv6_because(env_.files)) {
      add("ipv6", Level::failure,
          "the configuration turns IPv6 on, but this host has none: " + *why,
          "sysctl -w net.ipv6.conf.all.disable_ipv6=0");
      return;
    }
    add("ipv6", Level::ok, "on: pods and Services may have both families");
    if (const auto rules = output({"ip6tables", "-S"})) {
      found_.push_back(judge_forwarding(*rules, Family::ipv6));
    } else {
      add("forward6", Level::warning, "ip6tables -S failed: foreign firewalls cannot be seen");
    }
  }

  void machine() {
    timex clock{};
    if (adjtimex(&clock) < 0 || (clock.status & STA_UNSYNC) != 0) {
      add("clock", Level::warning, "not synchronised: times in the history may be off",
          "timedatectl set-ntp true");
    } else {
      add("clock", Level::ok, "synchronised");
    }
  }

  const io::Env& env_;
  const bool ipv6_;
  std::vector<HostCheck> found_;
};

}  // namespace

std::string_view to_string(HostCheck::Level level) {
  switch (level) {
    case Level::ok:
      return "ok";
    case Level::warning:
      return "warning";
    case Level::failure:
      return "failure";
  }
  return "";
}

std::vector<HostCheck> check_host(const io::Env& env, bool ipv6) {
  return Checks(env, ipv6).run();
}

}  // namespace rumbo::target::podman
