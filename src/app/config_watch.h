// ConfigWatch: tells a running daemon of a new configuration. A broken one is told once, whole, and
// the old one stays in force.
//
// Threads: one.
#pragma once

#include <optional>
#include <string>

#include "app/config_place.h"

namespace rumbo::app {

/// At most one of both.
struct ConfigNews {
  std::optional<LoadedConfig> config;  ///< valid, and not what was known
  std::optional<Error> trouble;        ///< why there is none
  bool refused = false;                ///< the trouble: it was read, and is wrong
};

/// One line for the log, the journal and `rumbo status`.
std::string describe_trouble(const Error& trouble, bool refused);

class ConfigWatch {
 public:
  /// What `place` saw of files counts as known.
  ConfigWatch(io::FileSystem& files, ConfigPlace place);

  const ConfigPlace& place() const { return place_; }
  /// The daemon runs with this one.
  void running(const LoadedConfig& loaded);
  /// What was told last does not work, and the daemon runs with the one before it.
  void failed(const Error& trouble);
  /// Why what is written now is not in force, with a hint; empty if it is.
  const std::string& trouble() const { return trouble_; }

  /// What changed since the last look; a trouble only once, unless `again`. May talk to a remote.
  ConfigNews look(Source& source, bool again, const Cancel& cancel);

 private:
  ConfigNews tell(Error trouble, bool refused, bool again);

  io::FileSystem& files_;
  const ConfigPlace place_;
  std::string known_;  ///< the texts last seen
  std::string told_;   ///< the trouble last told
  std::string trouble_;
  bool known_fails_ = false;
};

}  // namespace rumbo::app
