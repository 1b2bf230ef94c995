// pod_spec: a pod template becomes the bodies Podman's API takes. Pure: nothing is read or written.
//
// The create bodies hold environment values and so may hold secrets: they go to Client, never to
// the journal or a log. Two directories carry volumes: one on disk, one in memory (a tmpfs of the
// caller's, lost at reboot: write the files again before a start).
//
// Threads: the functions may be called from any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/secret.h"
#include "base/time.h"
#include "base/value.h"
#include "target/podman/probe_spec.h"

namespace rumbo::target::podman {

/// A ConfigMap or Secret by kind and name in the pod's namespace; nullptr if there is none.
using ObjectLookup = std::function<const Value*(std::string_view kind, std::string_view name)>;

struct PodContext {
  std::string pod_name;  ///< unique per generation, a DNS label
  std::string identity;  ///< its name as Kubernetes gives it, also the host name by default
  std::string ns;
  std::string network;                        ///< Podman's network name
  std::string static_ip;                      ///< empty: Podman chooses
  std::string static_ip6;                     ///< the one beside it; empty: IPv4 alone
  std::map<std::string, std::string> labels;  ///< ownership; win over those of the template
  std::vector<std::string> dns_servers, dns_search;
  std::vector<std::pair<std::string, std::string>> extra_hosts;  ///< name, address
  std::map<std::string, std::string> pins;  ///< image as written -> what Podman is asked for
  ObjectLookup lookup;
  std::string disk_directory;    ///< of this pod alone: ConfigMap files, emptyDir
  std::string memory_directory;  ///< the same in memory: Secret files, emptyDir in memory
  std::string volume_prefix;     ///< a claim "data" is the named volume prefix + "data"
  bool cgroup_limits = true;     ///< false: resource limits are left out (they cannot be set here)
  std::map<std::string, std::string> extra_env;  ///< added to every container ("RUMBO_TXN")
};

enum class RestartPolicy { always, on_failure, never };

/// A file to write before the pod starts; directories above it are made with 0755.
struct VolumeFile {
  std::string path;
  Secret<std::string> bytes;
  std::uint32_t mode = 0644;
};

/// A directory to make before the pod starts.
struct VolumeDirectory {
  std::string path;
  std::uint32_t mode = 0755;
  std::uint64_t memory_bytes = 0;  ///< a memory file system of its own, that large; 0: none
};

/// A path of the host that must be there.
struct HostPath {
  std::string path;
  std::string type;  ///< as hostPath.type; "" checks nothing
};

struct ContainerPort {
  std::string name;
  int port = 0;
  int host_port = 0;  ///< 0: none
  std::string protocol = "TCP";
  friend bool operator==(const ContainerPort&, const ContainerPort&) = default;
};

struct ContainerPlan {
  std::string name;            ///< in the template
  std::string container_name;  ///< Podman's
  Value create;                ///< body for Client::create_container, pod included
  Probes probes;
  std::optional<PreStop> pre_stop;
  std::vector<ContainerPort> ports;
};

struct PodPlan {
  Value create;                     ///< body for Client::create_pod
  std::vector<ContainerPlan> init;  ///< run one after another, each to success, before the others
  std::vector<ContainerPlan> containers;
  std::vector<VolumeDirectory> directories;
  std::vector<VolumeFile> files;
  std::vector<HostPath> host_paths;
  std::vector<std::string> claims;  ///< claim names, as in the template, in order of their use
  std::vector<std::string> writable_claims;
  bool writes_host_path = false;
  std::optional<std::uint32_t> fs_group;  ///< securityContext.fsGroup: owns files and directories
  RestartPolicy restart = RestartPolicy::always;
  Duration grace{30'000'000'000};
};

/// Translates `template` ({metadata, spec}); errors name the field, the object and the key.
Result<PodPlan> translate(const Value& pod_template, const PodContext& context);

/// "$(NAME)" from the map as Kubernetes expands it: "$$(NAME)" is literal, unknown names stay.
std::string expand_variables(std::string_view text, const std::map<std::string, std::string>& env);

/// True for an init container that runs on beside the others (restartPolicy: Always).
bool is_sidecar(const Value& container);

/// The pod template of a workload: spec.template, the Pod itself, or null for other kinds.
Value pod_template_of(const Value& object);

}  // namespace rumbo::target::podman
