// Interrupt: SIGINT and SIGTERM as a Cancel.
//
// Threads: any; the handler only stores to an atomic.
#pragma once

#include "base/cancel.h"

namespace rumbo::app {

/// From the first call on SIGINT and SIGTERM cancel it instead of ending the process; a second one
/// ends it at once.
const Cancel& interrupt();

}  // namespace rumbo::app
