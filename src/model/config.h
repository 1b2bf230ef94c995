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
};

struct Environment {
  std::string name;
  std::string ns;
  PodmanTarget podman;
  Location origin;
};

struct Config {
  std::vector<Application> applications;
  std::vector<Environment> environments;
  const Application* application(std::string_view name) const;
  const Environment* environment(std::string_view name) const;
};

}  // namespace rumbo
