#include "target/podman/transitions.h"

#include <algorithm>
#include <set>

#include "crypto/digest.h"
#include "target/podman/routes.h"
#include "target/podman/shape.h"

namespace rumbo::target::podman {
namespace {

constexpr std::size_t kMostLabel = 63;

Error conflict(const ObjectKey& key, std::string_view why) {
  return Error(Code::conflict, key.to_string() + " " + std::string(why));
}

bool means(const Thing& thing, const Value& object) {
  return semantic(thing.object) == semantic(object);
}

bool runs_pods(const ObjectKey& key) {
  return key.kind == "Deployment" || key.kind == "DaemonSet" || key.kind == "StatefulSet" ||
         key.kind == "Pod" || key.kind == "Job";
}

std::string pod_name(const ObjectKey& key, const std::string& revision, int ordinal) {
  const std::string tail = "-" + revision + "-" + std::to_string(ordinal);
  std::string head = key.ns + "-" + key.name;
  std::replace(head.begin(), head.end(), '.', '-');
  head.resize(std::min(head.size(), kMostLabel - tail.size()));
  return head + tail;
}

Thing make(Record& record, const Item& item, const Fence& fence, WallTime now) {
  Thing thing;
  const Thing* old = record.find_current(item.key);
  thing.object = item.want_object;
  thing.version = record.next();
  thing.uid = old != nullptr ? old->uid
                             : crypto::sha256(fence.install.value + item.key.to_string() +
                                              std::to_string(thing.version))
                                   .substr(7, 32);
  thing.generation = old == nullptr ? 1 : old->generation + (means(*old, item.want_object) ? 0 : 1);
  thing.owner = {fence.install, item.scope.application, item.scope.environment, fence.txn};
  thing.since = now;
  if (runs_pods(item.key)) thing.revision = revision_name(thing.owner, item.key, thing.version);
  return thing;
}

Sighting sight_switch(const Record& record, const Step& step, const Fence& fence) {
  using State = Sighting::State;
  Sighting out;
  std::size_t moved = 0;
  Receipt receipt;
  for (const Item& item : step.items) {
    if (!record.current_is_of(fence.txn, item.key)) continue;
    const Thing& thing = record.current.at(item.key);
    if (!means(thing, item.want_object)) {
      out.state = State::foreign;
      return out;
    }
    receipt.items.push_back(version_of(item.key, thing));
    ++moved;
  }
  out.state = moved == step.items.size() ? State::applied
              : moved == 0               ? State::not_applied
                                         : State::mixed;
  if (out.state == State::applied) out.receipt = std::move(receipt);
  return out;
}

Sighting sight_write(const Record& record, const Step& step, const Fence& fence) {
  using State = Sighting::State;
  const Item& item = step.items.at(0);
  Sighting out;
  const Thing* now = record.find_current(item.key);
  if (now == nullptr) {
    out.state = item.pre.absent ? State::not_applied : State::gone;
  } else if (now->owner.txn == fence.txn) {
    out.state = State::applied;
    out.receipt = Receipt{{version_of(item.key, *now)}, {}};
  } else {
    out.state = foreign_since(record, item) ? State::foreign : State::not_applied;
  }
  if (out.state == State::foreign) out.by.push_back({item.key, now->owner.txn.value, {}, {}});
  return out;
}

Sighting found(bool yes) {
  Sighting out;
  out.state = yes ? Sighting::State::applied : Sighting::State::not_applied;
  if (yes) out.receipt = Receipt{};
  return out;
}

Sighting sight_stage(const Record& record, const Step& step, const Fence& fence) {
  const Item& item = step.items.at(0);
  const auto staged = record.staged.find({fence.txn, item.key});
  const Thing* mine = staged != record.staged.end() ? &staged->second : nullptr;
  if (mine == nullptr && record.current_is_of(fence.txn, item.key)) {
    mine = record.find_current(item.key);
  }
  Sighting out = found(mine != nullptr);
  if (mine != nullptr) {
    out.receipt->items.push_back(version_of(item.key, *mine));
  } else if (foreign_since(record, item)) {
    out.state = Sighting::State::foreign;
  }
  return out;
}

}  // namespace

std::string revision_name(const Owner& owner, const ObjectKey& key, std::uint64_t version) {
  const std::string text = owner.install.value + "/" + owner.txn.value + "/" + key.to_string() +
                           "/" + std::to_string(version);
  return crypto::sha256(text).substr(std::string_view("sha256:").size(), 8);
}

Result<> add_replicas(Record& record, const ObjectKey& key, const Thing& thing) {
  const auto network = record.networks.find(key.ns);
  if (network == record.networks.end()) {
    return fail(Code::internal, "namespace " + key.ns + " has no network");
  }
  for (int ordinal = 0; ordinal < wanted_replicas(thing.object); ++ordinal) {
    Replica replica;
    replica.name = pod_name(key, thing.revision, ordinal);
    replica.workload = key;
    replica.revision = thing.revision;
    replica.ordinal = ordinal;
    replica.network = network->second.name;
    replica.address = TRY(allocate_pod(record.addresses, replica.network, replica.name));
    record.replicas.emplace(replica.name, std::move(replica));
  }
  return {};
}

void let_leave(Record& record, const Thing& thing, WallTime now) {
  if (thing.revision.empty()) return;
  for (auto& [name, replica] : record.replicas) {
    if (replica.revision != thing.revision) continue;
    record.leaving.insert_or_assign(thing.revision, thing);
    if (replica.leaving) continue;
    replica.leaving = true;
    replica.since = now;
  }
}

Result<> check_fence(const Record& record, const Fence& fence) {
  const auto it = record.fences.find(fence.txn);
  if (it != record.fences.end() && std::pair(fence.epoch, fence.attempt) < it->second) {
    return fail(Code::conflict, "fenced: a newer attempt of " + fence.txn.value + " took over");
  }
  return {};
}

void raise_fence(Record& record, const Fence& newer) {
  auto& oldest = record.fences[newer.txn];
  oldest = std::max(oldest, std::pair(newer.epoch, newer.attempt));
}

bool foreign_since(const Record& record, const Item& item) {
  const Thing* now = record.find_current(item.key);
  if (now == nullptr) return !item.pre.absent;
  return item.pre.absent || !means(*now, item.pre.object);
}

ObservedVersion version_of(const ObjectKey& key, const Thing& thing) {
  return {key, thing.uid, std::to_string(thing.version)};
}

Result<> stage(Record& record, const Item& item, const Fence& fence, WallTime now) {
  const Record::Key at{fence.txn, item.key};
  if (record.staged.contains(at)) return {};
  if (record.current_is_of(fence.txn, item.key) &&
      means(record.current.at(item.key), item.want_object)) {
    return {};
  }
  if (foreign_since(record, item)) {
    return fail(conflict(item.key, "was changed by someone else"));
  }
  Thing thing = make(record, item, fence, now);
  if (!thing.revision.empty()) TRY(add_replicas(record, item.key, thing));
  record.staged.emplace(at, std::move(thing));
  return {};
}

Result<> run_hook(Record& record, const Item& item, const Fence& fence, WallTime now) {
  const Record::Key at{fence.txn, item.key};
  if (record.hooks.contains(at)) return {};
  Thing thing = make(record, item, fence, now);
  TRY(add_replicas(record, item.key, thing));
  record.hooks.emplace(at, std::move(thing));
  return {};
}

void drop_hook(Record& record, const TxnId& txn, const ObjectKey& key, WallTime now) {
  const auto hook = record.hooks.find({txn, key});
  if (hook == record.hooks.end()) return;
  let_leave(record, hook->second, now);
  record.hooks.erase(hook);
}

Result<> scaffold(Record& record, const Item& item, const Fence& fence, WallTime now) {
  if (record.current_is_of(fence.txn, item.key)) return {};
  if (record.find_current(item.key) != nullptr) {
    return fail(conflict(item.key, "was created by someone else"));
  }
  record.current.emplace(item.key, make(record, item, fence, now));
  return {};
}

void unstage(Record& record, const TxnId& txn, const ObjectKey& key, WallTime now) {
  const auto staged = record.staged.find({txn, key});
  if (staged == record.staged.end()) return;
  let_leave(record, staged->second, now);
  record.staged.erase(staged);
}

void unscaffold(Record& record, const Item& item, const TxnId& txn) {
  if (record.current_is_of(txn, item.key) && item.pre.absent) record.current.erase(item.key);
}

Result<> can_switch(const Record& record, const Step& step, const Fence& fence) {
  for (const Item& item : step.items) {
    const bool staged = record.staged.contains({fence.txn, item.key});
    if (!staged && record.current_is_of(fence.txn, item.key)) continue;
    if (!staged) return fail(conflict(item.key, "is not staged any more"));
    if (foreign_since(record, item)) {
      return fail(conflict(item.key, "was changed by someone else"));
    }
  }
  return {};
}

void switch_over(Record& record, const TxnId& txn, const std::vector<ObjectKey>& keys) {
  for (const ObjectKey& key : keys) {
    const auto staged = record.staged.find({txn, key});
    if (staged == record.staged.end()) continue;
    if (const Thing* old = record.find_current(key)) {
      record.replaced.insert_or_assign({txn, key}, *old);
    }
    staged->second.served = true;
    record.current.insert_or_assign(key, staged->second);
    record.staged.erase(staged);
  }
}

void switch_back(Record& record, const TxnId& txn, const std::vector<ObjectKey>& keys) {
  for (const ObjectKey& key : keys) {
    const auto now = record.current.find(key);
    if (now == record.current.end() || now->second.owner.txn != txn) continue;
    record.staged.insert_or_assign({txn, key}, now->second);
    record.current.erase(now);
    const auto old = record.replaced.find({txn, key});
    if (old == record.replaced.end()) continue;
    record.current.insert_or_assign(key, old->second);
    record.replaced.erase(old);
  }
}

void retire(Record& record, const TxnId& txn, const std::vector<ObjectKey>& keys, WallTime now) {
  for (const ObjectKey& key : keys) {
    const auto old = record.replaced.find({txn, key});
    if (old == record.replaced.end()) continue;
    let_leave(record, old->second, now);
    record.replaced.erase(old);
  }
}

void prune(Record& record, const Item& item, WallTime now) {
  const auto it = record.current.find(item.key);
  if (it == record.current.end() || it->second.uid != item.pre.uid) return;
  let_leave(record, it->second, now);
  record.current.erase(it);
}

Sighting sight(const Record& record, const Step& step, const Fence& fence) {
  if (step.items.empty()) return found(false);
  const Item& item = step.items.at(0);
  const Record::Key at{fence.txn, item.key};
  switch (step.kind) {
    case StepKind::scaffold:
    case StepKind::apply:
      return sight_write(record, step, fence);
    case StepKind::stage:
      return sight_stage(record, step, fence);
    case StepKind::switch_over:
      return sight_switch(record, step, fence);
    case StepKind::quiesce: {
      const Thing* now = record.find_current(item.key);
      return found((now != nullptr && now->stopped) || record.replaced.contains(at));
    }
    case StepKind::hook:
      return found(record.hooks.contains(at));
    case StepKind::prune:
    case StepKind::retire:
      return found(false);
  }
  return found(false);
}

Result<> move_replica(Record& record, const std::string& pod) {
  const auto found = record.replicas.find(pod);
  if (found == record.replicas.end()) return {};
  Replica& replica = found->second;
  release_pod(record.addresses, replica.network, pod);
  replica.address = TRY(allocate_pod(record.addresses, replica.network, pod));
  return {};
}

void release_unused_addresses(Record& record) {
  std::set<std::string> services, routes;
  for (const Thing* thing : record.things()) {
    if (thing->object["kind"].as_string() != "Service") continue;
    services.insert(service_name(thing->object));
    for (std::string& name : route_names(thing->object)) routes.insert(std::move(name));
  }
  for (const auto& [txn, reservation] : record.reservations) {
    for (const Value& name : reservation["services"].items()) services.insert(name.str());
    for (const Value& name : reservation["routes"].items()) routes.insert(name.str());
  }
  const auto virtuals = record.addresses.virtuals;
  for (const auto& [name, address] : virtuals) {
    if (!services.contains(name)) release_virtual(record.addresses, name);
  }
  const auto node_ports = record.addresses.node_ports;
  for (const auto& [name, port] : node_ports) {
    if (!routes.contains(name)) release_node_port(record.addresses, name);
  }
}

}  // namespace rumbo::target::podman
