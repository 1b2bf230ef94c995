#include "app/installation.h"

#include <algorithm>

#include "app/paths.h"
#include "base/strings.h"
#include "control/config_loader.h"
#include "crypto/digest.h"
#include "render/helm/helm_renderer.h"
#include "render/kustomize/kustomize.h"
#include "render/plain.h"
#include "source/sources.h"
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

Result<Config> Installation::read_config() const {
  if (options_.loaded) return *options_.loaded;
  const std::string path = TRY(find_config(env_.files, options_.config, options_.state));
  return control::load_config(env_.files, path);
}

Result<> Installation::open_parts() {
  Config config;
  if (options_.need == Need::journal) {
    if (!env_.files.stat(options_.state + "/journal.db")) {
      return fail(Error(Code::not_found, "there is no journal in `" + options_.state + "`")
                      .with_hint("nothing was deployed from there yet; name another directory "
                                 "with --state"));
    }
  } else {
    config = TRY(read_config());
  }
  store::JournalOptions journal;
  journal.directory = options_.state;
  journal_ = TRY(store::SqliteJournal::open(journal, env_.files, env_.clock, env_.random));
  const std::string boot_id = TRY(io::boot_id(env_.files));
  const std::uint64_t epoch = TRY(journal_->take_over("rumbo", boot_id));
  source_ = std::make_unique<source::Sources>(options_.state, env_);
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

  control::CoreParts parts{.config = std::move(config),
                           .journal = *journal_,
                           .epoch = epoch,
                           .boot_id = boot_id,
                           .targets = {},
                           .environment_targets = targets_->by_environment,
                           .source = *source_,
                           .renderers = {},
                           .clock = env_.clock,
                           .records_config = options_.need == Need::act,
                           .files = files_.get()};
  for (auto& [id, one] : targets_->all) parts.targets[id] = one.lazy.get();
  for (auto& [kind, renderer] : renderers_) parts.renderers[kind] = renderer.get();
  core_ = TRY(control::Core::open(std::move(parts)));
  return {};
}

}  // namespace rumbo::app
