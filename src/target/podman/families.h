// Families: which of IPv4 and IPv6 a Service and a pod have, as Kubernetes' dual stack has it.
//
// Pods have both where their network does. A Service has IPv4, unless `ipFamilies` and
// `ipFamilyPolicy` say otherwise.
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/value.h"
#include "target/podman/net/ipv6.h"
#include "target/podman/record.h"

namespace rumbo::target::podman {

/// Whether the pods that a namespace gets from now on have IPv6 addresses.
bool is_dual(const Record& record, const std::string& ns);
/// The Service's families, the first one first, in a namespace with or without IPv6. What cannot be
/// had was refused in the plan, and is left out.
std::vector<Family> families_of(const Value& service, bool dual);
/// True if the Service cannot be without IPv6: it must be refused where there is none.
bool needs_ipv6(const Value& service);

/// The virtual addresses of a Service "ns/name", in the order of its families: as it is now, else
/// as it is staged. Empty if it is headless or has none yet.
std::vector<std::string> service_addresses(const Record& record, const std::string& name);
/// The pod's address of this family; empty if it has none.
std::string address_of(const Record& record, const Replica& replica, Family family);
/// All addresses of the pod, IPv4 first.
std::vector<std::string> addresses_of(const Record& record, const Replica& replica);

}  // namespace rumbo::target::podman
