// What an overlay of the command line needs from elsewhere: remote bases, files and charts, as the
// file of --pins says where it does.
//
// Threads: one.
#pragma once

#include <functional>

#include "app/session.h"
#include "base/result.h"
#include "model/renderer.h"

namespace rumbo::app {

/// What is named by what is here so far.
using RemotesNeeded = std::function<Result<InputsNeeded>(const RenderInputs& here)>;

/// Fetches it all, tells on standard error what each location stood for, and records it in the file
/// of --pins.
Result<RenderInputs> fetch_remotes(Session& session, const RemotesNeeded& needed);

}  // namespace rumbo::app
