#include "app/config_place.h"

#include <unistd.h>

#include "app/paths.h"
#include "base/log.h"
#include "source/git_url.h"
#include "source/sources.h"

namespace rumbo::app {
namespace {

constexpr Duration kLookAtFiles = 2s;
constexpr Duration kLookApart = 10min;

std::string kept_file(const std::string& state) {
  return state + "/fleet.json";
}

}  // namespace

Result<ConfigPlace> ConfigPlace::find(io::FileSystem& files, const std::string& given,
                                      const std::string& credentials, const std::string& state) {
  ConfigPlace place;
  if (control::is_fleet_url(given)) {
    place.path_ = given;
    place.fleet_ = TRY(control::parse_fleet_url(given));
    place.fleet_->git.credentials_file = credentials;
    return place;
  }
  if (!credentials.empty()) {
    return fail(Error(Code::invalid, "--config-credentials is for a --config that is a Git URL")
                    .with_hint("in files, source.git.credentials names them"));
  }
  place.path_ = TRY(find_config(files, given, state));
  place.texts_ = TRY(control::read_config_texts(files, place.path_));
  place.config_ = TRY(control::parse_config(place.texts_));
  place.fleet_ = place.config_->fleet;
  return place;
}

Duration ConfigPlace::interval() const {
  return fleet_ ? fleet_->poll_interval : kLookAtFiles;
}

std::string ConfigPlace::shown() const {
  if (!fleet_) return path_;
  const auto url = source::parse_git_url(fleet_->git.url);
  return url ? url->shown : "a Git repository";
}

Result<LoadedConfig> ConfigPlace::parse(control::FleetState state) const {
  LoadedConfig loaded;
  loaded.config = TRY(control::parse_fleet(state, *fleet_));
  loaded.origin = control::describe(state, *fleet_);
  loaded.git = LoadedConfig::Git{*fleet_, std::move(state)};
  return loaded;
}

Result<LoadedConfig> ConfigPlace::load(Source& source, const Cancel& cancel) const {
  return parse(TRY(control::read_fleet(source, *fleet_, cancel)));
}

std::optional<LoadedConfig> ConfigPlace::kept(io::FileSystem& files,
                                              const std::string& state) const {
  if (!fleet_) return std::nullopt;
  auto kept = control::kept_fleet(files, kept_file(state), *fleet_);
  if (!kept) return std::nullopt;
  auto loaded = parse(std::move(*kept));
  if (loaded) return std::move(*loaded);
  // Written for another version of Rumbo.
  log(LogLevel::warn, "config", "what was kept of the configuration is not valid any more: {}",
      loaded.error().to_string());
  return std::nullopt;
}

Result<> keep(io::FileSystem& files, const std::string& state, const LoadedConfig& loaded) {
  if (!loaded.git) return {};
  return control::keep_fleet(files, kept_file(state), loaded.git->fleet, loaded.git->state);
}

Result<LoadedConfig> ConfigPlace::load_apart(io::Env& env, const std::string& state) const {
  if (!fleet_) return load();
  // Not the daemon's mirrors: it may be at them now.
  const std::string folder = state + "/git-check-" + std::to_string(::getpid());
  source::Sources source(folder, env);
  auto loaded = load(source, Cancel().with_deadline(env.clock.mono() + kLookApart));
  static_cast<void>(env.files.remove_tree(folder));
  return loaded;
}

}  // namespace rumbo::app
