// Interrupt: SIGINT and SIGTERM as a Cancel, and SIGHUP as a question.
//
// Threads: any; the handlers only store to an atomic and ring.
#pragma once

#include "base/cancel.h"
#include "base/time.h"

namespace rumbo::app {

/// From the first call on SIGINT and SIGTERM cancel it instead of ending the process; a second one
/// ends it at once.
const Cancel& interrupt();

/// From the first call on SIGHUP no longer ends the process; true if one came since the last call.
bool take_hangup();

/// Sleeps until one of these signals or ring() comes, or the time is over. A ring before it counts.
void rest(Duration most);
/// Ends a rest(); from any thread.
void ring();

}  // namespace rumbo::app
