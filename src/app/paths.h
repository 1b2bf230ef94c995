// Where Rumbo's files are when nobody says.
//
// Threads: reads the environment; any thread.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "io/filesystem.h"

namespace rumbo::app {

/// $RUMBO_STATE; else /var/lib/rumbo for root, $XDG_STATE_HOME/rumbo or ~/.local/state/rumbo.
std::string default_state_directory();

/// Where fetched remote bases are kept for the next time: $RUMBO_CACHE, else $XDG_CACHE_HOME/rumbo
/// or
/// ~/.cache/rumbo.
std::string cache_directory();

/// `given` if not empty; else the first that exists of ./rumbo.yaml, /etc/rumbo/rumbo.yaml and
/// STATE/config.yaml. Code::not_found names all of them.
Result<std::string> find_config(io::FileSystem& files, const std::string& given,
                                const std::string& state);

}  // namespace rumbo::app
