#include "engine/host_claims.h"

#include <algorithm>

#include "engine/rules.h"
#include "model/object.h"

namespace rumbo::engine {
namespace {

HostClaim port_claim(const Value& number, const Value& protocol, std::string address = {}) {
  if (address == "0.0.0.0") address.clear();
  return {HostClaim::Kind::port,
          "host port " + std::to_string(number.as_int()) + "/" + protocol.str("TCP"),
          std::move(address)};
}

void add_service_ports(const Value& spec, std::vector<HostClaim>& out) {
  const std::string_view type = spec["type"].as_string();
  if (type != "NodePort" && type != "LoadBalancer") return;
  for (const Value& port : spec["ports"].items()) {
    if (port["nodePort"].as_int() > 0)
      out.push_back(port_claim(port["nodePort"], port["protocol"]));
    if (type == "LoadBalancer") out.push_back(port_claim(port["port"], port["protocol"]));
  }
}

void add_pod_ports(const Value& pod, std::vector<HostClaim>& out) {
  for (const Value& container : pod["containers"].items()) {
    for (const Value& port : container["ports"].items()) {
      if (port["hostPort"].as_int() <= 0) continue;
      out.push_back(port_claim(port["hostPort"], port["protocol"], port["hostIP"].str()));
    }
  }
}

}  // namespace

std::vector<HostClaim> host_claims(const Value& object) {
  std::vector<HostClaim> out;
  const ObjectKey key = key_of(object);
  if (key.kind == "Service" && key.group.empty()) add_service_ports(object["spec"], out);
  if (!is_workload(key)) return out;
  const Value& pod = pod_spec(object);
  add_pod_ports(pod, out);
  if (annotation(object, "rumbo.dev/overlap") == "allow") return out;
  for (const std::string& claim : written_claims(object)) {
    out.push_back({HostClaim::Kind::volume, "volume claim " + key.ns + "/" + claim, {}});
  }
  return out;
}

bool clash(const HostClaim& a, const HostClaim& b) {
  if (a.kind != b.kind || a.what != b.what) return false;
  return a.address.empty() || b.address.empty() || a.address == b.address;
}

}  // namespace rumbo::engine
