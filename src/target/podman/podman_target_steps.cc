// perform: the record first, durably; then what follows from it.
#include "target/podman/identity.h"
#include "target/podman/sight.h"
#include "target/podman/target_parts.h"
#include "target/podman/transitions.h"

namespace rumbo::target::podman {
namespace {

std::vector<ObjectKey> keys_of(const Step& step) {
  std::vector<ObjectKey> out;
  for (const Item& item : step.items) out.push_back(item.key);
  return out;
}

/// A namespace's own object, or the one an object lives in.
const std::string& namespace_of(const ObjectKey& key) {
  return key.kind == "Namespace" ? key.name : key.ns;
}

}  // namespace

Result<> PodmanTarget::Parts::change_fenced(const Fence& fence,
                                            const std::function<Result<>(Record&)>& edit) {
  auto changed = store->change([&](Record& record) -> Result<> {
    TRY(check_fence(record, fence));
    return edit(record);
  });
  agent->wake();
  return changed;
}

Result<Receipt> PodmanTarget::perform(const Step& step, const Fence& fence, const Cancel& cancel) {
  TRY(parts_->not_frozen());
  TRY(check_fence(*parts_->store->read(), fence));
  switch (step.kind) {
    case StepKind::scaffold:
      return parts_->scaffold_one(step, fence, cancel);
    case StepKind::stage:
      return parts_->stage(step, fence, cancel);
    case StepKind::quiesce:
      return parts_->quiesce(step, fence, cancel);
    case StepKind::switch_over:
      return parts_->switch_to(step, fence);
    case StepKind::retire:
      return parts_->retire_all(step, fence);
    case StepKind::prune:
      return parts_->prune_one(step, fence, cancel);
    case StepKind::hook:
      return parts_->hook(step, fence, cancel);
    case StepKind::apply:
      break;
  }
  return fail(Code::unsupported, "a podman host has no step " + std::string(to_string(step.kind)));
}

Result<Receipt> PodmanTarget::Parts::scaffold_one(const Step& step, const Fence& fence,
                                                  const Cancel& cancel) {
  const Item& item = step.items.at(0);
  const auto taken = TRY(networks->taken());
  const auto edit = [&](Record& record) -> Result<> {
    TRY(networks->reserve(record, namespace_of(item.key), taken));
    return scaffold(record, item, fence, now());
  };
  TRY(change_fenced(fence, edit));
  TRY(networks->ensure(namespace_of(item.key), cancel));
  return Receipt{{version_of(item.key, store->read()->current.at(item.key))}, {}};
}

Result<Receipt> PodmanTarget::Parts::stage(const Step& step, const Fence& fence,
                                           const Cancel& cancel) {
  const Item& item = step.items.at(0);
  const auto taken = TRY(networks->taken());
  std::string revision;
  ObservedVersion version;
  const auto edit = [&](Record& record) -> Result<> {
    const std::string& ns = namespace_of(item.key);
    if (!ns.empty()) TRY(networks->reserve(record, ns, taken));
    TRY(podman::stage(record, item, fence, now()));
    const auto staged = record.staged.find({fence.txn, item.key});
    if (staged == record.staged.end()) {
      version = version_of(item.key, record.current.at(item.key));
      return {};  // switched to already
    }
    for (const Member& pin : step.reservation["pins"].members()) {
      staged->second.pins.emplace(pin.key(), pin.value.str());
    }
    revision = staged->second.revision;
    version = version_of(item.key, staged->second);
    return {};
  };
  TRY(change_fenced(fence, edit));
  if (item.key.kind == "PersistentVolumeClaim") TRY(make_claim(item.key, cancel));
  if (!revision.empty()) {
    for (const std::string& claim : template_claims(item.want_object)) {
      TRY(make_claim({"", "PersistentVolumeClaim", item.key.ns, claim}, cancel));
    }
    TRY(networks->ensure(item.key.ns, cancel));
    TRY(start_pods(revision, cancel));
  }
  return Receipt{{version}, {}};
}

/// Starts the Job of a hook; how it ends is observed.
Result<Receipt> PodmanTarget::Parts::hook(const Step& step, const Fence& fence,
                                          const Cancel& cancel) {
  const Item& item = step.items.at(0);
  const auto taken = TRY(networks->taken());
  std::string revision;
  const auto edit = [&](Record& record) -> Result<> {
    TRY(networks->reserve(record, item.key.ns, taken));
    TRY(run_hook(record, item, fence, now()));
    Thing& thing = record.hooks.at({fence.txn, item.key});
    for (const Member& pin : step.reservation["pins"].members()) {
      thing.pins.emplace(pin.key(), pin.value.str());
    }
    revision = thing.revision;
    return {};
  };
  TRY(change_fenced(fence, edit));
  if (store->read()->of_revision(revision)->outcome) return Receipt{};
  TRY(networks->ensure(item.key.ns, cancel));
  TRY(start_pods(revision, cancel));
  return Receipt{};
}

Result<> PodmanTarget::Parts::make_claim(const ObjectKey& key, const Cancel& cancel) {
  const std::string name = volume_prefix(options.install, key.ns) + key.name;
  if (TRY(client().volume_exists(name, cancel))) return {};
  const Value spec = Value::object(
      {{"Labels", Value::object({{kInstallLabel, options.install.value}})}, {"Name", name}});
  auto made = client().create_volume(spec, cancel);
  if (!made && made.error().code() != Code::conflict) {
    return fail(std::move(made).error().with_context(key.to_string()));
  }
  return {};
}

/// Creates and starts the pods of a revision; what is there already is left alone. Health comes
/// later, from observe().
Result<> PodmanTarget::Parts::start_pods(const std::string& revision, const Cancel& cancel) {
  const auto record = store->read();
  const Thing* thing = record->of_revision(revision);
  if (thing == nullptr) return fail(Code::internal, "revision " + revision + " is not recorded");
  const PodShape shape = TRY(shape_of(thing->object));
  if (!record->addresses.networks6.empty()) TRY(plane->prepare_bridges());  // see prepare_host6()
  for (const Replica* replica : record->replicas_of(revision)) {
    TRY(cancel.check(env.clock.mono()));
    if (replica->ordinal > 0 && starts_in_order(thing->object)) continue;  // the agent goes on
    const auto hold = busy.take(replica->name);
    Sight sight = TRY(look(client(), options.install, cancel));
    PodSight& pod = sight[replica->name];
    if (!Pods::complete(shape, pod)) {
      TRY(pods->create(*record, *replica, cancel));
      pod = {};
      for (const ContainerShape& container : shape.containers) pod.containers[container.name] = {};
    }
    // What waits for a sidecar the agent starts.
    const auto none = [](const std::string&) { return false; };
    TRY(pods->advance(*record, *replica, shape, pod, false, none, cancel));
  }
  TRY(plane->prepare_bridges());
  agent->wake();
  return {};
}

/// Nothing is moved to pods that do not serve: the engine saw them ready, but a restart may have
/// come between.
Result<> PodmanTarget::Parts::staged_are_ready(const Step& step, const Fence& fence) const {
  const auto record = store->read();
  for (const Item& item : step.items) {
    const auto staged = record->staged.find({fence.txn, item.key});
    if (staged == record->staged.end()) continue;
    if (!live.judged()) {
      return fail(Code::unavailable, "the pods are not judged yet since the start", Retry::later);
    }
    for (const Replica* replica : record->replicas_of(staged->second.revision)) {
      const PodStatus status = live.of(replica->name);
      if (status.ready || status.succeeded || staged->second.outcome) continue;
      return fail(
          Code::unavailable,
          item.key.to_string() + ": pod " + replica->name + " is not ready: " + status.trouble,
          Retry::later);
    }
  }
  return {};
}

Result<Receipt> PodmanTarget::Parts::switch_to(const Step& step, const Fence& fence) {
  TRY(plane->settle());
  TRY(agent->look_now(Cancel()));  // the newest ready pods go into the batch
  TRY(staged_are_ready(step, fence));
  PendingSwitch pending;
  pending.txn = fence.txn;
  pending.epoch = fence.epoch;
  pending.keys = keys_of(step);
  const auto check = [&](const Record& record) -> Result<> {
    TRY(check_fence(record, fence));
    return can_switch(record, step, fence);
  };
  TRY(plane->move(pending, check));
  agent->wake();
  Receipt receipt;
  const auto record = store->read();
  for (const Item& item : step.items) {
    const Thing* thing = record->find_current(item.key);
    if (thing != nullptr) receipt.items.push_back(version_of(item.key, *thing));
  }
  return receipt;
}

Result<Receipt> PodmanTarget::Parts::quiesce(const Step& step, const Fence& fence,
                                             const Cancel& cancel) {
  const ObjectKey& key = step.items.at(0).key;
  std::string revision;
  TRY(change_fenced(fence, [&](Record& record) -> Result<> {
    // It names the old pods: once they are switched away there is nothing left to stop.
    const auto it = record.current.find(key);
    if (it == record.current.end() || it->second.owner.txn == fence.txn) return {};
    it->second.stopped = true;
    revision = it->second.revision;
    return {};
  }));
  if (revision.empty()) return Receipt{};
  const auto record = store->read();
  const Thing* thing = record->of_revision(revision);
  const PodShape shape = TRY(shape_of(thing->object));
  if (!record->addresses.networks6.empty()) TRY(plane->prepare_bridges());  // see prepare_host6()
  for (const Replica* replica : record->replicas_of(revision)) {
    const auto hold = busy.take(replica->name);
    TRY(pods->stop(replica->name, shape, shape.grace, cancel));
  }
  agent->wake();
  return Receipt{};
}

Result<Receipt> PodmanTarget::Parts::retire_all(const Step& step, const Fence& fence) {
  TRY(change_fenced(fence, [&](Record& record) -> Result<> {
    retire(record, fence.txn, keys_of(step), now());
    release_unused_addresses(record);
    return {};
  }));
  TRY(plane->refresh());
  return Receipt{};
}

Result<Receipt> PodmanTarget::Parts::prune_one(const Step& step, const Fence& fence,
                                               const Cancel& cancel) {
  const Item& item = step.items.at(0);
  bool gone = false;
  TRY(change_fenced(fence, [&](Record& record) -> Result<> {
    prune(record, item, now());
    gone = record.find_current(item.key) == nullptr;
    release_unused_addresses(record);
    return {};
  }));
  TRY(plane->refresh());
  if (gone && item.key.kind == "PersistentVolumeClaim") {
    const std::string name = volume_prefix(options.install, item.key.ns) + item.key.name;
    auto removed = client().remove_volume(name, false, cancel);
    if (!removed && removed.error().code() == Code::conflict) {
      // Its last pods are still finishing.
      return fail(std::move(removed).error().with_retry(Retry::later));
    }
    if (!removed && removed.error().code() != Code::not_found) {
      return fail(std::move(removed).error());
    }
  }
  return Receipt{};
}

}  // namespace rumbo::target::podman
