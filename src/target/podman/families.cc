#include "target/podman/families.h"

#include <algorithm>

#include "target/podman/net/dual_stack.h"
#include "target/podman/routes.h"

namespace rumbo::target::podman {
namespace {

const Thing* service_thing(const Record& record, const ObjectKey& key) {
  if (const Thing* now = record.find_current(key)) return now;
  for (const auto& [at, thing] : record.staged) {
    if (at.second == key) return &thing;
  }
  return nullptr;
}

Family first_family(const Value& service) {
  const Value& spec = service["spec"];
  std::string_view first = spec["ipFamilies"][0].as_string();
  if (first.empty() && family_of(spec["clusterIP"].as_string()) == Family::ipv6) first = "IPv6";
  return first == to_string(Family::ipv6) ? Family::ipv6 : Family::ipv4;
}

}  // namespace

bool is_dual(const Record& record, const std::string& ns) {
  const auto network = record.networks.find(ns);
  return network != record.networks.end() &&
         record.addresses.networks6.contains(network->second.name);
}

std::vector<Family> families_of(const Value& service, bool dual) {
  if (!dual) return {Family::ipv4};
  const Family first = first_family(service);
  const std::string_view policy = service["spec"]["ipFamilyPolicy"].as_string();
  if (policy != "PreferDualStack" && policy != "RequireDualStack") return {first};
  return {first, first == Family::ipv4 ? Family::ipv6 : Family::ipv4};
}

bool needs_ipv6(const Value& service) {
  const Value& spec = service["spec"];
  if (spec["ipFamilyPolicy"].as_string() == "RequireDualStack") return true;
  return std::ranges::any_of(
             spec["ipFamilies"].items(),
             [](const Value& one) { return one.as_string() == to_string(Family::ipv6); }) ||
         first_family(service) == Family::ipv6;
}

std::vector<std::string> service_addresses(const Record& record, const std::string& name) {
  const auto found = record.addresses.virtuals.find(name);
  if (found == record.addresses.virtuals.end()) return {};
  const auto slash = name.find('/');
  const std::string ns = name.substr(0, slash);
  const Thing* thing = service_thing(record, {"", "Service", ns, name.substr(slash + 1)});
  // An address that a Service had before it became headless is kept until nothing names it.
  if (thing != nullptr && is_headless(thing->object)) return {};
  std::vector<std::string> out;
  for (const Family family :
       families_of(thing == nullptr ? Value() : thing->object, is_dual(record, ns))) {
    const std::string address =
        family == Family::ipv4 ? found->second : virtual6(record.addresses, found->second);
    if (!address.empty()) out.push_back(address);
  }
  return out;
}

std::string address_of(const Record& record, const Replica& replica, Family family) {
  return family == Family::ipv4 ? replica.address
                                : pod6(record.addresses, replica.network, replica.address);
}

std::vector<std::string> addresses_of(const Record& record, const Replica& replica) {
  std::vector<std::string> out;
  for (const Family family : {Family::ipv4, Family::ipv6}) {
    const std::string address = address_of(record, replica, family);
    if (!address.empty()) out.push_back(address);
  }
  return out;
}

}  // namespace rumbo::target::podman
