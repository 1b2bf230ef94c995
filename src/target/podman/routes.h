// Routes: from the record and the ready pods to the nftables table. Pure.
//
// Threads: pure functions.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "target/podman/net/host_network.h"
#include "target/podman/net/names.h"
#include "target/podman/net/table.h"
#include "target/podman/record.h"

namespace rumbo::target::podman {

using ReadyTest = std::function<bool(const Replica& replica)>;

/// "ns/name": what a Service's virtual address is allocated for.
std::string service_name(const Value& service);
/// "ns/name:port/tcp" of every port: routes, and what node ports are allocated for.
std::vector<std::string> route_names(const Value& service);
/// The port's protocol as routes write it: "tcp" without one.
std::string route_name(const Value& service, const Value& port);
/// True for clusterIP: None and type: ExternalName, which have no address of their own.
bool is_headless(const Value& service);
/// The ports of this machine that an object asks for by number: of a LoadBalancer Service, and
/// hostPorts of pods. Node ports are allocated apart. `dual`: its namespace has IPv6.
std::vector<HeldPort> host_ports_asked(const Value& object, bool dual);
/// True for NodePort and LoadBalancer.
bool has_node_ports(const Value& service);

/// Every Service with a virtual address, by its names; one entry for each family it has.
std::vector<ServiceName> service_names(const Record& record);
/// The pods behind every headless Service, by its names; and each pod of a StatefulSet by its own
/// ("db-0.db"), if it names the Service. Only ready ones, as the Service says.
std::vector<ServiceName> endpoint_names(const Record& record, const ReadyTest& ready);

/// How many pods the Service selects in the current generation, ready or not, and how many serve.
struct Selected {
  int pods = 0, ready = 0;
};
Selected selected_by(const Record& record, const Value& service, const ReadyTest& ready);

/// The whole table of a family: routes of the current generation, and what open transactions see
/// already.
Table table_of(const Record& record, const Marker& marker, const ReadyTest& ready,
               Family family = Family::ipv4);

}  // namespace rumbo::target::podman
