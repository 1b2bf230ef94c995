// Tcp: asks whether something listens, for probes.
//
// Threads: any; the call blocks up to its timeout.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "base/time.h"

namespace rumbo::io {

/// Connects to a numeric IPv4 or IPv6 address and closes again. Refused or unreachable is
/// Code::unavailable, no answer in time Code::timeout, both Retry::later.
Result<> tcp_connect(const std::string& address, std::uint16_t port, Duration timeout);

}  // namespace rumbo::io
