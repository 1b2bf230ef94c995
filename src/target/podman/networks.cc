#include "target/podman/networks.h"

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
                   RecordStore& store)
    : env_(env), client_(client), install_(std::move(install)), store_(store) {}

Result<std::vector<TakenRange>> Networks::taken() const {
  std::set<std::string> own_bridges, own_names;
  for (const auto& [ns, network] : store_.read()->networks) {
    own_bridges.insert(network.bridge);
    own_names.insert(network.name);
  }
  auto taken = TRY(taken_ranges(env_, own_bridges));
  // A network without a running container has no route, and keeps its range all the same.
  const Value networks = TRY(client_.list_networks({}, Cancel()));
  for (const Value& network : networks.items()) {
    const std::string name = network["name"].str();
    if (own_names.contains(name)) continue;
    for (const Value& subnet : network["subnets"].items()) {
      const auto range = parse_cidr(subnet["subnet"].str());
      if (range) taken.push_back({*range, "podman network " + name});
    }
  }
  return taken;
}

Result<> Networks::reserve(Record& record, const std::string& ns,
                           const std::vector<TakenRange>& taken) const {
  const std::string name = "rumbo-" + install_.value + "-" + ns;
  TRY(allocate_network(record.addresses, AddressRanges{}, name, taken));
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
  if (TRY(client_.network_exists(name, cancel))) return {};
  const auto range = record->addresses.networks.find(name);
  if (range == record->addresses.networks.end()) {
    return fail(Code::internal, "network " + name + " has no range in the record");
  }
  const Value subnet =
      Value::object({{"gateway", TRY(gateway_of(range->second))}, {"subnet", range->second}});
  const Value spec = Value::object(
      {{"dns_enabled", true},
       {"driver", "bridge"},
       {"labels", Value::object({{kInstallLabel, install_.value}, {kNamespaceLabel, ns}})},
       {"name", name},
       {"network_interface", network->second.bridge},
       {"subnets", Value::array({subnet})}});
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
