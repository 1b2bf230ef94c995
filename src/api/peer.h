// Peer: the process at the other end of a local socket, and what that allows.
//
// Threads: any.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace rumbo::api {

struct Peer {
  std::uint32_t uid = 0;
  std::int32_t pid = 0;
  friend bool operator==(const Peer&, const Peer&) = default;
};

/// The kernel's word on who connected (SO_PEERCRED).
Result<Peer> peer_of(int socket);

/// Only the user who runs the daemon and root may ask anything: Code::denied else.
Result<> authorize(const Peer& peer, std::uint32_t own_uid);

/// "user:anna", or "uid:1234" for a user without a name.
std::string actor_of(const Peer& peer);

}  // namespace rumbo::api
