// Conntrack: UDP flows that the kernel still sends to an old backend are forgotten after a switch,
// so that the next datagram goes to a new one. TCP connections are never touched: they finish.
//
// Threads: blocking; from any thread.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "io/env.h"
#include "target/podman/net/table.h"

namespace rumbo::target::podman {

/// Backends of UDP routes of `before` that no route of `after` with the same name has.
std::vector<Backend> udp_backends_gone(const std::vector<ServiceRoute>& before,
                                       const std::vector<ServiceRoute>& after);

/// Forgets the UDP flows translated to these backends. Call after SWITCH with udp_backends_gone(),
/// and again before a pod address is used anew. Code::unsupported (with the package to install) if
/// the conntrack program is missing.
Result<> forget_udp_flows(const io::Env& env, const std::vector<Backend>& backends,
                          const std::vector<std::string>& prefix = {});

}  // namespace rumbo::target::podman
