// The text of the table.
//
// Chains and maps keep their names from batch to batch and are flushed and refilled: while a packet
// is on its way through the old rules, a map may answer it with the new elements, and a chain that
// is the same object in both generations still serves it. (A table deleted and made anew in one
// batch would let such a packet pass untranslated.)
#include "target/podman/net/table.h"

#include <algorithm>
#include <fmt/core.h>
#include <set>

#include "base/strings.h"
#include "target/podman/net/ipv4.h"
#include "target/podman/net/table_check.h"

namespace rumbo::target::podman {
namespace {

/// Sets and maps; all are flushed and refilled. ADDRESS: the type of the family's addresses.
constexpr std::string_view kSets[][2] = {
    {"map services", "type ADDRESS . inet_proto . inet_service : verdict;"},
    {"map host_addresses", "type ADDRESS . inet_proto . inet_service : verdict;"},
    {"map host_ports", "type inet_proto . inet_service : verdict;"},
    {"map staged", "type ADDRESS : verdict;"},
    {"set idle_addresses", "type ADDRESS . inet_proto . inet_service;"},
    {"set idle_ports", "type inet_proto . inet_service;"},
};
/// Chains that are always there; the hook of base chains.
constexpr std::string_view kChains[][2] = {
    {"marker", ""},
    {"dispatch", ""},
    {"refuse", ""},
    {"guard", "type filter hook prerouting priority raw; policy accept;"},
    {"prerouting", "type nat hook prerouting priority dstnat - 5; policy accept;"},
    {"output", "type nat hook output priority -105; policy accept;"},
    {"postrouting", "type nat hook postrouting priority srcnat - 5; policy accept;"},
    {"refuse_input", "type filter hook input priority filter - 5; policy accept;"},
    {"refuse_forward", "type filter hook forward priority filter - 5; policy accept;"},
    {"refuse_output", "type filter hook output priority filter - 5; policy accept;"},
};

/// Without a seed the kernel draws one for every rule, and each batch would shuffle the clients.
constexpr std::string_view kSeed = "0x72756d62";

std::string chain_of(const ServiceRoute& route) {
  return "s/" + replace_all(route.name, ":", "/");
}
std::string chain_of(const Stage& stage) {
  return "t/" + stage.txn;
}
std::string chain_of(const Stage& stage, const ServiceRoute& route) {
  return chain_of(stage) + "/" + replace_all(route.name, ":", "/");
}

/// A checked range without bits below its prefix.
std::string canonical(const std::string& range) {
  if (const auto four = parse_cidr(range)) return four->to_string();
  return parse_cidr6(range)->to_string();
}

template <class T, class Less>
std::vector<T> sorted(std::vector<T> items, Less less) {
  std::sort(items.begin(), items.end(), less);
  return items;
}
template <class T>
std::vector<T> sorted_set(std::vector<T> items) {
  std::sort(items.begin(), items.end());
  items.erase(std::unique(items.begin(), items.end()), items.end());
  return items;
}
std::vector<ServiceRoute> by_name(const std::vector<ServiceRoute>& routes) {
  return sorted(routes, [](const auto& a, const auto& b) { return a.name < b.name; });
}
std::vector<Stage> by_txn(const std::vector<Stage>& stages) {
  return sorted(stages, [](const auto& a, const auto& b) { return a.txn < b.txn; });
}

class Script {
 public:
  Script(Family family, const std::string& name)
      : family_(family), table_(fmt::format("{} {}", nft_family(family), name)) {
    text_ = fmt::format("add table {}\n", table_);
  }

