// Host claims: what only one application can have on a host: its ports, and the right to write a
// volume. Two that want the same are an error of the plan, not of some moment later. Pure.
#pragma once

#include <string>
#include <vector>

#include "base/value.h"

namespace rumbo::engine {

struct HostClaim {
  enum class Kind { port, volume };
  Kind kind = Kind::port;
  std::string what;     ///< "host port 8080/TCP", "volume claim ns/data"
  std::string address;  ///< of a port: the only address it listens on; empty: all
};

/// What this object claims: host ports of pods, ports of Services on the host, volume claims that
/// its pods write. `rumbo.dev/overlap: allow` gives up the right to be the only writer.
std::vector<HostClaim> host_claims(const Value& object);

/// True if both cannot be had at once.
bool clash(const HostClaim& a, const HostClaim& b);

}  // namespace rumbo::engine
