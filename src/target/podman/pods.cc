#include "target/podman/pods.h"

#include <algorithm>
#include <cerrno>
#include <fmt/core.h>
#include <sys/stat.h>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <vector>

#include "base/log.h"
#include "codec/json.h"
#include "target/podman/families.h"
#include "target/podman/identity.h"
#include "target/podman/pod_spec.h"
#include "target/podman/routes.h"
#include "target/podman/volume_size.h"

namespace rumbo::target::podman {
namespace {

constexpr auto kSameUser = static_cast<uid_t>(-1);  // of lchown: leave it

std::string parent_of(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == std::string::npos ? "." : path.substr(0, slash);
}

/// A pod that is gone, or goes meanwhile, is as removed as one can wish.
Result<> unless_missing(Result<> result) {
  if (!result && result.error().code() == Code::not_found) return {};
  return result;
}

/// Every Service by the names that pods of this namespace use.
std::vector<std::pair<std::string, std::string>> service_hosts(const Record& record,
                                                               const std::string& ns) {
  std::vector<std::pair<std::string, std::string>> out;
  for (const ServiceName& service : service_names(record)) {
    for (const std::string& name : names_of(service, ns)) out.emplace_back(name, service.address);
  }
  return out;
}

}  // namespace

std::string volume_prefix(const InstallationId& install, const std::string& ns) {
  return "rumbo-" + install.value + "-" + ns + "-";
}

Pods::Pods(const io::Env& env, const Client& client, PodPlaces places)
    : env_(env), client_(client), places_(std::move(places)) {}

Result<PodPlan> Pods::plan(const Record& record, const Replica& replica) const {
  const Thing* thing = record.of_revision(replica.revision);
  if (thing == nullptr) {
    return fail(Code::internal, "pod " + replica.name + " belongs to no recorded workload");
  }
  const PodView view = view_of(record, replica.revision);
  PodContext context;
  context.pod_name = replica.name;
  context.identity = identity_of(replica.workload, replica.name, replica.ordinal);
  context.ns = replica.workload.ns;
  context.network = replica.network;
  context.static_ip = replica.address;
  context.static_ip6 = address_of(record, replica, Family::ipv6);
  context.labels = {{kInstallLabel, places_.install.value},
                    {kApplicationLabel, thing->owner.application},
                    {kEnvironmentLabel, thing->owner.environment},
                    {kTxnLabel, thing->owner.txn.value},
                    {kWorkloadLabel, codec::to_json(to_value(replica.workload))},
                    {kRevisionLabel, replica.revision}};
  context.extra_hosts = service_hosts(record, replica.workload.ns);
  context.pins = thing->pins;
  context.lookup = [&record, view, ns = replica.workload.ns](std::string_view kind,
                                                             std::string_view name) {
    const Thing* found = config_in(record, view, {"", std::string(kind), ns, std::string(name)});
    return found == nullptr ? nullptr : &found->object;
  };
  context.disk_directory = places_.disk + "/" + replica.name;
  context.memory_directory = places_.memory + "/" + replica.name;
  context.volume_prefix = volume_prefix(places_.install, replica.workload.ns);
  context.cgroup_limits = places_.cgroup_limits;
  const bool hook = replica.workload.kind == "Pod" && record.is_hook(replica.revision);
  if (hook || replica.workload.kind == "Job") {
    context.extra_env = {{"RUMBO_TXN", thing->owner.txn.value}};
  }
  auto out = translate(pod_template_of(thing->object, replica.ordinal), context);
  if (!out) return fail(std::move(out).error().with_context(replica.workload.to_string()));
  return out;
}

Result<> Pods::write_files(const PodPlan& plan) const {
  const auto give = [&](const std::string& path) -> Result<> {
    if (!plan.fs_group || ::lchown(path.c_str(), kSameUser, *plan.fs_group) == 0) return {};
    return fail(Code::unavailable,
                fmt::format("{}: cannot give it to group {}: {}", path, *plan.fs_group,
                            std::generic_category().message(errno)),
                Retry::later);
  };
  // As in Kubernetes, what the pod's group owns it may read.
  const std::uint32_t readable = plan.fs_group ? 0440 : 0;
  for (const VolumeDirectory& directory : plan.directories) {
    TRY(env_.files.make_directories(directory.path, directory.mode));
    if (directory.memory_bytes > 0) {
      TRY(mount_memory(directory.path, directory.memory_bytes, directory.mode));
    }
    TRY(give(directory.path));
  }
  for (const VolumeFile& file : plan.files) {
    TRY(env_.files.make_directories(parent_of(file.path), 0755));
    TRY(env_.files.write_atomic(file.path, file.bytes.reveal(), file.mode | readable));
    TRY(give(file.path));
  }
  return {};
}

Result<> Pods::create(const Record& record, const Replica& replica, const Cancel& cancel) const {
  const PodPlan made = TRY(plan(record, replica));
  if (TRY(client_.pod_exists(replica.name, cancel))) TRY(remove(replica.name, cancel));
  TRY(claims_are_there(record, made, replica, cancel));
  TRY(write_files(made));
  TRY(client_.create_pod(made.create, cancel));
  for (const auto* list : {&made.init, &made.containers}) {
    for (const ContainerPlan& container : *list) {
      auto created = create_container(container, cancel);
      if (!created) {
        return fail(std::move(created).error().with_context(replica.workload.to_string() +
                                                            ": container " + container.name));
      }
    }
  }
  return {};
}

/// A claim's top directory belongs to the pod's group, and what is made in it will. What lies in it
/// stays as it is: walking through what containers may change meanwhile is not safe.
Result<> Pods::give_volume(const std::string& volume, std::uint32_t group,
                           const Cancel& cancel) const {
  const Value seen = TRY(client_.inspect_volume(volume, cancel));
  const std::string path = seen["Mountpoint"].str();
  struct stat info {};
  if (path.empty() || ::lstat(path.c_str(), &info) != 0 || !S_ISDIR(info.st_mode)) return {};
  constexpr mode_t kGroupMay = 02070;
  if (info.st_gid == group && (info.st_mode & kGroupMay) == kGroupMay) return {};
  const mode_t mode = (info.st_mode & 07777) | kGroupMay;
  if (::lchown(path.c_str(), kSameUser, group) == 0 && ::chmod(path.c_str(), mode) == 0) return {};
  return fail(Code::unavailable,
              fmt::format("volume {}: cannot give it to group {}: {}", volume, group,
                          std::generic_category().message(errno)),
              Retry::later);
}

// Podman would make a volume that is missing, empty, and the application would begin from nothing.
Result<> Pods::claims_are_there(const Record& record, const PodPlan& plan, const Replica& replica,
                                const Cancel& cancel) const {
  const std::string& ns = replica.workload.ns;
  const std::string prefix = volume_prefix(places_.install, ns);
  for (const std::string& claim : plan.claims) {
    if (TRY(client_.volume_exists(prefix + claim, cancel))) {
      if (plan.fs_group) TRY(give_volume(prefix + claim, *plan.fs_group, cancel));
      continue;
    }
    // A volume that was there is this machine's loss, and no fault of the revision.
    const bool lost = record.find_current({"", "PersistentVolumeClaim", ns, claim}) != nullptr;
    const std::string cure = lost ? "restore it with `podman volume import`, or make an empty one: "
                                    "`rumbo recover --recreate-volume APP " +
                                        claim + "`"
                                  : "declare the PersistentVolumeClaim; if the volume was removed, "
                                    "restore it, or make an empty one with `podman volume create " +
                                        prefix + claim + "`";
    return fail(Error(lost ? Code::unavailable : Code::not_found,
                      fmt::format("{}: claim {}: its volume {} does not exist",
                                  replica.workload.to_string(), claim, prefix + claim))
                    .with_hint(cure));
  }
  return {};
}

// A Podman that was killed while it created a container leaves its storage behind, which holds the
// name and is no container: only under a name of our own making, so nobody else's is removed.
Result<std::string> Pods::create_container(const ContainerPlan& container,
                                           const Cancel& cancel) const {
  auto created = client_.create_container(container.create, cancel);
  if (created || created.error().code() != Code::conflict) return created;
  const std::string name = container.create["name"].str();
  const auto there = client_.inspect_container(name, cancel);
  if (there || there.error().code() != Code::not_found) return created;
  log(LogLevel::info, "podman", "removing the storage that an interrupted creation of {} left",
      name);
  TRY(client_.remove_container(name, true, cancel));
  return client_.create_container(container.create, cancel);
}

bool Pods::complete(const PodShape& shape, const PodSight& sight) {
  return std::all_of(shape.containers.begin(), shape.containers.end(),
                     [&](const auto& one) { return sight.containers.contains(one.name); });
}

Result<bool> Pods::advance(const Record& record, const Replica& replica, const PodShape& shape,
                           const PodSight& sight, bool again, const SidecarTest& ready,
                           const Cancel& cancel) const {
  bool any = false;
  bool files_there = sight.network_up;
  for (const ContainerShape& container : shape.containers) {
    const auto found = sight.containers.find(container.name);
    if (found == sight.containers.end()) return any;
    const ContainerSight& seen = found->second;
    if (seen.state == RunState::running) {
      if (container.init || (container.sidecar && !ready(container.name))) return any;
      continue;
    }
    const bool done = container.init && seen.state == RunState::exited && seen.exit_code == 0;
    // Without its network the whole pod went down (a reboot): init containers run once more.
    if (done && sight.network_up) continue;
    if (seen.state == RunState::exited && !again) {
      if (container.init) return any;
      continue;
    }
    // What runs once may have run since that sight.
    if (shape.most_restarts >= 0 && TRY(has_run(replica.name, container.name, cancel))) continue;
    if (!files_there) {
      // Files in memory do not survive a reboot.
      const PodPlan made = TRY(plan(record, replica));
      TRY(write_files(made));
      files_there = true;
    }
    auto started = client_.start_container(container_name(replica.name, container.name), cancel);
    if (!started) {
      return fail(std::move(started).error().with_context(replica.workload.to_string() +
                                                          ": container " + container.name));
    }
    any = true;
    if (container.init || (container.sidecar && !ready(container.name))) return any;
  }
  return any;
}

Result<bool> Pods::has_run(const std::string& pod, const std::string& container,
                           const Cancel& cancel) const {
  const auto seen = TRY(client_.inspect_container(container_name(pod, container), cancel));
  const std::string_view status = seen["State"]["Status"].as_string();
  return status != "created" && status != "configured" && status != "initialized";
}

Result<> Pods::stop(const std::string& pod, const PodShape& shape, Duration grace,
                    const Cancel& cancel) const {
  const MonoTime end = env_.clock.mono() + grace;
  const auto seen = client_.inspect_pod(pod, cancel);
  if (!seen) return unless_missing(fail(seen.error()));
  std::vector<std::string> sidecars;
  for (const ContainerShape& one : shape.containers) {
    if (one.sidecar) sidecars.push_back(container_name(pod, one.name));
  }
  // All at once, as the grace period is the pod's; but the infra container last: Podman would stop
  // it along with the others, and with it goes the network under answers that are being finished.
  const std::string infra = (*seen)["InfraContainerID"].str();
  std::vector<std::thread> stopping;
  for (const Value& container : (*seen)["Containers"].items()) {
    const std::string id = container["Id"].str();
    const std::string name = container["Name"].str();
    if (id == infra || std::find(sidecars.begin(), sidecars.end(), name) != sidecars.end()) {
      continue;
    }
    stopping.emplace_back([this, id, grace, &cancel] {
      // What this cannot stop, stopping the pod reports.
      static_cast<void>(client_.stop_container(id, grace, cancel));
    });
  }
  for (std::thread& one : stopping) one.join();
  // Sidecars serve the others: they end after them, the one that started last first. Each has what
  // is left of the grace period, and as in Kubernetes at least two seconds.
  const Duration least = std::min<Duration>(grace, 2s);
  for (auto name = sidecars.rbegin(); name != sidecars.rend(); ++name) {
    const Duration left = std::max(least, end - env_.clock.mono());
    static_cast<void>(client_.stop_container(*name, left, cancel));
  }
  return unless_missing(client_.stop_pod(pod, grace, cancel));
}

Result<> Pods::remove(const std::string& pod, const Cancel& cancel) const {
  // Killed first: `rm -f` alone would wait for each container's own stop timeout.
  static_cast<void>(client_.kill_pod(pod, "KILL", cancel));
  TRY(unless_missing(client_.remove_pod(pod, true, cancel)));
  TRY(unless_missing(env_.files.remove_tree(places_.disk + "/" + pod)));
  unmount_below(env_.files, places_.memory + "/" + pod);
  return unless_missing(env_.files.remove_tree(places_.memory + "/" + pod));
}

std::optional<std::string> Pods::overfull(const std::string& pod, const PodShape& shape) const {
  for (const LimitedVolume& volume : shape.limited) {
    const std::uint64_t used = bytes_below(places_.disk + "/" + pod + "/" + volume.name);
    if (used <= volume.bytes) continue;
    return fmt::format("its volume {} holds {} KiB, more than its sizeLimit of {} KiB", volume.name,
                       used >> 10, volume.bytes >> 10);
  }
  return std::nullopt;
}

Result<> Pods::sweep_files(const Record& record) const {
  for (const std::string& root : {places_.disk, places_.memory}) {
    const auto names = env_.files.list(root);
    if (!names) continue;  // none was ever made
    for (const std::string& name : *names) {
      if (record.replicas.contains(name)) continue;
      if (root == places_.memory) unmount_below(env_.files, root + "/" + name);
      TRY(env_.files.remove_tree(root + "/" + name));
    }
  }
  return {};
}

}  // namespace rumbo::target::podman