  void set(std::string_view kind_and_name, std::string_view type) {
    const auto parts = split(kind_and_name, ' ');
    const auto address = family_ == Family::ipv6 ? "ipv6_addr" : "ipv4_addr";
    text_ += fmt::format("add {} {} {} {{ {} }}\n", parts[0], table_, parts[1],
                         replace_all(type, "ADDRESS", address));
    text_ += fmt::format("flush {} {} {}\n", parts[0], table_, parts[1]);
  }
  void chain(std::string_view name, std::string_view hook = {}) {
    text_ += fmt::format("add chain {} {}", table_, name);
    if (!hook.empty()) text_ += fmt::format(" {{ {} }}", hook);
    text_ += fmt::format("\nflush chain {} {}\n", table_, name);
  }
  /// `ip` at the beginning of a word is the family's own: `ip daddr`, `ip6 daddr`.
  void rule(std::string_view chain, std::string_view text) {
    const std::string rule = " " + std::string(text);
    text_ += fmt::format("add rule {} {}{}\n", table_, chain,
                         family_ == Family::ipv6 ? replace_all(rule, " ip ", " ip6 ") : rule);
  }
  void elements(std::string_view set, const std::set<std::string>& elements) {
    if (elements.empty()) return;
    text_ += fmt::format("add element {} {} {{\n", table_, set);
    for (const auto& element : elements) text_ += "  " + element + ",\n";
    text_ += "}\n";
  }
  /// Adding first makes the deletion right whether the chain is there or not.
  void no_chain(std::string_view name) {
    chain(name);
    text_ += fmt::format("delete chain {} {}\n", table_, name);
  }
  std::string take() { return std::move(text_); }

