// The fleet repository: a configuration that lives in Git and is followed there. The last good one
// is kept on disk, so that neither a broken commit nor a lost remote takes it away.
//
// Threads: pure functions but for what the Source and the file system do.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/cancel.h"
#include "base/result.h"
#include "control/config_loader.h"
#include "io/filesystem.h"
#include "model/config.h"
#include "model/source.h"

namespace rumbo::control {

/// True for what names a Git repository as a configuration: a text with "://".
bool is_fleet_url(std::string_view text);

/// "https://host/team/fleet.git//clusters/prod?ref=main": after `//` the directory, in the query
/// one of ref (branch, tag, commit or full name), branch, tag, semver and commit. Without any, the
/// repository's own default branch.
Result<Fleet> parse_fleet_url(std::string_view url);

/// What a commit says.
struct FleetState {
  ConfigTexts texts;  ///< named by their paths in the repository
  Revision revision;
  GitRef ref;  ///< what its name turned out to be: what relative sources follow, too
};

/// The newest commit's. `ref=NAME` is tried as a branch first, then as a tag.
Result<FleetState> read_fleet(Source& source, const Fleet& fleet, const Cancel& cancel);

/// The configuration in it; errors name the revision besides file, line and column.
Result<Config> parse_fleet(const FleetState& state, const Fleet& fleet);

/// "main@1a2b3c4 of https://host/fleet.git//clusters/prod", without credentials.
std::string describe(const FleetState& state, const Fleet& fleet);

/// What was kept of this fleet (the same URL, reference and path); nothing if it was never read.
std::optional<FleetState> kept_fleet(io::FileSystem& files, const std::string& file,
                                     const Fleet& fleet);
/// Durable when it returns.
Result<> keep_fleet(io::FileSystem& files, const std::string& file, const Fleet& fleet,
                    const FleetState& state);

}  // namespace rumbo::control
