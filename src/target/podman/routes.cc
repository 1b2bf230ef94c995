#include "target/podman/routes.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/strings.h"
#include "target/podman/families.h"
#include "target/podman/identity.h"
#include "target/podman/net/dual_stack.h"
#include "target/podman/pod_spec.h"

namespace rumbo::target::podman {
namespace {

/// The objects one looks at, in the order of their keys: current ones, or with what a transaction
/// staged over them. It refers to the record.
using View = std::vector<std::pair<const ObjectKey*, const Thing*>>;

View current_view(const Record& record) {
  View out;
  out.reserve(record.current.size());
  for (const auto& [key, thing] : record.current) out.emplace_back(&key, &thing);
  return out;
}

View staged_view(const Record& record, const TxnId& txn) {
  View out = current_view(record);
  for (const auto& [at, thing] : record.staged) {
    if (at.first != txn) continue;
    const auto place =
        std::lower_bound(out.begin(), out.end(), at.second,
                         [](const auto& one, const ObjectKey& key) { return *one.first < key; });
    if (place != out.end() && *place->first == at.second) {
      place->second = &thing;
    } else {
      out.insert(place, {&at.second, &thing});
    }
  }
  return out;
}

bool selects(const Value& selector, const Value& pod_template) {
  const Value& labels = pod_template["metadata"]["labels"];
  return !selector.empty() &&
         std::all_of(selector.members().begin(), selector.members().end(),
                     [&](const Member& want) { return labels[want.key()] == want.value; });
}

/// A named or numbered port of the pod; 0 if it has none of that name.
int target_port(const Value& port, const Value& pod_template) {
  const Value& target = port["targetPort"];
  if (target.is_integer() && target.as_int() > 0) return static_cast<int>(target.as_int());
  if (!target.is_string() || target.as_string().empty()) {
    return static_cast<int>(port["port"].as_int());
  }
  if (const auto number = parse_int(target.as_string())) return static_cast<int>(*number);
  for (const Value& container : pod_template["spec"]["containers"].items()) {
    for (const Value& one : container["ports"].items()) {
      if (one["name"] == target) return static_cast<int>(one["containerPort"].as_int());
    }
  }
  return 0;
}

/// Calls use(replica, template) for every pod of the view that the Service selects. A workload
/// whose old pods are stopped is served by both generations until the switch.
template <class Use>
void for_each_selected(const Record& record, const View& view, const Value& service,
                       const Use& use) {
  const Value& ns = service["metadata"]["namespace"];
  const Value& selector = service["spec"]["selector"];
  for (const auto& [key, thing] : view) {
    if (thing->revision.empty() || key->ns != ns.as_string()) continue;
    std::vector<const Thing*> generations{thing};
    if (thing->stopped) {
      for (const auto& [at, staged] : record.staged) {
        if (at.second == *key) generations.push_back(&staged);
      }
    }
    for (const Thing* one : generations) {
      const Value pod_template = pod_template_of(one->object);
      if (!selects(selector, pod_template)) continue;
      for (const Replica* replica : record.replicas_of(one->revision)) {
        if (!replica->leaving) use(*replica, pod_template);
      }
    }
  }
}

Protocol protocol_of(const Value& port) {
  return port["protocol"].as_string() == "UDP" ? Protocol::udp : Protocol::tcp;
}

/// The port of a Service that is open on the host under its own number.
std::optional<HeldPort> own_host_port(const Value& service, const Value& port) {
  if (service["spec"]["type"].as_string() != "LoadBalancer") return std::nullopt;
  return HeldPort{protocol_of(port), {"", static_cast<std::uint16_t>(port["port"].as_int())}};
}

/// hostPort of a container's port, if it is open to this family: without a hostIP to each.
std::optional<HeldPort> pod_host_port(const Value& port, Family family) {
  if (port["hostPort"].as_int() <= 0) return std::nullopt;
  const std::string ip = port["hostIP"].str();
  if (!ip.empty() && family_of(ip) != family) return std::nullopt;
  return HeldPort{protocol_of(port),
                  {ip == "0.0.0.0" || ip == "::" ? "" : ip,
                   static_cast<std::uint16_t>(port["hostPort"].as_int())},
                  family};
}

/// What a table is made from.
struct TableSource {
  const Record& record;
  const ReadyTest& ready;
  Family family;

