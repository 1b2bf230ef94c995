#include "target/podman/net/table_check.h"

#include <algorithm>
#include <fmt/core.h>
#include <map>
#include <set>
#include <tuple>

#include "base/strings.h"
#include "target/podman/net/ipv4.h"

namespace rumbo::target::podman {
namespace {

constexpr std::size_t kMaxRoutes = 10'000;
constexpr std::size_t kMaxBackends = 1'000;

bool is_word(std::string_view text, std::string_view extra, std::size_t most) {
  return !text.empty() && text.size() <= most && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           extra.find(c) != std::string_view::npos;
  });
}

Result<> check_word(std::string_view what, std::string_view text, std::string_view extra,
                    std::size_t most) {
  if (is_word(text, extra, most)) return {};
  return fail(Code::invalid, fmt::format("{} `{}` is not a name of at most {} letters, digits and "
                                         "`{}`",
                                         what, printable(text, 80), most, extra));
}

Result<> check_address(Family family, std::string_view what, std::string_view text) {
  if (family_of(text) == family) return {};
  return fail(Code::invalid, fmt::format("{} `{}` is not an {} address", what, printable(text, 80),
                                         to_string(family)));
}

bool is_range(Family family, std::string_view text) {
  return family == Family::ipv6 ? parse_cidr6(text).has_value() : parse_cidr(text).has_value();
}

/// Of a checked range and a checked address, of one family.
bool lies_in(const std::string& range, const std::string& address) {
  if (const auto four = parse_ipv4(address)) return parse_cidr(range)->contains(*four);
  return parse_cidr6(range)->contains(*parse_ipv6(address));
}

Result<> check_port(std::string_view what, std::uint16_t port) {
  if (port != 0) return {};
  return fail(Code::invalid, fmt::format("{} is 0", what));
}

/// Who has claimed which traffic so far.
class Claims {
 public:
  Result<> virtual_port(const ServiceRoute& route) {
    return claim(virtual_, std::tuple(route.address, route.protocol, route.port), route,
                 fmt::format("{}:{}/{}", route.address, route.port, to_string(route.protocol)));
  }
  Result<> host_port(const ServiceRoute& route, const HostPort& host_port) {
    // Every address and one address of the same port overlap.
    auto& addresses = host_[std::tuple(route.protocol, host_port.port)];
    for (const auto& [address, owner] : addresses) {
      if (owner == route.name && address == host_port.address) continue;
      if (address.empty() || host_port.address.empty() || address == host_port.address) {
        return fail(Code::conflict,
                    fmt::format("host port {}/{} is claimed by {} and by {}", host_port.port,
                                to_string(route.protocol), owner, route.name));
      }
    }
    addresses.emplace(host_port.address, route.name);
    return {};
  }

 private:
  template <class Map, class Key>
  Result<> claim(Map& map, const Key& key, const ServiceRoute& route, const std::string& what) {
    const auto [place, is_new] = map.emplace(key, route.name);
    if (is_new) return {};
    return fail(Code::conflict,
                fmt::format("{} is claimed by {} and by {}", what, place->second, route.name));
  }

  std::map<std::tuple<std::string, Protocol, std::uint16_t>, std::string> virtual_;
  std::map<std::tuple<Protocol, std::uint16_t>, std::map<std::string, std::string>> host_;
};

Result<> check_route(const ServiceRoute& route, const Table& table, Claims& claims) {
  const Family family = table.family;
  if (!route.address.empty()) {
    TRY(check_address(family, "virtual address", route.address));
    if (!lies_in(table.virtual_range, route.address)) {
      return fail(Code::invalid, fmt::format("virtual address {} is outside of {}", route.address,
                                             table.virtual_range));
    }
    TRY(check_port("port", route.port));
    TRY(claims.virtual_port(route));
  }
  for (const auto& host_port : route.host_ports) {
    if (!host_port.address.empty()) TRY(check_address(family, "host address", host_port.address));
    TRY(check_port("host port", host_port.port));
    TRY(claims.host_port(route, host_port));
  }
  if (route.backends.size() > kMaxBackends) {
    return fail(Code::too_large, fmt::format("more than {} backends", kMaxBackends));
  }
  for (const auto& backend : route.backends) {
    TRY(check_address(family, "backend", backend.address));
    TRY(check_port("port of a backend", backend.port));
  }
  return {};
}

Result<> check_routes(const std::vector<ServiceRoute>& routes, const Table& table) {
  if (routes.size() > kMaxRoutes) {
    return fail(Code::too_large, fmt::format("more than {} routes", kMaxRoutes));
  }
  Claims claims;
  std::set<std::string> names;
  for (const auto& route : routes) {
    TRY(check_word("route", route.name, "-./:", 180));
    // The chain's name has `/` for `:`; two names must not meet there.
    if (!names.insert(replace_all(route.name, ":", "/")).second) {
      return fail(Code::invalid, fmt::format("two routes are named {}", route.name));
    }
    auto checked = check_route(route, table, claims);
    if (!checked) return fail(std::move(checked).error().with_context("route " + route.name));
  }
  return {};
}

}  // namespace

Result<> check(const Table& table) {
  TRY(check_word("installation", table.marker.install, "-_", 40));
  if (!table.marker.txn.empty()) TRY(check_word("transaction", table.marker.txn, "-_.", 60));
  if (!is_range(table.family, table.virtual_range)) {
    return fail(Code::invalid,
                fmt::format("virtual range `{}` is not an {} range",
                            printable(table.virtual_range, 80), to_string(table.family)));
  }
  for (const auto& subnet : table.subnets) {
    TRY(check_word("bridge", subnet.bridge, "-_.", 15));
    if (!is_range(table.family, subnet.cidr)) {
      return fail(Code::invalid,
                  fmt::format("range `{}` of bridge {} is not an {} range",
                              printable(subnet.cidr, 80), subnet.bridge, to_string(table.family)));
    }
  }
  TRY(check_routes(table.routes, table));
  std::set<std::string> txns, sources;
  for (const auto& stage : table.stages) {
    TRY(check_word("transaction", stage.txn, "-_.", 60));
    if (!txns.insert(stage.txn).second) {
      return fail(Code::invalid, fmt::format("two stages of transaction {}", stage.txn));
    }
    for (const auto& source : stage.sources) {
      TRY(check_address(table.family, "source", source));
      if (!sources.insert(source).second) {
        return fail(Code::conflict, fmt::format("{} is a source of two stages", source));
      }
    }
    TRY(check_routes(stage.routes, table));
  }
  return {};
}

}  // namespace rumbo::target::podman
