#include "target/podman/networks.h"

#include <algorithm>
#include <set>

#include "crypto/digest.h"
#include "target/podman/net/host_network.h"
#include "target/podman/sight.h"

namespace rumbo::target::podman {
namespace {

constexpr const char* kNamespaceLabel = "rumbo.dev/namespace";

/// Interface names hold 15 characters.
std::string bridge_name(const InstallationId& install, const std::string& ns) {
  return "rmb" + crypto::sha256(install.value + "/" + ns).substr(7, 8);
}

/// Namespaces that something held, reserved or running lives in.
std::set<std::string> needed(const Record& record) {
  std::set<std::string> out;
  for (const auto& [key, thing] : record.current) {
    out.insert(key.kind == "Namespace" ? key.name : key.ns);
  }
  for (const auto* things : {&record.staged, &record.replaced}) {
    for (const auto& [at, thing] : *things) {
      out.insert(at.second.kind == "Namespace" ? at.second.name : at.second.ns);
    }
  }
  for (const auto& [name, replica] : record.replicas) out.insert(replica.workload.ns);
  for (const auto& [txn, reservation] : record.reservations) {
    for (const Value& ns : reservation["namespaces"].items()) out.insert(ns.str());
  }
  return out;
}

}  // namespace

Networks::Networks(const io::Env& env, const Client& client, InstallationId install,
                   RecordStore& store, std::string range6)
    : env_(env),
      client_(client),
      install_(std::move(install)),
      store_(store),
      range6_(std::move(range6)) {}

Result<Networks::Taken> Networks::taken() const {
  std::set<std::string> own_bridges, own_names;
  for (const auto& [ns, network] : store_.read()->networks) {
    own_bridges.insert(network.bridge);
    own_names.insert(network.name);
  }
  Taken taken;
  taken.four = TRY(taken_ranges(env_, own_bridges));
  if (!range6_.empty()) taken.six = TRY(taken_ranges6(env_, own_bridges));
  // A network without a running container has no route, and keeps its range all the same.
  const Value networks = TRY(client_.list_networks({}, Cancel()));
  for (const Value& network : networks.items()) {
    const std::string name = network["name"].str();
    if (own_names.contains(name)) continue;
    for (const Value& subnet : network["subnets"].items()) {
      const std::string text = subnet["subnet"].str();
      const std::string owner = "podman network " + name;
      if (const auto four = parse_cidr(text)) taken.four.push_back({*four, owner});
      const auto six = range6_.empty() ? std::nullopt : parse_cidr6(text);
      if (six) taken.six.push_back({*six, owner});
    }
  }
  return taken;
}

bool Networks::will_be_dual(const Record& record, const std::string& ns) const {
  const auto network = record.networks.find(ns);
  if (network == record.networks.end()) return !range6_.empty();
  const std::string& name = network->second.name;
  if (record.addresses.networks6.contains(name)) return true;
  return !range6_.empty() && std::ranges::none_of(record.replicas, [&](const auto& one) {
    return one.second.network == name;
  });
}

/// False also for one without IPv6 that is to have it: that is removed, since nothing is in it.
Result<bool> Networks::exists(const std::string& name, bool dual, const Cancel& cancel) const {
  if (!dual) return client_.network_exists(name, cancel);
  const auto network = client_.inspect_network(name, cancel);
  if (!network && network.error().code() == Code::not_found) return false;
  if (!network) return fail(network.error());
  const bool has = std::ranges::any_of((*network)["subnets"].items(), [](const Value& subnet) {
    return parse_cidr6(subnet["subnet"].as_string()).has_value();
  });
  if (has) return true;
  TRY(client_.remove_network(name, false, cancel));
  return false;
}

Result<> Networks::reserve(Record& record, const std::string& ns, const Taken& taken) const {
  const std::string name = "rumbo-" + install_.value + "-" + ns;
  TRY(allocate_network(record.addresses, AddressRanges{}, name, taken.four));
  if (!range6_.empty() && will_be_dual(record, ns)) {
    TRY(choose_range6(record.addresses, range6_, taken.six));
    TRY(add_range6(record.addresses, name));
  }
  record.networks.emplace(ns, Network{name, bridge_name(install_, ns)});
  return {};
}

Result<> Networks::ensure(const std::string& ns, const Cancel& cancel) const {
  const auto record = store_.read();
  const auto network = record->networks.find(ns);
  if (network == record->networks.end()) {
    return fail(Code::internal, "namespace " + ns + " has no network in the record");
  }
  const std::string& name = network->second.name;
  const auto six = record->addresses.networks6.find(name);
  const bool dual = six != record->addresses.networks6.end();
  if (TRY(exists(name, dual, cancel))) return {};
  const auto range = record->addresses.networks.find(name);
  if (range == record->addresses.networks.end()) {
    return fail(Code::internal, "network " + name + " has no range in the record");
  }
  std::vector<Value> subnets = {
      Value::object({{"gateway", TRY(gateway_of(range->second))}, {"subnet", range->second}})};
  if (dual) {
    subnets.push_back(
        Value::object({{"gateway", TRY(gateway6_of(six->second))}, {"subnet", six->second}}));
  }
  const Value spec = Value::object(
      {{"dns_enabled", true},
       {"driver", "bridge"},
       {"ipv6_enabled", dual},
       {"labels", Value::object({{kInstallLabel, install_.value}, {kNamespaceLabel, ns}})},
       {"name", name},
       {"network_interface", network->second.bridge},
       {"subnets", Value::array(std::move(subnets))}});
  auto created = client_.create_network(spec, cancel);
  if (created) return {};
  const std::string where = "network of namespace " + ns;
  if (created.error().code() != Code::conflict) {
    return fail(std::move(created).error().with_context(where));
  }
  // Two calls for one namespace: the other one made it. Else the range or the bridge is another
  // network's, which is this machine's trouble and not the revision's.
  if (TRY(client_.network_exists(name, cancel))) return {};
  return fail(Error(Code::unavailable, created.error().message(), Retry::later)
                  .with_context(where)
                  .with_hint("`podman network ls` shows what is left of earlier installations"));
}

Result<> Networks::sweep(const Cancel& cancel) const {
  const auto record = store_.read();
  const auto wanted = needed(*record);
  for (const auto& [ns, network] : record->networks) {
    if (wanted.contains(ns)) continue;
    auto removed = client_.remove_network(network.name, false, cancel);
    if (!removed && removed.error().code() != Code::not_found) return removed;
    TRY(store_.change([&, space = ns, name = network.name](Record& next) -> Result<> {
      if (needed(next).contains(space)) return {};  // wanted again meanwhile; ensure() makes it
      next.networks.erase(space);
      release_network(next.addresses, name);
      return {};
    }));
  }
  return {};
}

}  // namespace rumbo::target::podman
