// ReadyFile: which processes were ready when last heard, so that a restarted Rumbo keeps serving
// them until its own probes have spoken. Worth nothing after a reboot; losing it costs one probe.
//
// Threads: one at a time.
#pragma once

#include <map>
#include <string>

#include "io/filesystem.h"

namespace rumbo::target::podman {

/// Pod -> container -> process.
using ReadyProcesses = std::map<std::string, std::map<std::string, int>>;

class ReadyFile {
 public:
  ReadyFile(io::FileSystem& files, std::string path, std::string boot_id);

  /// True if this process was ready when the file was written, in this boot.
  bool was_ready(const std::string& pod, const std::string& container, int pid) const;
  /// What the file says of this pod now: container -> process.
  std::map<std::string, int> noted(const std::string& pod) const;
  /// Writes what is ready now, if it changed.
  void write(ReadyProcesses now);

 private:
  io::FileSystem& files_;
  const std::string path_;
  const std::string boot_id_;
  ReadyProcesses before_;  // as loaded
  ReadyProcesses written_;
};

}  // namespace rumbo::target::podman
