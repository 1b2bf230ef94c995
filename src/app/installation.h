// Installation: all of Rumbo in one process: state directory, journal, configuration, source,
// renderers, targets, and the Core over them.
//
// Threads: made and destroyed on one; core() may be used from any.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/config_place.h"
#include "app/lazy_target.h"
#include "app/session.h"
#include "control/core.h"
#include "io/env.h"
#include "source/http_files.h"
#include "store/sqlite_journal.h"

namespace rumbo::app {

struct InstallationOptions {
  std::string state;   ///< the state directory
  std::string config;  ///< as --config; empty: the usual places
  Need need = Need::act;
  std::string credentials{};             ///< as --config-credentials
  std::optional<LoadedConfig> loaded{};  ///< instead of what `config` says
  bool daemon = false;  ///< begins with what was kept of a configuration in Git: it looks on later
};

class Installation {
 public:
  /// Holds the state directory until destroyed; Code::conflict if another process does. `env`
  /// outlives it.
  static Result<std::unique_ptr<Installation>> open(InstallationOptions options, io::Env& env);
  /// Ends the targets' agents; with Need::act old pods get a while to drain.
  ~Installation();

  control::Core& core() { return *core_; }
  store::SqliteJournal& journal() { return *journal_; }
  Source& source() { return *source_; }
  /// What it runs with.
  const LoadedConfig& loaded() const { return loaded_; }
  /// How long ~Installation waits for old pods; a daemon leaves them to its next start.
  void set_drain(Duration drain) { drain_ = drain; }

 private:
  struct Targets;
  Installation(InstallationOptions options, io::Env& env);
  Result<> open_parts();
  Result<> open_journal();
  Result<> read_config();
  Result<LoadedConfig> read_fleet(const ConfigPlace& place);
  void open_targets(const Config& config);
  void add_podman(const TargetId& id, const rumbo::PodmanTarget& settings);
  void add_kubernetes(const TargetId& id, const rumbo::KubernetesTarget& settings,
                      const Config& config);

  const InstallationOptions options_;
  io::Env& env_;
  Duration drain_;
  LoadedConfig loaded_;
  std::unique_ptr<store::SqliteJournal> journal_;
  std::unique_ptr<Source> source_;
  std::unique_ptr<source::HttpFiles> files_;
  std::map<RendererKind, std::unique_ptr<Renderer>> renderers_;
  std::unique_ptr<Targets> targets_;
  std::unique_ptr<control::Core> core_;
};

}  // namespace rumbo::app
