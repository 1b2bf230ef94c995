#include "target/podman/strays.h"

#include <algorithm>
#include <fmt/core.h>
#include <set>

#include "base/strings.h"
#include "codec/json.h"
#include "target/podman/net/ipv6.h"
#include "target/podman/pods.h"
#include "target/podman/sight.h"

namespace rumbo::target::podman {
namespace {

constexpr std::size_t kMostNamed = 5;
constexpr const char* kNamespaceLabel = "rumbo.dev/namespace";
constexpr std::string_view kOurs = "rumbo.dev/";

ObjectKey workload_of(const Value& labels) {
  const auto key = codec::parse_json(labels[kWorkloadLabel].as_string());
  return key ? key_from(*key) : ObjectKey();
}

std::string name_in_template(const Value& container, const std::string& pod) {
  const std::string name = container["Names"][0].str();
  return name.starts_with(pod + "-") ? name.substr(pod.size() + 1) : name;
}

void read_labels(const Value& labels, Stray& out) {
  out.owner = {{labels[kInstallLabel].str()},
               labels[kApplicationLabel].str(),
               labels[kEnvironmentLabel].str(),
               {labels[kTxnLabel].str()}};
  out.workload = workload_of(labels);
  out.revision = labels[kRevisionLabel].str();
  for (const Member& label : labels.members()) {
    const bool own = std::string_view(label.key()).starts_with(kOurs);
    if (!own) out.labels.emplace(label.key(), label.value.str());
  }
}

/// "…-<ordinal>"; 0 where there is none.
int ordinal_of(const std::string& pod) {
  const auto number = parse_int(pod.substr(pod.rfind('-') + 1));
  return number && *number >= 0 && *number < 1000 ? static_cast<int>(*number) : 0;
}

Value labels_value(const std::map<std::string, std::string>& labels) {
  std::vector<Member> members;
  for (const auto& [name, text] : labels) members.emplace_back(name, text);
  return Value::object(std::move(members));
}

/// The workload as far as its pods show it. Its next version differs from this in any case, so it
/// is staged beside it and switched to, as any other change.
Value workload_object(const Stray& stray, int replicas, const std::string& volume_prefix) {
  std::vector<Value> containers, volumes;
  std::set<std::string> claims;
  for (const StrayContainer& one : stray.containers) {
    std::vector<Value> mounts;
    for (const std::string& volume : one.volumes) {
      if (!volume.starts_with(volume_prefix)) continue;
      const std::string claim = volume.substr(volume_prefix.size());
      mounts.push_back(Value::object({{"name", claim}, {"mountPath", "/" + claim}}));
      if (!claims.insert(claim).second) continue;
      volumes.push_back(Value::object(
          {{"name", claim}, {"persistentVolumeClaim", Value::object({{"claimName", claim}})}}));
    }
    Value container = Value::object({{"name", one.name}, {"image", one.image}});
    if (!mounts.empty()) container = container.with("volumeMounts", Value::array(mounts));
    containers.push_back(std::move(container));
  }
  Value spec = Value::object({{"containers", Value::array(std::move(containers))}});
  if (!volumes.empty()) spec = spec.with("volumes", Value::array(std::move(volumes)));
  const Value labels = labels_value(stray.labels);
  const ObjectKey& key = stray.workload;
  const Value metadata = Value::object({{"name", key.name}, {"namespace", key.ns}});
  if (key.kind == "Pod") {
    return Value::object({{"apiVersion", "v1"},
                          {"kind", "Pod"},
                          {"metadata", metadata.with("labels", labels)},
                          {"spec", spec}});
  }
  return Value::object(
      {{"apiVersion", key.group.empty() ? "v1" : key.group + "/v1"},
       {"kind", key.kind},
       {"metadata", metadata},
       {"spec", Value::object(
                    {{"replicas", replicas},
                     {"selector", Value::object({{"matchLabels", labels}})},
                     {"template", Value::object({{"metadata", Value::object({{"labels", labels}})},
                                                 {"spec", spec}})}})}});
}

Thing thing_of(Record& record, const Stray& stray, Value object, WallTime now) {
  Thing thing;
  thing.version = record.next();
  const Thing* old = record.find_current(stray.workload);
  thing.uid = old != nullptr ? old->uid : stray.revision + "-" + std::to_string(thing.version);
  thing.generation = old != nullptr ? old->generation + 1 : 1;
  thing.object = std::move(object);
  thing.owner = stray.owner;
  thing.since = now;
  thing.revision = stray.revision;
  thing.served = true;
  return thing;
}

/// The namespaces whose networks are on this machine, put into the record where it lacks them.
Result<> take_networks(const Client& client, const InstallationId& install, Record& record,
                       const Cancel& cancel) {
  const Value list = TRY(client.list_networks({{kInstallLabel, install.value}}, cancel));
  for (const Value& network : list.items()) {
    const std::string ns = network["labels"][kNamespaceLabel].str();
    const std::string name = network["name"].str();
    if (ns.empty() || record.networks.contains(ns)) continue;
    record.networks.emplace(ns, Network{name, network["network_interface"].str()});
    for (const Value& subnet : network["subnets"].items()) {
      const std::string range = subnet["subnet"].str();
      if (parse_cidr(range)) record.addresses.networks[name] = range;
      if (const auto six = parse_cidr6(range)) {
        record.addresses.networks6[name] = six->to_string();
        record.addresses.range6 = parse_cidr6(format_ipv6(six->base) + "/48")->to_string();
      }
    }
  }
  return {};
}

/// The record's own pods of a workload that others run now: those that are there leave, the others
/// are forgotten.
void give_up(Record& record, const Thing& old, const Sight& there, WallTime now) {
  std::vector<Replica> gone;
  for (auto& [name, replica] : record.replicas) {
    if (replica.revision != old.revision) continue;
    if (!there.contains(name)) {
      gone.push_back(replica);
      continue;
    }
    record.leaving.insert_or_assign(old.revision, old);
    replica.leaving = true;
    replica.since = now;
  }
  for (const Replica& replica : gone) {
    release_pod(record.addresses, replica.network, replica.name);
    record.replicas.erase(replica.name);
  }
}

}  // namespace

Result<std::vector<Stray>> find_strays(const Client& client, const InstallationId& install,
                                       const Record& record, const Cancel& cancel) {
  const Value list = TRY(client.list_containers({{kInstallLabel, install.value}}, true, cancel));
  std::map<std::string, Stray> found;
  for (const Value& container : list.items()) {
    const std::string pod = container["PodName"].str();
    if (pod.empty() || record.replicas.contains(pod)) continue;
    Stray& stray = found[pod];
    stray.pod = pod;
    if (container["IsInfra"].as_bool()) {
      stray.infra = container["Id"].str();
      continue;
    }
    read_labels(container["Labels"], stray);
    stray.containers.push_back({name_in_template(container, pod), container["Image"].str(), {}});
  }
  std::vector<Stray> out;
  for (auto& [name, stray] : found) {
    // What Podman was killed over while it made it has no container of ours yet.
    if (!stray.containers.empty()) out.push_back(std::move(stray));
  }
  return out;
}

Error ahead_error(const std::vector<Stray>& strays) {
  std::string names;
  for (std::size_t i = 0; i < std::min(strays.size(), kMostNamed); ++i) {
    names +=
        fmt::format("{}{} (of {})", i == 0 ? "" : ", ", strays[i].pod, strays[i].owner.txn.value);
  }
  if (strays.size() > kMostNamed) names += ", …";
  return Error(Code::conflict,
               fmt::format("frozen: this host is ahead of the state directory, whose record does "
                           "not know {} of its pods: {} (`rumbo recover --from-target`)",
                           strays.size(), names),
               Retry::later)
      .with_hint(
          "after restoring a backup: `rumbo recover --from-target` takes over what runs, "
          "then look at `rumbo plan` and `rumbo sync`; if another copy of this state directory "
          "works on this "
          "host, stop one of them");
}

Result<std::vector<Owned>> take_in(const Client& client, const InstallationId& install,
                                   const std::vector<Stray>& strays, Record& record, WallTime now,
                                   const Cancel& cancel) {
  TRY(take_networks(client, install, record, cancel));
  const Sight there = TRY(look(client, install, cancel));
  std::map<std::string, std::vector<Stray>> revisions;
  for (const Stray& stray : strays) {
    if (stray.workload.name.empty() || stray.revision.empty()) {
      return fail(Error(Code::corrupt, "pod " + stray.pod + " has no readable labels of rumbo")
                      .with_hint("remove it: podman pod rm -f " + stray.pod));
    }
    revisions[stray.revision].push_back(stray);
  }
  std::map<ObjectKey, Owned> out;
  for (auto& [revision, pods] : revisions) {
    const std::string prefix = volume_prefix(install, pods[0].workload.ns);
    for (Stray& pod : pods) {
      for (StrayContainer& container : pod.containers) {
        const Value seen =
            TRY(client.inspect_container(container_name(pod.pod, container.name), cancel));
        for (const Value& mount : seen["Mounts"].items()) {
          if (mount["Type"].as_string() == "volume") {
            container.volumes.push_back(mount["Name"].str());
          }
        }
      }
      const Value infra = TRY(client.inspect_container(pod.infra, cancel));
      Replica replica;
      replica.name = pod.pod;
      replica.workload = pod.workload;
      replica.revision = revision;
      replica.ordinal = ordinal_of(pod.pod);
      const auto network = record.networks.find(pod.workload.ns);
      if (network != record.networks.end()) replica.network = network->second.name;
      replica.address = infra["NetworkSettings"]["Networks"][replica.network]["IPAddress"].str();
      if (!replica.address.empty()) {
        record.addresses.pods[replica.network + "/" + pod.pod] = replica.address;
      }
      record.replicas.insert_or_assign(pod.pod, std::move(replica));
      for (const StrayContainer& container : pod.containers) {
        for (const std::string& volume : container.volumes) {
          if (!volume.starts_with(prefix)) continue;
          const ObjectKey claim{"", "PersistentVolumeClaim", pod.workload.ns,
                                volume.substr(prefix.size())};
          out.emplace(claim, Owned{claim, pod.owner});
        }
      }
    }
    const Stray& first = pods[0];
    Thing thing =
        thing_of(record, first, workload_object(first, static_cast<int>(pods.size()), prefix), now);
    const auto newer = record.current.find(first.workload);
    const bool two = newer != record.current.end() && out.contains(first.workload);
    if (two) {
      // Two generations of one workload: the older one was being replaced, and leaves.
      const bool older = newer->second.owner.txn.value > first.owner.txn.value;
      Thing leaving = older ? thing : newer->second;
      if (!older) newer->second = thing;
      for (auto& [name, replica] : record.replicas) {
        if (replica.revision != leaving.revision) continue;
        replica.leaving = true;
        replica.since = now;
      }
      record.leaving.insert_or_assign(leaving.revision, std::move(leaving));
      continue;
    }
    if (newer != record.current.end()) give_up(record, newer->second, there, now);
    record.current.insert_or_assign(first.workload, std::move(thing));
    out.insert_or_assign(first.workload, Owned{first.workload, first.owner});
  }
  std::vector<Owned> list;
  for (auto& [key, owned] : out) list.push_back(std::move(owned));
  return list;
}

}  // namespace rumbo::target::podman
