// ConfigWatch: tells a running daemon of a new configuration. A broken one is told once, whole, and
// the old one stays in force.
//
// Threads: one.
#pragma once

#include <optional>
#include <string>

#include "io/filesystem.h"
#include "model/config.h"

namespace rumbo::app {

class ConfigWatch {
 public:
  /// What is in the files now counts as known. `path`: a file or a directory of them.
  ConfigWatch(io::FileSystem& files, std::string path);

  /// The new configuration, once after each change of the files that leaves a valid one. `again`:
  /// a broken one is told of even if it is the same as before.
  std::optional<Config> changed(bool again = false);

 private:
  io::FileSystem& files_;
  const std::string path_;
  std::string known_;  // the texts of the files, or why they cannot be read
};

}  // namespace rumbo::app
