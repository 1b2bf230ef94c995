#include "api/peer.h"

#include <array>
#include <cstring>
#include <pwd.h>
#include <sys/socket.h>

namespace rumbo::api {

Result<Peer> peer_of(int socket) {
  ucred credentials{};
  socklen_t size = sizeof credentials;
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) {
    return fail(Code::denied, std::string("who connected cannot be told: ") + std::strerror(errno));
  }
  return Peer{credentials.uid, credentials.pid};
}

Result<> authorize(const Peer& peer, std::uint32_t own_uid) {
  if (peer.uid == own_uid || peer.uid == 0) return {};
  return fail(Error(Code::denied, "user " + std::to_string(peer.uid) +
                                      " may not talk to the daemon of user " +
                                      std::to_string(own_uid))
                  .with_hint("run the command as the daemon's user or as root"));
}

std::string actor_of(const Peer& peer) {
  std::array<char, 4096> buffer;
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwuid_r(peer.uid, &entry, buffer.data(), buffer.size(), &found) == 0 &&
      found != nullptr) {
    return std::string("user:") + found->pw_name;
  }
  return "uid:" + std::to_string(peer.uid);
}

}  // namespace rumbo::api