  void add_backend(const Replica& replica, int port, ServiceRoute& route) const {
    const std::string address = address_of(record, replica, family);
    if (!address.empty()) route.backends.push_back({address, static_cast<std::uint16_t>(port)});
  }
};

std::vector<HostPort> host_ports(const Record& record, const Value& service, const Value& port) {
  std::vector<HostPort> out;
  if (!has_node_ports(service)) return out;
  const auto node = record.addresses.node_ports.find(route_name(service, port));
  if (node != record.addresses.node_ports.end()) out.push_back({"", node->second});
  if (const auto own = own_host_port(service, port)) out.push_back(own->port);
  return out;
}

void add_service(const TableSource& source, const View& view, const Value& service,
                 std::vector<ServiceRoute>& out) {
  const Record& record = source.record;
  const auto found = record.addresses.virtuals.find(service_name(service));
  if (found == record.addresses.virtuals.end()) return;  // headless
  const auto families =
      families_of(service, is_dual(record, service["metadata"]["namespace"].str()));
  if (std::ranges::find(families, source.family) == families.end()) return;
  const std::string address =
      source.family == Family::ipv4 ? found->second : virtual6(record.addresses, found->second);
  const Value& spec = service["spec"];
  const bool all = spec["publishNotReadyAddresses"].as_bool();
  for (const Value& port : spec["ports"].items()) {
    ServiceRoute route;
    route.name = route_name(service, port);
    route.address = address;
    route.protocol = protocol_of(port);
    route.port = static_cast<std::uint16_t>(port["port"].as_int());
    route.host_ports = host_ports(record, service, port);
    route.sticky = spec["sessionAffinity"].as_string() == "ClientIP";
    for_each_selected(record, view, service,
                      [&](const Replica& replica, const Value& pod_template) {
                        const int target = target_port(port, pod_template);
                        if (target <= 0 || (!all && !source.ready(replica))) return;
                        source.add_backend(replica, target, route);
                      });
    out.push_back(std::move(route));
  }
}

/// hostPort of a pod: a route without a virtual address.
void add_host_ports(const TableSource& source, const ObjectKey& key, const Thing& thing,
                    std::vector<ServiceRoute>& out) {
  if (source.family == Family::ipv6 && !is_dual(source.record, key.ns)) return;
  const Value pod_template = pod_template_of(thing.object);
  for (const Value& container : pod_template["spec"]["containers"].items()) {
    for (const Value& port : container["ports"].items()) {
      const auto held = pod_host_port(port, source.family);
      if (!held) continue;
      ServiceRoute route;
      route.protocol = held->protocol;
      route.name = key.ns + "/" + to_lower(key.kind) + "." + key.name + ":" +
                   std::to_string(held->port.port) + "/" + std::string(to_string(route.protocol));
      route.host_ports.push_back(held->port);
      for (const Replica* replica : source.record.replicas_of(thing.revision)) {
        if (replica->leaving || !source.ready(*replica)) continue;
        source.add_backend(*replica, static_cast<int>(port["containerPort"].as_int()), route);
      }
      out.push_back(std::move(route));
    }
  }
}

std::vector<ServiceRoute> routes_of(const TableSource& source, const View& view,
                                    const std::set<std::string>* namespaces) {
  std::vector<ServiceRoute> out;
  for (const auto& [key, thing] : view) {
    if (namespaces != nullptr && !namespaces->contains(key->ns)) continue;
    if (key->kind == "Service" && key->group.empty()) {
      add_service(source, view, thing->object, out);
    } else if (!thing->revision.empty() && namespaces == nullptr) {
      add_host_ports(source, *key, *thing, out);
    }
  }
  return out;
}

/// What the pods of each open transaction see before the switch.
std::vector<Stage> stages_of(const TableSource& source) {
  const Record& record = source.record;
  std::map<TxnId, std::set<std::string>> touched;
  for (const auto& [at, thing] : record.staged) touched[at.first].insert(at.second.ns);
  std::vector<Stage> out;
  for (const auto& [txn, namespaces] : touched) {
    Stage stage;
    stage.txn = txn.value;
    const auto add_sources = [&](const Thing& thing) {
      for (const Replica* replica : record.replicas_of(thing.revision)) {
        const std::string address = address_of(record, *replica, source.family);
        if (!address.empty()) stage.sources.push_back(address);
      }
    };
    for (const auto& [at, thing] : record.staged) {
      if (at.first == txn && !thing.revision.empty()) add_sources(thing);
    }
    for (const auto& [at, thing] : record.hooks) {
      if (at.first == txn) add_sources(thing);
    }
    if (stage.sources.empty()) continue;
    stage.routes = routes_of(source, staged_view(record, txn), &namespaces);
    out.push_back(std::move(stage));
  }
  return out;
}

}  // namespace

std::string service_name(const Value& service) {
  return service["metadata"]["namespace"].str() + "/" + service["metadata"]["name"].str();
}

std::string route_name(const Value& service, const Value& port) {
  return service_name(service) + ":" + std::to_string(port["port"].as_int()) + "/" +
         (port["protocol"].as_string() == "UDP" ? "udp" : "tcp");
}

std::vector<std::string> route_names(const Value& service) {
  std::vector<std::string> out;
  for (const Value& port : service["spec"]["ports"].items()) {
    out.push_back(route_name(service, port));
  }
  return out;
}

bool is_headless(const Value& service) {
  const Value& spec = service["spec"];
  return spec["clusterIP"].as_string() == "None" || spec["type"].as_string() == "ExternalName";
}

std::vector<HeldPort> host_ports_asked(const Value& object, bool dual) {
  std::vector<HeldPort> out;
  if (object["kind"].as_string() == "Service") {
    for (const Value& port : object["spec"]["ports"].items()) {
      auto own = own_host_port(object, port);
      for (const Family family : families_of(object, dual)) {
        if (own) out.push_back({own->protocol, own->port, family});
      }
    }
    return out;
  }
  const Value pod_template = pod_template_of(object);
  for (const Value& container : pod_template["spec"]["containers"].items()) {
    for (const Value& port : container["ports"].items()) {
      for (const Family family : {Family::ipv4, Family::ipv6}) {
        if (family == Family::ipv6 && !dual) continue;
        if (const auto held = pod_host_port(port, family)) out.push_back(*held);
      }
    }
  }
  return out;
}

bool has_node_ports(const Value& service) {
  const std::string_view type = service["spec"]["type"].as_string();
  return type == "NodePort" || type == "LoadBalancer";
}

std::vector<ServiceName> service_names(const Record& record) {
  std::vector<ServiceName> out;
  for (const auto& [name, virtual4] : record.addresses.virtuals) {
    const auto slash = name.find('/');
    for (std::string& address : service_addresses(record, name)) {
      out.push_back({name.substr(slash + 1), name.substr(0, slash), std::move(address)});
    }
  }
  return out;
}

std::vector<ServiceName> endpoint_names(const Record& record, const ReadyTest& ready) {
  std::vector<ServiceName> out;
  for (const auto& [key, thing] : record.current) {
    if (key.kind != "Service" || !key.group.empty() || !is_headless(thing.object)) continue;
    const Value& spec = thing.object["spec"];
    const bool all = spec["publishNotReadyAddresses"].as_bool();
    const auto families = families_of(thing.object, is_dual(record, key.ns));
    for_each_selected(
        record, current_view(record), thing.object, [&](const Replica& replica, const Value&) {
          if (!all && !ready(replica)) return;
          const Thing* workload = record.of_revision(replica.revision);
          const bool named = workload->object["spec"]["serviceName"].as_string() == key.name;
          for (const Family family : families) {
            const std::string address = address_of(record, replica, family);
            if (address.empty()) continue;
            out.push_back({key.name, key.ns, address});
            if (!named) continue;
            const std::string pod = identity_of(replica.workload, replica.name, replica.ordinal);
            out.push_back({pod + "." + key.name, key.ns, address});
          }
        });
  }
  return out;
}

Selected selected_by(const Record& record, const Value& service, const ReadyTest& ready) {
  Selected out;
  for_each_selected(record, current_view(record), service,
                    [&](const Replica& replica, const Value&) {
                      ++out.pods;
                      if (ready(replica)) ++out.ready;
                    });
  return out;
}

Table table_of(const Record& record, const Marker& marker, const ReadyTest& ready, Family family) {
  const bool six = family == Family::ipv6;
  Table out;
  out.family = family;
  out.marker = marker;
  out.virtual_range = six ? virtual_range6(record.addresses) : record.addresses.virtual_range;
  const auto& ranges = six ? record.addresses.networks6 : record.addresses.networks;
  for (const auto& [ns, network] : record.networks) {
    const auto range = ranges.find(network.name);
    if (range != ranges.end()) out.subnets.push_back({network.bridge, range->second});
  }
  const TableSource source{record, ready, family};
  out.routes = routes_of(source, current_view(record), nullptr);
  out.stages = stages_of(source);
  return out;
}

}  // namespace rumbo::target::podman
