// Manifests on disk: rendered and checked as a deployment would, without one.
//
// Threads: any.
#pragma once

#include <string>
#include <vector>

#include "app/findings.h"
#include "base/result.h"
#include "io/filesystem.h"
#include "model/renderer.h"

namespace rumbo::app {

/// Renders a directory, or one file. Objects that name no namespace get `ns` if it is not empty.
Result<Rendered> render_files(io::FileSystem& files, const std::string& path,
                              const std::string& ns);

/// The same, with every field looked at; appends what is wrong and returns the number of objects.
std::size_t check_manifests(io::FileSystem& files, const std::string& path, const std::string& ns,
                            std::vector<Finding>& findings);

}  // namespace rumbo::app
