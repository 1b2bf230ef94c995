#include "app/installation.h"

#include <algorithm>

#include "app/interrupt.h"
#include "base/log.h"
#include "base/strings.h"
#include "crypto/digest.h"
#include "render/helm/helm_renderer.h"
#include "render/kustomize/kustomize.h"
#include "render/plain.h"
#include "source/git_source.h"
#include "target/podman/podman_target.h"

namespace rumbo::app {
namespace {

constexpr Duration kDrain = 30s;  // Kubernetes' own default for a pod to end

/// "podman" for the host's own; others get a suffix that their settings decide, so that it stays
/// the same whatever else is configured.
TargetId target_id(const rumbo::PodmanTarget& settings) {
  if (settings.socket.empty() && settings.root.empty() && settings.run_root.empty()) {
    return {"podman"};
  }
  const std::string text = settings.socket + "\n" + settings.root + "\n" + settings.run_root;
  const std::string digest = crypto::sha256(text);
  return {"podman-" + digest.substr(digest.find(':') + 1, 8)};
}

}  // namespace

/// The targets of the configuration, by what their settings decide.
struct Installation::Targets {
  struct One {
    target::podman::PodmanTarget* podman = nullptr;  ///< once opened
    std::unique_ptr<LazyTarget> lazy;
  };
  std::map<TargetId, One> all;
  std::map<std::string, TargetId> by_environment;
};

Installation::Installation(InstallationOptions options, io::Env& env)
    : options_(std::move(options)), env_(env), drain_(kDrain) {}

Installation::~Installation() {
  core_.reset();
  if (!targets_) return;
  const Duration drain = options_.need == Need::act ? drain_ : Duration(0);
  for (auto& [id, one] : targets_->all) {
    if (one.podman != nullptr) one.podman->stop(drain);
  }
}

Result<std::unique_ptr<Installation>> Installation::open(InstallationOptions options,
                                                         io::Env& env) {
  std::unique_ptr<Installation> made(new Installation(std::move(options), env));
  TRY(made->open_parts());
  return made;
}

Result<> Installation::open_journal() {
  if (journal_) return {};
  store::JournalOptions journal;
  journal.directory = options_.state;
  journal_ = TRY(store::SqliteJournal::open(journal, env_.files, env_.clock, env_.random));
  source_ = std::make_unique<source::GitSource>(options_.state + "/git", env_);
  return {};
}

/// Without the remote, and at a daemon's start, the last good one counts. A newer one that is
/// broken is an error here: whoever types a command is to see it.
Result<LoadedConfig> Installation::read_fleet(const ConfigPlace& place) {
  auto kept = place.kept(env_.files, options_.state);
  if (options_.daemon && kept) {
    log(LogLevel::info, "config", "beginning with {}", kept->origin);
    return std::move(*kept);
  }
  auto loaded = place.load(*source_, interrupt());
  if (loaded || !kept || loaded.error().retry() == Retry::never) return loaded;
  log(LogLevel::warn, "config", "{}; going on with {}", loaded.error().to_string(), kept->origin);
  return std::move(*kept);
}

Result<> Installation::read_config() {
  if (options_.loaded) {
    loaded_ = *options_.loaded;
    return {};
  }
  const auto place =
      TRY(ConfigPlace::find(env_.files, options_.config, options_.credentials, options_.state));
  if (place.in_git()) {
    TRY(open_journal());  // its lock guards the mirrors, too
    loaded_ = TRY(read_fleet(place));
    return {};
  }
  loaded_ = place.load();
  return {};
}

Result<> Installation::open_parts() {
  if (options_.need == Need::journal) {
    if (!env_.files.stat(options_.state + "/journal.db")) {
      return fail(Error(Code::not_found, "there is no journal in `" + options_.state + "`")
                      .with_hint("nothing was deployed from there yet; name another directory "
                                 "with --state"));
    }
  } else {
    TRY(read_config());
  }
  TRY(open_journal());
  const Config& config = loaded_.config;
  const std::string boot_id = TRY(io::boot_id(env_.files));
  const std::uint64_t epoch = TRY(journal_->take_over("rumbo", boot_id));
  files_ = std::make_unique<source::HttpFiles>(options_.state + "/files", env_);
  renderers_.emplace(RendererKind::plain, std::make_unique<render::PlainRenderer>());
  renderers_.emplace(RendererKind::helm, std::make_unique<render::HelmRenderer>());
  renderers_.emplace(RendererKind::kustomize, std::make_unique<render::KustomizeRenderer>());

  targets_ = std::make_unique<Targets>();
  int history = 0;
  for (const Application& one : config.applications) {
    history = std::max(history, one.revision_history_limit);
  }
  std::map<TargetId, int> keep;  // of several environments on one host the most careful counts
  for (const Environment& one : config.environments) {
    const int own = one.podman.keep_images < 0 ? history : one.podman.keep_images;
    int& most = keep[target_id(one.podman)];
    most = std::max(most, own);
  }
  for (const Environment& environment : config.environments) {
    const TargetId id = target_id(environment.podman);
    targets_->by_environment[environment.name] = id;
    auto [found, added] = targets_->all.try_emplace(id);
    if (!added) continue;
    Targets::One* one = &found->second;
    target::podman::PodmanOptions podman{options_.state + "/targets/" + id.value,
                                         environment.podman.socket,
                                         environment.podman.root,
                                         environment.podman.run_root,
                                         journal_->installation(),
                                         keep[id],
                                         options_.need != Need::act};
    one->lazy = std::make_unique<LazyTarget>(
        [this, one, podman]() -> Result<std::unique_ptr<Target>> {
          auto opened = TRY(target::podman::PodmanTarget::open(podman, env_));
          // Health is what the agent's probes find; without a daemon nobody else runs them.
          if (!podman.reads_only) opened->start();
          one->podman = opened.get();
          return std::unique_ptr<Target>(std::move(opened));
        },
        target::podman::podman_capabilities());
  }

  control::CoreParts parts{.config = config,
                           .journal = *journal_,
                           .epoch = epoch,
                           .boot_id = boot_id,
                           .targets = {},
                           .environment_targets = targets_->by_environment,
                           .source = *source_,
                           .renderers = {},
                           .clock = env_.clock,
                           .records_config = options_.need == Need::act,
                           .config_origin = loaded_.origin,
                           .files = files_.get()};
  for (auto& [id, one] : targets_->all) parts.targets[id] = one.lazy.get();
  for (auto& [kind, renderer] : renderers_) parts.renderers[kind] = renderer.get();
  core_ = TRY(control::Core::open(std::move(parts)));
  return {};
}

}  // namespace rumbo::app
