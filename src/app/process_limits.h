// What the process itself needs from the system before it may begin anything.
#pragma once

#include "base/result.h"

namespace rumbo::app {

/// Raises the soft limit of open files to the hard one. Code::exhausted if even that is too small
/// to carry a transaction to its end: the journal, sockets and Podman's service must not fail
/// midway.
Result<> ensure_open_files();

}  // namespace rumbo::app
