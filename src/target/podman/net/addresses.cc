#include "target/podman/net/addresses.h"

#include <algorithm>
#include <fmt/core.h>
#include <optional>
#include <set>

#include "base/strings.h"
#include "target/podman/net/ipv6.h"

namespace rumbo::target::podman {
namespace {

Result<Cidr> range_of(std::string_view what, const std::string& text) {
  const auto range = parse_cidr(text);
  if (range && range->prefix >= 8 && range->prefix <= 30) return *range;
  return fail(Code::invalid,
              fmt::format("{} `{}` is not an IPv4 range of /8 to /30", what, printable(text, 80)));
}

const TakenRange* overlapping(const Cidr& range, const std::vector<TakenRange>& taken) {
  for (const auto& other : taken) {
    if (other.range.overlaps(range)) return &other;
  }
  return nullptr;
}

/// Numbers first..last from the one after the cursor on, once around; the first that is free.
template <class Free>
std::optional<std::uint32_t> next_free(std::uint32_t first, std::uint32_t last,
                                       std::uint32_t cursor, Free free) {
  const std::uint64_t count = std::uint64_t{last} - first + 1;
  const std::uint64_t start = cursor >= first && cursor < last ? cursor - first + 1u : 0u;
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto candidate = static_cast<std::uint32_t>(first + (start + i) % count);
    if (free(candidate)) return candidate;
  }
  return std::nullopt;
}

std::set<std::uint32_t> used_addresses(const std::map<std::string, std::string>& owners) {
  std::set<std::uint32_t> used;
  for (const auto& [owner, address] : owners) {
    if (const auto number = parse_ipv4(address)) used.insert(*number);
  }
  return used;
}

/// The range of virtual addresses: once chosen it stays, or live Services would lose theirs.
Result<Cidr> virtual_range(AddressState& state, const AddressRanges& ranges,
                           const std::vector<TakenRange>& taken) {
  if (!state.virtual_range.empty()) return range_of("virtual range", state.virtual_range);
  const auto range = TRY(range_of("virtual range", ranges.virtuals));
  if (const auto* other = overlapping(range, taken)) {
    return fail(Error(Code::conflict,
                      fmt::format("the range of virtual addresses {} overlaps {} "
                                  "({})",
                                  range.to_string(), other->range.to_string(), other->owner))
                    .with_hint("choose another range in the environment's target"));
  }
  for (const auto& [network, text] : state.networks) {
    const auto pods = parse_cidr(text);
    if (pods && pods->overlaps(range)) {
      return fail(Code::conflict,
                  fmt::format("the range of virtual addresses {} overlaps network {} ({})",
                              range.to_string(), network, text));
    }
  }
  state.virtual_range = range.to_string();
  return range;
}

Value strings(const std::map<std::string, std::string>& map) {
  std::vector<Member> members;
  for (const auto& [key, value] : map) members.emplace_back(key, Value(value));
  return Value::object(std::move(members));
}
template <class Number>
Value numbers(const std::map<std::string, Number>& map) {
  std::vector<Member> members;
  for (const auto& [key, value] : map) members.emplace_back(key, Value(value));
  return Value::object(std::move(members));
}

Result<std::map<std::string, std::string>> addresses_from(const Value& value,
                                                          std::string_view field, bool ranges) {
  std::map<std::string, std::string> map;
  for (const auto& member : value.members()) {
    const auto text = member.value.str();
    if (ranges ? !parse_cidr(text) : !parse_ipv4(text)) {
      return fail(Code::corrupt, fmt::format("address state: {}.{} is no address", field,
                                             printable(member.key(), 200)));
    }
    map.emplace(member.key(), text);
  }
  return map;
}

}  // namespace

Value to_value(const AddressState& state) {
  return Value::object({{"virtualRange", Value(state.virtual_range)},
                        {"networks", strings(state.networks)},
                        {"virtuals", strings(state.virtuals)},
                        {"pods", strings(state.pods)},
                        {"nodePorts", numbers(state.node_ports)},
                        {"cursors", numbers(state.cursors)},
                        {"range6", Value(state.range6)},
                        {"networks6", strings(state.networks6)}});
}

