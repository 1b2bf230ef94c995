// Manifests on disk: rendered and checked as a deployment would, without one.
//
// Threads: any.
#pragma once

#include <string>
#include <vector>

#include "app/findings.h"
#include "app/session.h"
#include "base/result.h"
#include "io/filesystem.h"
#include "model/renderer.h"

namespace rumbo::app {

/// Renders a directory, or one file. Objects that name no namespace get `ns` if it is not empty.
Result<Rendered> render_files(io::FileSystem& files, const std::string& path,
                              const std::string& ns);

/// The same for what a path holds, also charts and overlays, with every field looked at; appends
/// what is wrong and returns the number of objects. What overlays and charts need from elsewhere is
/// fetched as `rumbo render` does, unless the session's flags say --offline. Fails only if those
/// flags make no sense.
Result<std::size_t> check_manifests(Session& session, const std::string& path,
                                    std::vector<Finding>& findings);

}  // namespace rumbo::app
