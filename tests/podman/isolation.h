// Isolation: the test process moves into network and mount namespaces of its own, because Podman
// shares /run/containers and the firewall across storage roots.
#pragma once

#include <string>

namespace rumbo::podman_test {

/// Enters them once per process; false, with the reason, where that is not possible. Call it
/// before any thread starts.
bool isolate(std::string& why);

/// A directory of this process alone, on disk, removed with everything mounted below it at exit.
std::string scratch_directory();

}  // namespace rumbo::podman_test
