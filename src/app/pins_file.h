// The file of `rumbo render --pins`: which content each remote location of an overlay stood for.
//
// Threads: any.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "io/filesystem.h"
#include "model/object.h"

namespace rumbo::app {

/// The pins in the file; none if it is not there yet. Code::invalid names the place of a mistake.
Result<std::vector<Pin>> read_pins(io::FileSystem& files, const std::string& path);

/// Writes them, unless the file says so already.
Result<> write_pins(io::FileSystem& files, const std::string& path, const std::vector<Pin>& pins);

}  // namespace rumbo::app
