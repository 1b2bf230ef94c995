// Interrupt: SIGINT and SIGTERM as a Cancel, and SIGHUP as a question.
//
// Threads: any; the handler only stores to an atomic.
#pragma once

#include "base/cancel.h"

namespace rumbo::app {

/// From the first call on SIGINT and SIGTERM cancel it instead of ending the process; a second one
/// ends it at once.
const Cancel& interrupt();

/// From the first call on SIGHUP no longer ends the process; true if one came since the last call.
bool take_hangup();

}  // namespace rumbo::app
