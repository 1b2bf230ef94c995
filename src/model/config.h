// What a user writes (rumbo.yaml): applications and environments, as plain data. control/ loads it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/time.h"
#include "base/value.h"
#include "model/source.h"

namespace rumbo {

enum class OnFailure { restore, stop };
enum class DeletionPolicy { orphan, remove };
enum class RendererKind { detect, plain, kustomize, helm };

/// Fields that may differ from what is declared: of objects that fit all of group, kind, namespace
/// and name (shell patterns; empty fits any).
struct IgnoreRule {
  std::string group, kind, ns, name;
  std::vector<std::string> pointers;  ///< RFC 6901: /spec/replicas
  std::vector<std::string> paths;     ///< path expressions of jq: .spec.containers[].image
  std::vector<std::string> managers;  ///< whatever these field managers own
  friend bool operator==(const IgnoreRule&, const IgnoreRule&) = default;
};

/// How often and how far apart automation tries again after faults of the infrastructure.
struct RetryPolicy {
  int limit = -1;  ///< -1: without end
  Duration first = 1s;
  Duration most = 5min;
  int factor = 2;
  friend bool operator==(const RetryPolicy&, const RetryPolicy&) = default;
};

/// The most objects one transaction may delete.
struct DeletionBudget {
  int amount = 0;
  bool percent = false;  ///< of what the application owns
  friend bool operator==(const DeletionBudget&, const DeletionBudget&) = default;
};

struct SyncPolicy {
  bool automated = true;
  bool prune = true;
  bool self_heal = true;
  Duration timeout = 5min;  ///< per wave, health included
  Duration soak{0};
  OnFailure on_failure = OnFailure::restore;
  bool allow_empty = false;
  std::vector<std::string> allow_destructive;  ///< kinds: PersistentVolumeClaim, Namespace, …
  bool adopt = false;
  RetryPolicy retry;
  std::optional<DeletionBudget> max_deletions;
  std::vector<std::string> options;  ///< "CreateNamespace=true": see engine/sync_options.h
  std::vector<IgnoreRule> ignore;
  friend bool operator==(const SyncPolicy&, const SyncPolicy&) = default;
};

/// A deployment of an application: its own settings merged over the application's.
struct Deployment {
  std::string environment;
  std::optional<std::string> path;
  std::optional<GitRef> ref;
  std::optional<std::string> version;  ///< of a chart that comes from a repository
  std::optional<GitRef> values_ref;    ///< instead of the second repository's
  SyncPolicy sync;
  /// The application's sections, with the deployment's own merged over them.
  Value helm, kustomize, substitute;
};

struct Application {
  std::string name;
  std::vector<std::string> aliases;
  std::map<std::string, std::string> labels;
  std::string project = "default";
  SourceSpec source;
  std::optional<GitSpec> values_source;  ///< a second repository: `$values/…` of valueFiles
  RendererKind renderer = RendererKind::detect;
  Value helm, kustomize, substitute;  ///< the sections of these names, null without one
  std::vector<Deployment> environments;
  std::string group;  ///< same group and environment = one transaction
  DeletionPolicy deletion_policy = DeletionPolicy::orphan;
  int revision_history_limit = 20;
  std::vector<std::string> depends_on;
  Duration poll_interval = 1min;
  Location origin;
};

struct PodmanTarget {
  std::string socket;  ///< empty: Rumbo starts its own `podman system service`
  /// Storage apart from the host's own (as `podman --root --runroot`); empty: Podman's defaults.
  std::string root, run_root;
  /// Earlier committed states of each application whose images stay; -1: revisionHistoryLimit.
  int keep_images = -1;
  bool ipv6 = false;       ///< dual stack
  std::string ipv6_range;  ///< of /48; empty: the installation's own
};

struct KubernetesTarget {
  std::string kubeconfig;  ///< file; empty: $KUBECONFIG, then ~/.kube/config
  std::string context;     ///< empty: the file's current one
  bool in_cluster = false;
  friend auto operator<=>(const KubernetesTarget&, const KubernetesTarget&) = default;
};

/// A health rule in Lua for one kind; see engine/health/scripts.h.
struct HealthScript {
  std::string name;    ///< "argoproj.io/Rollout"
  std::string source;  ///< Lua
  Location origin;
};

struct Environment {
  std::string name;
  std::string ns;
  PodmanTarget podman;
  std::optional<KubernetesTarget> kubernetes;  ///< instead of the Podman host
  std::vector<HealthScript> health_scripts;
  /// A directory of GROUP/KIND/health.lua, as Argo CD's resource_customizations; empty: none.
  std::string health_directory;
  Location origin;
};

/// A Git repository that holds the configuration.
struct Fleet {
  GitSpec git;
  Duration poll_interval = 1min;
};

struct Config {
  std::vector<Application> applications;
  std::vector<Environment> environments;
  std::optional<Fleet> fleet = {};  ///< then there is nothing else: the configuration is there
  const Application* application(std::string_view name) const;
  const Environment* environment(std::string_view name) const;
};

}  // namespace rumbo
