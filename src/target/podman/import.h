// import: running containers of Podman, as `podman inspect` shows them, become the objects that
// would run them here. Pure: nothing is asked, nothing is changed.
//
// A pod becomes one Deployment, a service of a compose project one, a container of its own one.
// What cannot be carried over is told, never left out in silence.
//
// Threads: pure functions.
#pragma once

#include <string>
#include <vector>

#include "base/value.h"

namespace rumbo::target::podman {

struct ImportInput {
  Value containers;  ///< list, as `podman container inspect`
  Value pods;        ///< list, as `podman pod inspect`
  Value images;      ///< list, as `podman image inspect`: what containers took from their image
};

/// One workload with what belongs to it.
struct Imported {
  std::string name;                  ///< of the Deployment, also a file's name
  std::vector<Value> objects;        ///< Deployment, Services, claims
  std::vector<Value> secrets;        ///< values that look like secrets
  std::vector<std::string> remarks;  ///< what a person must know or do
  std::vector<std::string> sources;  ///< the containers it was made of
};

/// In order of their names. Containers that Rumbo runs itself are left out.
std::vector<Imported> import_containers(const ImportInput& input);

}  // namespace rumbo::target::podman