 private:
  const Family family_;
  const std::string table_;
  std::string text_;
};

void backends(Script& script, const std::string& chain, const ServiceRoute& route) {
  const auto all = sorted_set(route.backends);
  if (all.empty()) return;
  const auto protocol = to_string(route.protocol);
  if (all.size() == 1) {
    script.rule(chain, fmt::format("meta l4proto {} dnat to {}", protocol,
                                   with_port(all[0].address, all[0].port)));
    return;
  }
  std::string choices;
  for (std::size_t i = 0; i < all.size(); ++i) {
    choices += fmt::format("{}{} : {} . {}", i == 0 ? "" : ", ", i, all[i].address, all[i].port);
  }
  const auto choose = route.sticky ? fmt::format("jhash ip saddr mod {} seed {}", all.size(), kSeed)
                                   : fmt::format("numgen random mod {}", all.size());
  script.rule(chain,
              fmt::format("meta l4proto {} dnat ip to {} map {{ {} }}", protocol, choose, choices));
}

void add_marker(Script& script, const Marker& marker) {
  for (const auto& [key, value] : {std::pair<std::string_view, std::string>{"txn", marker.txn},
                                   {"generation", std::to_string(marker.generation)},
                                   {"epoch", std::to_string(marker.epoch)},
                                   {"seq", std::to_string(marker.seq)}}) {
    script.rule("marker", fmt::format("return comment \"{}={}\"", key, value));
  }
}

void add_frame(Script& script, const Table& table) {
  const auto virtuals = canonical(table.virtual_range);
  const bool six = table.family == Family::ipv6;
  // With route_localnet on a bridge the kernel no longer drops these by itself; it does those of
  // ::1.
  if (!six) {
    script.rule("guard", "iifname != \"lo\" ip daddr 127.0.0.0/8 drop");
    script.rule("guard", "iifname != \"lo\" ip saddr 127.0.0.0/8 drop");
  }
  script.rule("prerouting", "jump dispatch");
  script.rule("output", "jump dispatch");
  script.rule("dispatch", "ip saddr vmap @staged");
  script.rule("dispatch", "ip daddr . meta l4proto . th dport vmap @services");
  script.rule("dispatch", fmt::format("ip daddr {} return", virtuals));
  script.rule("dispatch",
              "fib daddr type local ip daddr . meta l4proto . th dport vmap @host_addresses");
  script.rule("dispatch", "fib daddr type local meta l4proto . th dport vmap @host_ports");

  // Still addressed to a virtual address after translation: no such port, or no backend.
  script.rule("refuse",
              fmt::format("ip daddr {} meta l4proto tcp reject with tcp reset", virtuals));
  const auto unreachable = six ? "icmpv6 port-unreachable" : "icmp port-unreachable";
  script.rule("refuse", fmt::format("ip daddr {} reject with {}", virtuals, unreachable));
  for (const std::string_view match :
       {"ip daddr . meta l4proto . th dport @idle_addresses",
        "fib daddr type local meta l4proto . th dport @idle_ports"}) {
    script.rule("refuse", fmt::format("{} meta l4proto tcp reject with tcp reset", match));
    script.rule("refuse", fmt::format("{} reject with {}", match, unreachable));
  }
  for (const std::string_view hook : {"refuse_input", "refuse_forward", "refuse_output"}) {
    script.rule(hook, "ct direction original jump refuse");
  }

  for (const auto& subnet : sorted_set(table.subnets)) {
    const auto range = canonical(subnet.cidr);
    // The answer of a pod on the client's own bridge would not come back through this machine.
    script.rule("postrouting",
                fmt::format("ip saddr {} ip daddr {} ct status dnat masquerade", range, range));
    // From this machine: 127.0.0.1 and virtual addresses mean nothing to a pod.
    script.rule("postrouting",
                fmt::format("oifname \"{}\" ip daddr {} ct status dnat fib saddr type local "
                            "masquerade",
                            subnet.bridge, range));
  }
}

void add_stages(Script& script, const Table& table) {
  std::set<std::string> staged;
  for (const auto& stage : by_txn(table.stages)) {
    const auto entry = chain_of(stage);
    script.chain(entry);
    for (const auto& route : by_name(stage.routes)) {
      if (route.address.empty()) continue;
      const auto chain = chain_of(stage, route);
      script.chain(chain);
      backends(script, chain, route);
      script.rule(entry, fmt::format("ip daddr {} {} dport {} goto {}", route.address,
                                     to_string(route.protocol), route.port, chain));
    }
    for (const auto& source : stage.sources) {
      staged.insert(fmt::format("{} : jump {}", source, entry));
    }
  }
  script.elements("staged", staged);
}

void add_routes(Script& script, const Table& table) {
  std::set<std::string> services, addresses, ports, idle_addresses, idle_ports;
  for (const auto& route : by_name(table.routes)) {
    const auto chain = chain_of(route);
    const auto protocol = to_string(route.protocol);
    script.chain(chain);
    backends(script, chain, route);
    if (!route.address.empty()) {
      services.insert(
          fmt::format("{} . {} . {} : goto {}", route.address, protocol, route.port, chain));
    }
    for (const auto& host : route.host_ports) {
      const auto port = fmt::format("{} . {}", protocol, host.port);
      const auto key = host.address.empty() ? port : host.address + " . " + port;
      const bool any = host.address.empty();
      (any ? ports : addresses).insert(key + " : goto " + chain);
      if (route.backends.empty()) (any ? idle_ports : idle_addresses).insert(key);
    }
  }
  script.elements("services", services);
  script.elements("host_addresses", addresses);
  script.elements("host_ports", ports);
  script.elements("idle_addresses", idle_addresses);
  script.elements("idle_ports", idle_ports);
}

}  // namespace

std::string_view to_string(Protocol protocol) {
  return protocol == Protocol::udp ? "udp" : "tcp";
}

Result<Protocol> protocol_from(std::string_view word) {
  if (word.empty() || word == "TCP") return Protocol::tcp;
  if (word == "UDP") return Protocol::udp;
  if (word == "SCTP") {
    return fail(Code::unsupported,
                "protocol SCTP is not served on a Podman host (TCP and UDP are)");
  }
  return fail(Code::invalid,
              fmt::format("protocol `{}` is neither TCP nor UDP", printable(word, 40)));
}

std::string_view nft_family(Family family) {
  return family == Family::ipv6 ? "ip6" : "ip";
}

std::string table_name(std::string_view install) {
  return fmt::format("rumbo_{}", install);
}

std::vector<std::string> chain_names(const Table& table) {
  std::vector<std::string> names;
  for (const auto& chain : kChains) names.emplace_back(chain[0]);
  for (const auto& route : table.routes) names.push_back(chain_of(route));
  for (const auto& stage : table.stages) {
    names.push_back(chain_of(stage));
    for (const auto& route : stage.routes) {
      if (!route.address.empty()) names.push_back(chain_of(stage, route));
    }
  }
  return sorted_set(std::move(names));
}

Result<std::string> render(const Table& table, std::span<const std::string> stale_chains) {
  TRY(check(table));
  Script script(table.family, table_name(table.marker.install));
  for (const auto& set : kSets) script.set(set[0], set[1]);
  for (const auto& chain : kChains) script.chain(chain[0], chain[1]);
  add_marker(script, table.marker);
  add_frame(script, table);
  add_stages(script, table);
  add_routes(script, table);
  // Entries of a stage go before the chains they lead to: a chain in use cannot be deleted.
  auto stale = sorted_set(std::vector(stale_chains.begin(), stale_chains.end()));
  for (const auto& chain : stale) script.chain(chain);
  for (const auto& chain : stale) script.no_chain(chain);
  return script.take();
}

}  // namespace rumbo::target::podman
