// One running container as part of a pod's spec. For import.cc.
//
// Threads: pure functions.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/value.h"

namespace rumbo::target::podman {

struct ImportedPort {
  int container = 0;
  int host = 0;  ///< 0: not published
  std::string address;
  std::string protocol = "TCP";
};

/// What the containers of one pod add up to.
struct ImportedPod {
  std::string name;
  std::vector<Value> containers, volumes;
  std::vector<ImportedPort> ports;
  std::map<std::string, std::string> claims;  ///< volume of Podman -> claim
  std::map<std::string, std::string> secret_values;
  std::int64_t grace = 0;  ///< seconds; 0: the default
  std::vector<Value> host_aliases;

  Value spec() const;
};

/// Lower-case letters, digits and `-`, at most 50 of them, beginning with a letter.
std::string dns_label(std::string_view text);

/// Adds {"8080/tcp": [{HostIp, HostPort}]}.
void add_port_bindings(const Value& bindings, std::vector<ImportedPort>& out);

/// Adds the container, and to `remarks` all that cannot be said of it here.
void import_container(const Value& container, const Value& image, ImportedPod& pod,
                      std::vector<std::string>& remarks);

}  // namespace rumbo::target::podman