Result<AddressState> address_state_from(const Value& value) {
  AddressState state;
  state.virtual_range = value["virtualRange"].str();
  if (!state.virtual_range.empty() && !parse_cidr(state.virtual_range)) {
    return fail(Code::corrupt, "address state: virtualRange is no range");
  }
  state.networks = TRY(addresses_from(value["networks"], "networks", true));
  state.virtuals = TRY(addresses_from(value["virtuals"], "virtuals", false));
  state.pods = TRY(addresses_from(value["pods"], "pods", false));
  for (const auto& member : value["nodePorts"].members()) {
    const auto port = member.value.as_int(-1);
    if (port < 1 || port > 65535) {
      return fail(Code::corrupt, fmt::format("address state: nodePorts.{} is no port",
                                             printable(member.key(), 200)));
    }
    state.node_ports.emplace(member.key(), static_cast<std::uint16_t>(port));
  }
  for (const auto& member : value["cursors"].members()) {
    state.cursors.emplace(member.key(), static_cast<std::uint32_t>(member.value.as_uint()));
  }
  state.range6 = value["range6"].str();
  if (!state.range6.empty() && !parse_cidr6(state.range6)) {
    return fail(Code::corrupt, "address state: range6 is no range");
  }
  for (const auto& member : value["networks6"].members()) {
    if (!parse_cidr6(member.value.str())) {
      return fail(Code::corrupt, fmt::format("address state: networks6.{} is no range",
                                             printable(member.key(), 200)));
    }
    state.networks6.emplace(member.key(), member.value.str());
  }
  return state;
}

Result<std::string> allocate_network(AddressState& state, const AddressRanges& ranges,
                                     const std::string& network,
                                     const std::vector<TakenRange>& taken) {
  if (const auto known = state.networks.find(network); known != state.networks.end()) {
    return known->second;
  }
  const auto pool = TRY(range_of("range of pods", ranges.pods));
  if (ranges.network_prefix < pool.prefix || ranges.network_prefix > 29) {
    return fail(Code::invalid, fmt::format("networks of /{} do not fit into {}",
                                           ranges.network_prefix, pool.to_string()));
  }
  auto all = taken;
  for (const auto& [name, text] : state.networks) {
    if (const auto range = parse_cidr(text)) all.push_back({*range, "network " + name});
  }
  if (const auto virtuals =
          parse_cidr(state.virtual_range.empty() ? ranges.virtuals : state.virtual_range)) {
    all.push_back({*virtuals, "virtual addresses"});
  }
  const int shift = 32 - ranges.network_prefix;
  const auto last = static_cast<std::uint32_t>((pool.size() >> shift) - 1);
  auto& cursor = state.cursors["networks " + pool.to_string()];
  const auto subnet = [&](std::uint32_t index) {
    return Cidr{pool.base + (index << shift), ranges.network_prefix};
  };
  const TakenRange* in_the_way = nullptr;
  // The cursor counts from 1, so that 0 means "none yet".
  const auto found = next_free(1, last + 1, cursor, [&](std::uint32_t number) {
    const auto* other = overlapping(subnet(number - 1), all);
    if (other != nullptr) in_the_way = other;
    return other == nullptr;
  });
  if (!found) {
    return fail(Error(Code::exhausted,
                      fmt::format("no free network of /{} in {} for {}: {} ({}) and others are in "
                                  "the way",
                                  ranges.network_prefix, pool.to_string(), network,
                                  in_the_way->range.to_string(), in_the_way->owner))
                    .with_hint("choose another range for pods"));
  }
  cursor = *found;
  const auto text = subnet(*found - 1).to_string();
  state.networks[network] = text;
  return text;
}

Result<std::string> gateway_of(const std::string& network_range) {
  return format_ipv4(TRY(range_of("network", network_range)).base + 1);
}

Result<> choose_virtual_range(AddressState& state, const AddressRanges& ranges,
                              const std::vector<TakenRange>& taken) {
  TRY(virtual_range(state, ranges, taken));
  return {};
}

