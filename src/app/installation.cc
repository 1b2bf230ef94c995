#include "app/installation.h"

#include <algorithm>

#include "app/build_facts.h"
#include "app/health_rules.h"
#include "app/interrupt.h"
#include "app/process_limits.h"
#include "base/log.h"
#include "base/strings.h"
#include "crypto/digest.h"
#include "render/helm/helm_renderer.h"
#include "render/kustomize/kustomize.h"
#include "render/plain.h"
#include "source/sources.h"
#include "target/kubernetes/http_transport.h"
#include "target/kubernetes/kubernetes_target.h"
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

TargetId target_id(const rumbo::KubernetesTarget& settings) {
  if (settings == rumbo::KubernetesTarget{}) return {"kubernetes"};
  if (settings.in_cluster) return {"in-cluster"};
  const std::string digest = crypto::sha256(settings.kubeconfig + "\n" + settings.context);
  return {"kubernetes-" + digest.substr(digest.find(':') + 1, 8)};
}

Result<std::unique_ptr<Target>> open_kubernetes(
    const rumbo::KubernetesTarget& settings, const target::kubernetes::KubernetesOptions& options,
    io::Env& env) {
  using namespace target::kubernetes;
  const auto environment = process_environment();
  const Access access =
      TRY(settings.in_cluster
              ? in_cluster_access(env.files, environment)
              : find_access(env.files, {settings.kubeconfig, settings.context, true, environment}));
  HttpTransportOptions how;
  how.user_agent = "rumbo/" + std::string(build_facts().version);
  how.environment = environment;
  return std::make_unique<target::kubernetes::KubernetesTarget>(
      options, std::make_unique<HttpTransport>(access, env, how), env.clock, env.sleep);
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
  TRY(ensure_open_files());
  std::unique_ptr<Installation> made(new Installation(std::move(options), env));
  TRY(made->open_parts());
  return made;
}

Result<> Installation::open_journal() {
  if (journal_) return {};
  store::JournalOptions journal;
  journal.directory = options_.state;
  journal_ = TRY(store::SqliteJournal::open(journal, env_.files, env_.clock, env_.random));
  source_ = std::make_unique<source::Sources>(options_.state, env_);
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

void Installation::add_podman(const TargetId& id, const rumbo::PodmanTarget& settings) {
  auto [found, added] = targets_->all.try_emplace(id);
  if (!added) return;
  Targets::One* one = &found->second;
  target::podman::PodmanOptions podman{options_.state + "/targets/" + id.value,
                                       settings.socket,
                                       settings.root,
                                       settings.run_root,
                                       journal_->installation(),
                                       settings.keep_images,
                                       settings.ipv6,
                                       settings.ipv6_range,
                                       options_.need != Need::act};
  one->lazy = std::make_unique<LazyTarget>(
      [this, one, podman]() -> Result<std::unique_ptr<Target>> {
        auto opened = TRY(target::podman::PodmanTarget::open(podman, env_, interrupt()));
        // Health is what the agent's probes find; without a daemon nobody else runs them.
        if (!podman.reads_only) opened->start();
        one->podman = opened.get();
        return std::unique_ptr<Target>(std::move(opened));
      },
      target::podman::podman_capabilities(target::podman::ipv6_support(env_.files, settings.ipv6)));
}

void Installation::add_kubernetes(const TargetId& id, const rumbo::KubernetesTarget& settings,
                                  const Config& config) {
  auto [found, added] = targets_->all.try_emplace(id);
  if (!added) return;
  target::kubernetes::KubernetesOptions cluster{journal_->installation(), {}};
  for (const Environment& one : config.environments) {
    if (one.kubernetes == settings) cluster.namespaces[one.name] = one.ns;
  }
  found->second.lazy = std::make_unique<LazyTarget>(
      [this, cluster, settings] { return open_kubernetes(settings, cluster, env_); },
      target::kubernetes::kubernetes_capabilities());
}

void Installation::open_targets(const Config& config) {
  targets_ = std::make_unique<Targets>();
  int history = 0;
  for (const Application& one : config.applications) {
    history = std::max(history, one.revision_history_limit);
  }
  // Of several environments on one host the most careful number counts, and IPv6 is on for all.
  std::map<TargetId, rumbo::PodmanTarget> hosts;
  for (const Environment& one : config.environments) {
    if (one.kubernetes) continue;
    const int own = one.podman.keep_images < 0 ? history : one.podman.keep_images;
    rumbo::PodmanTarget& host = hosts.try_emplace(target_id(one.podman), one.podman).first->second;
    host.keep_images = std::max(host.keep_images, own);
    host.ipv6 = host.ipv6 || one.podman.ipv6;
    if (host.ipv6_range.empty()) host.ipv6_range = one.podman.ipv6_range;
  }
  for (const Environment& environment : config.environments) {
    const TargetId id =
        environment.kubernetes ? target_id(*environment.kubernetes) : target_id(environment.podman);
    targets_->by_environment[environment.name] = id;
    if (environment.kubernetes) {
      add_kubernetes(id, *environment.kubernetes, config);
    } else {
      add_podman(id, hosts.at(id));
    }
  }
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

  open_targets(config);

  // Environments on one target share their rules.
  std::map<TargetId, std::vector<HealthScript>> scripts;
  for (const Environment& environment : config.environments) {
    auto own = TRY(read_health_scripts(env_.files, environment));
    auto& all = scripts[targets_->by_environment[environment.name]];
    all.insert(all.end(), own.begin(), own.end());
  }
  for (auto& [id, one] : targets_->all) {
    one.lazy->set_judge(TRY(make_health_judge(std::move(scripts[id]), env_.clock)));
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
