// ConfigPlace: where --config points: files of this machine, or a Git repository that is followed.
//
// Threads: one at a time.
#pragma once

#include <optional>
#include <string>

#include "control/fleet.h"
#include "io/env.h"

namespace rumbo::app {

/// A configuration, and what it was read from.
struct LoadedConfig {
  struct Git {
    Fleet fleet;
    control::FleetState state;
  };
  Config config;
  std::string origin = {};      ///< "/etc/rumbo", "main@1a2b3c4 of https://…"
  std::optional<Git> git = {};  ///< what is kept once it works
};
/// Keeps one from Git in the state directory, for when the remote is away or says what is broken.
Result<> keep(io::FileSystem& files, const std::string& state, const LoadedConfig& loaded);

class ConfigPlace {
 public:
  /// `given` is --config (a file, a directory or a Git URL; empty: the usual places), `credentials`
  /// --config-credentials. A file whose only document is a Fleet points on to its repository.
  static Result<ConfigPlace> find(io::FileSystem& files, const std::string& given,
                                  const std::string& credentials, const std::string& state);

  bool in_git() const { return fleet_.has_value(); }
  const control::ConfigTexts& texts() const { return texts_; }
  /// How often to look for a new one.
  Duration interval() const;
  /// The path, or the repository without credentials.
  std::string shown() const;
  /// What a commit of the repository says.
  Result<LoadedConfig> parse(control::FleetState state) const;

  /// From files: what find() saw.
  LoadedConfig load() const { return {*config_, path_, {}}; }
  /// From Git: the newest.
  Result<LoadedConfig> load(Source& source, const Cancel& cancel) const;
  /// From Git: what was kept of it in the state directory, if it still can be read.
  std::optional<LoadedConfig> kept(io::FileSystem& files, const std::string& state) const;

  /// Reads without an installation, as checks do; a repository into a folder removed afterwards.
  Result<LoadedConfig> load_apart(io::Env& env, const std::string& state) const;

  // For those who tell news from what is known.
  const std::string& path() const { return path_; }
  const std::optional<Fleet>& fleet() const { return fleet_; }

 private:
  std::string path_;
  control::ConfigTexts texts_;
  std::optional<Config> config_;
  std::optional<Fleet> fleet_;
};

}  // namespace rumbo::app
