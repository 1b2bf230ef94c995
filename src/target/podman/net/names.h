// Names: Services' names on a host resolve to their virtual addresses, which never change while the
// Service lives.
//
// Two ways, both used: hosts entries given when a container is created (hosts_entries), good for
// every Service known then; and lines in aardvark-dns's file of the network plus SIGHUP (Names),
// which also reach containers that run already.
// Measured with aardvark-dns 1.4 and netavark 1.4 (Podman 4.3.1): our lines survive the start and
// stop of containers, also of the last one; a container resolves `svc` and `svc.ns` within
// milliseconds of the SIGHUP; names of any case are answered; a network that has no container yet
// has no file. Netavark appends to the file while we may be replacing it: verify after each start.
// Threads: one owner serialises a Names; the functions are pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "io/env.h"

namespace rumbo::target::podman {

struct ServiceName {
  std::string service;  ///< also "pod.service"
  std::string ns;
  std::string address;  ///< virtual; a pod's for a headless Service; one entry for each and each
                        ///< of its families
  friend auto operator<=>(const ServiceName&, const ServiceName&) = default;
};

/// "svc.ns", "svc.ns.svc", "svc.ns.svc.cluster.local"; and "svc" for pods of the same namespace.
std::vector<std::string> names_of(const ServiceName& name, std::string_view from_ns);
/// "host:address" for `podman create --add-host` (or HostAdd of the API), for a pod in `from_ns`.
std::vector<std::string> hosts_entries(const std::vector<ServiceName>& names,
                                       std::string_view from_ns);

/// The text of an aardvark file with our lines replaced by these; the others stay as they are.
std::string with_our_lines(std::string_view file, const std::vector<ServiceName>& names,
                           std::string_view from_ns, std::string_view install);

/// Where aardvark has a file for each network.
inline constexpr const char* kNamesDirectory = "/run/containers/networks/aardvark-dns";

class Names {
 public:
  Names(const io::Env& env, std::string install, std::string directory = kNamesDirectory);

  /// Writes the lines into the file of this network (whose pods live in namespace `from_ns`) and
  /// tells aardvark. Call after every start or stop of a container in the network: netavark
  /// rewrites the file then. Does nothing if the lines are there already. Fine if the network has
  /// no file (no container runs in it): returns false. Call with no names when a network's last
  /// container has gone: our lines alone would keep its file and aardvark alive.
  Result<bool> publish(const std::string& network, const std::string& from_ns,
                       const std::vector<ServiceName>& names);

 private:
  Result<bool> signal_aardvark();

  const io::Env env_;
  const std::string install_;
  const std::string directory_;
};

}  // namespace rumbo::target::podman
