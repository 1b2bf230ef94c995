// Connect: Operations for a verb: the daemon's when one holds the state directory, else in this
// process.
//
// Threads: one.
#pragma once

#include "app/session.h"

namespace rumbo::app {

/// As Connector.
Result<std::unique_ptr<control::Operations>> connect(const Session& session, Need need);

/// True if a daemon answers on the socket of this state directory.
bool daemon_answers(io::Env& env, const std::string& state);

}  // namespace rumbo::app