Result<std::string> allocate_virtual(AddressState& state, const AddressRanges& ranges,
                                     const std::string& service, const std::string& wanted,
                                     const std::vector<TakenRange>& taken) {
  if (const auto known = state.virtuals.find(service); known != state.virtuals.end()) {
    if (wanted.empty() || wanted == known->second) return known->second;
    return fail(Code::conflict,
                fmt::format("service {} has the virtual address {} and cannot change it to {}",
                            service, known->second, wanted));
  }
  const auto range = TRY(virtual_range(state, ranges, taken));
  const auto used = used_addresses(state.virtuals);
  if (!wanted.empty()) {
    const auto address = parse_ipv4(wanted);
    if (!address || !range.contains(*address)) {
      return fail(Code::invalid, fmt::format("virtual address `{}` of service {} is not in {}",
                                             printable(wanted, 80), service, range.to_string()));
    }
    for (const auto& [owner, other] : state.virtuals) {
      if (other == wanted) {
        return fail(Code::conflict, fmt::format("virtual address {} of service {} belongs to {}",
                                                wanted, service, owner));
      }
    }
    state.virtuals[service] = wanted;
    return wanted;
  }
  auto& cursor = state.cursors["virtuals " + range.to_string()];
  const auto found =
      next_free(range.base + 1, static_cast<std::uint32_t>(range.base + range.size() - 2), cursor,
                [&](std::uint32_t address) { return !used.contains(address); });
  if (!found) {
    return fail(Code::exhausted, fmt::format("no virtual address is free in {} for service {}",
                                             range.to_string(), service));
  }
  cursor = *found;
  return state.virtuals[service] = format_ipv4(*found);
}

Result<std::string> allocate_pod(AddressState& state, const std::string& network,
                                 const std::string& pod) {
  const auto key = network + "/" + pod;
  if (const auto known = state.pods.find(key); known != state.pods.end()) return known->second;
  const auto home = state.networks.find(network);
  if (home == state.networks.end()) {
    return fail(Code::internal, fmt::format("network {} has no range", network));
  }
  const auto range = TRY(range_of("network", home->second));
  const auto used = used_addresses(state.pods);
  auto& cursor = state.cursors["pods " + network];
  // .0 is the network, .1 the bridge, the last one broadcast.
  const auto found =
      next_free(range.base + 2, static_cast<std::uint32_t>(range.base + range.size() - 2), cursor,
                [&](std::uint32_t address) { return !used.contains(address); });
  if (!found) {
    return fail(Code::exhausted, fmt::format("no address is free in network {} ({}) for pod {}",
                                             network, range.to_string(), pod));
  }
  cursor = *found;
  return state.pods[key] = format_ipv4(*found);
}

Result<std::uint16_t> allocate_node_port(AddressState& state, const AddressRanges& ranges,
                                         const std::string& route, std::uint16_t wanted,
                                         const std::map<std::uint16_t, std::string>& listening) {
  if (const auto known = state.node_ports.find(route);
      known != state.node_ports.end() && (wanted == 0 || wanted == known->second)) {
    return known->second;
  }
  const auto protocol_of = [](std::string_view name) {
    return name.substr(std::min(name.rfind('/'), name.size()));
  };
  std::map<std::uint16_t, std::string> used = listening;
  for (const auto& [other, port] : state.node_ports) {
    if (other != route && protocol_of(other) == protocol_of(route)) used[port] = other;
  }
  if (wanted != 0) {
    if (const auto other = used.find(wanted); other != used.end()) {
      return fail(Code::conflict,
                  fmt::format("node port {} of {} is taken by {}", wanted, route, other->second));
    }
    if (wanted < ranges.node_port_first || wanted > ranges.node_port_last) {
      return fail(Code::invalid, fmt::format("node port {} of {} is outside of {}-{}", wanted,
                                             route, ranges.node_port_first, ranges.node_port_last));
    }
    return state.node_ports[route] = wanted;
  }
  auto& cursor = state.cursors["node ports"];
  const auto found = next_free(
      ranges.node_port_first, ranges.node_port_last, cursor,
      [&](std::uint32_t port) { return !used.contains(static_cast<std::uint16_t>(port)); });
  if (!found) {
    return fail(Code::exhausted, fmt::format("no node port is free in {}-{} for {}",
                                             ranges.node_port_first, ranges.node_port_last, route));
  }
  cursor = *found;
  return state.node_ports[route] = static_cast<std::uint16_t>(*found);
}

void release_network(AddressState& state, const std::string& network) {
  state.networks.erase(network);
  state.networks6.erase(network);
  state.cursors.erase("pods " + network);
  std::erase_if(state.pods,
                [&](const auto& entry) { return entry.first.starts_with(network + "/"); });
}
void release_virtual(AddressState& state, const std::string& service) {
  state.virtuals.erase(service);
}
void release_pod(AddressState& state, const std::string& network, const std::string& pod) {
  state.pods.erase(network + "/" + pod);
}
void release_node_port(AddressState& state, const std::string& route) {
  state.node_ports.erase(route);
}

}  // namespace rumbo::target::podman
